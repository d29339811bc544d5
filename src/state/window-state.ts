import { getOwn, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { asNumber } from "../core/json-number.ts";
import { without } from "./version-hash.ts";

/** What the state of a resource keeps of its windows, beside the cursor: `sluice.window`. */
export interface WindowState {
  /** The range is loaded up to here; null: up to the cursor. */
  readonly end: JsonValue;
  /** The next window is the last one. */
  readonly open: boolean;
}

/** Reads it from a resource's state; what is not of this form counts as nothing. */
export function readWindowState(resource: JsonObject): WindowState {
  const window = objectOf(getOwn(objectOf(getOwn(resource, "sluice")), "window"));
  const end = getOwn(window, "end") ?? null;
  const isValue = typeof end === "string" || typeof end === "bigint" || asNumber(end) !== undefined;
  return { end: isValue ? end : null, open: getOwn(window, "open") === true };
}

/** The resource's state with it, or without it when all of the range is loaded; the given one when nothing changes. */
export function writeWindowState(resource: JsonObject, state: WindowState | undefined): JsonObject {
  const own = objectOf(getOwn(resource, "sluice"));
  if (state === undefined && !Object.hasOwn(own, "window")) return resource;
  const kept = without(own, WINDOW);
  const { end, open } = state ?? { end: null, open: false };
  const sluice = state === undefined ? kept : { ...kept, window: open ? { end, open } : { end } };
  return Object.keys(sluice).length === 0 ? without(resource, SLUICE) : { ...resource, sluice };
}

const WINDOW = new Set(["window"]);
const SLUICE = new Set(["sluice"]);

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
