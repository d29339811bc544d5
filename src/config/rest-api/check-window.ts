import { parseDuration } from "../../core/duration.ts";
import { parseMoment } from "../../core/moment.ts";
import type { Fault } from "../fault.ts";
import type { PlannedResource } from "./plan.ts";

/**
 * Faults of `incremental.window`: a range that has no beginning or an end of its own, requests that do not say what part
 * of it they want, and what cannot be loaded in parts.
 *
 * @param all resources of the source, by name
 */
export function windowFaults(resource: PlannedResource, all: ReadonlyMap<string, PlannedResource>): Fault[] {
  const { incremental } = resource;
  const window = incremental?.window ?? undefined;
  if (incremental === undefined || window === undefined) return [];
  const faults: Fault[] = [];
  const path = [...resource.at, "endpoint", "incremental", "window"];
  const refuse = (what: string, suggestion: string): void => {
    const message = `the window of ${JSON.stringify(resource.name)} ${what}`;
    faults.push({ path, reason: "incremental_arguments", message, suggestion });
  };
  const initial = incremental.initial_value ?? null;
  if (initial === null) refuse("needs initial_value, where the first one begins", "add initial_value");
  if ((incremental.end_value ?? null) !== null) {
    refuse("does not go with end_value: a bounded load keeps no state to go on from", "take one of them out");
  }
  if (incremental.last_value_func === "min") {
    refuse("goes with last_value_func max only: a range downwards has no known end", "take it out");
  }
  const length = typeof window === "string" ? parseDuration(window) : undefined;
  if (length !== undefined && initial !== null && typeof initial !== "string") {
    refuse("is a duration, but initial_value is no moment", "write the window as a number");
  }
  if (length !== undefined && typeof initial === "string" && parseMoment(initial) === undefined) {
    refuse("is a duration, but initial_value is no moment in ISO form", "write it as 2024-01-31T00:00:00Z");
  }
  if (length !== undefined && length.micros % DAY !== 0n && typeof initial === "string" && IS_DATE.test(initial)) {
    refuse("is no whole number of days, but initial_value is a date", "write initial_value with a time");
  }
  const sent = placeholdersOf(resource);
  if (!resource.startParam && !sent.includes("start_value") && !sent.includes("last_value")) {
    refuse("needs requests that say where it begins", "add start_param, or use {incremental.start_value}");
  }
  if (!resource.endParam && !sent.includes("end_value")) {
    refuse("needs requests that say where it ends", "add end_param, or use {incremental.end_value}");
  } else if (!resource.endParam && initial !== null && typeof initial !== "string") {
    refuse("of numbers needs end_param, because the last one has no end", "add end_param, which is then left out");
  }
  const above = ancestorsOf(resource, all).find((one) => one.incremental !== undefined);
  if (above !== undefined) {
    refuse(
      `needs all parents for each part, but ${JSON.stringify(above.name)} above it has a cursor`,
      "take the window out, or the incremental section above it",
    );
  }
  const whole = [...all.values()].find(
    (one) => (one === resource || ancestorsOf(one, all).includes(resource)) && isFilledAtOnce(one),
  );
  if (whole !== undefined) {
    const own = whole === resource ? "it" : JSON.stringify(whole.name);
    refuse(
      `cannot be loaded in parts, because ${own} is loaded with replace or scd2, which take each part for all there is`,
      "use append or merge, or take the window out",
    );
  }
  return faults;
}

const DAY = 86_400_000_000n;
const IS_DATE = /^\d{4}-?\d{2}-?\d{2}$/;

/** Fields of the cursor that a request uses. */
function placeholdersOf({ path, params, json, data, headers }: PlannedResource): readonly string[] {
  const names = path.flatMap((piece) => (piece.kind === "text" ? [] : [`{${piece.name}`]));
  const plain = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
  const text = `${names.join("")}${JSON.stringify([params, json, data, headers], plain)}`;
  return [...text.matchAll(/\{incremental\.(\w+)/g)].map(([, field = ""]) => field);
}

function ancestorsOf(resource: PlannedResource, all: ReadonlyMap<string, PlannedResource>): readonly PlannedResource[] {
  const found: PlannedResource[] = [];
  for (let at = resource.parent; at !== undefined; ) {
    const parent = all.get(at);
    // A cycle has a fault of its own.
    if (parent === undefined || parent === resource || found.includes(parent)) break;
    found.push(parent);
    at = parent.parent;
  }
  return found;
}

function isFilledAtOnce({ config }: PlannedResource): boolean {
  const written = config.write_disposition ?? "append";
  if (typeof written === "string") return written === "replace";
  return written.disposition === "replace" || (written.disposition === "merge" && written.strategy === "scd2");
}
