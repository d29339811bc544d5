import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { Path } from "./document.ts";
import type { Fault } from "./fault.ts";

/** What a source is without its faults of shape, or the faults that are left. */
export type Reading<T> = { readonly config: T } | { readonly faults: readonly Fault[] };

/**
 * Faults of meaning beside those of the shape: the parts that are wrong are taken out, the rest is checked, and what may
 * only follow from their absence is not told. None when too little is left.
 *
 * @param read reads a source by its shape
 * @param check finds the faults of meaning
 */
export function faultsBeside<T>(
  source: JsonObject,
  shapeFaults: readonly Fault[],
  read: (source: JsonObject) => Reading<T>,
  check: (config: T) => readonly Fault[],
): readonly Fault[] {
  let rest = source;
  let faults = shapeFaults;
  const gone: Gone[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (const fault of faults) {
      const part = takenOut(fault, gone);
      gone.push(part);
      rest = replaced(rest, part.path, part.instead);
    }
    const reading = read(rest);
    if ("config" in reading)
      return check(reading.config).filter((fault) => !gone.some((part) => explains(part, fault)));
    faults = reading.faults;
  }
  return [];
}

/** What is left after one part is gone may be wrong in turn: a list without its item, a mapping without its type. */
const MOST_ROUNDS = 6;

/** A part that was taken out, and what stands in its place. */
interface Gone {
  readonly path: Path;
  readonly instead: JsonValue | undefined;
  /** It was a key that is not known: the known one that is like it, `undefined` when none is. */
  readonly unknown?: { readonly like: string | undefined };
}

function takenOut({ path, reason, suggestion }: Fault, before: readonly Gone[]): Gone {
  const like = suggestion?.match(/^did you mean "(\w+)"/)?.[1];
  const unknown = reason === "unknown_key" ? { unknown: { like } } : {};
  const [top = "", index] = path;
  // Everything hangs on these two.
  if (top === "client" && (path.length === 1 || (reason === "missing_key" && path.length === 2))) {
    return { path: [top], instead: { base_url: "https://stand-in.invalid" }, ...unknown };
  }
  if (top === "resources" && path.length === 1) return { path: [top], instead: [], ...unknown };
  const whole = reason === "missing_key" ? path.slice(0, -1) : path;
  if (top === "resources" && whole.length === 2) return { path: whole, instead: `?${index}`, ...unknown };
  // An item of a list leaves its place to something empty, so that those behind it keep theirs; else the list goes.
  const isItem = typeof whole.at(-1) === "number";
  if (!isItem) return { path: whole, instead: undefined, ...unknown };
  const again = before.some((part) => part.path.join("\0") === whole.join("\0"));
  return again
    ? { path: whole.slice(0, -1), instead: undefined, ...unknown }
    : { path: whole, instead: {}, ...unknown };
}

/** Whether a fault of meaning may be there only because the part is gone. */
function explains(part: Gone, fault: Fault): boolean {
  const { path } = part;
  if (startsWith(fault.path, path)) return true;
  if (fault.reason === "unknown_parent") return path[0] === "resources" && path.length <= 2;
  if (ALONE.has(fault.reason)) return false;
  if (startsWith(path, fault.path)) return true;
  const isBeside = startsWith(path, fault.path.slice(0, -1)) && path.length === fault.path.length;
  if (ABSENCE.has(fault.reason) && isBeside) return true;
  const isOfRequest = PLACEHOLDERS.has(fault.reason) || fault.path.at(-1) === "window";
  return isOfRequest && mayGiveTo(part, fault.path);
}

/** These two things stand against each other whatever else is missing. */
const ALONE: ReadonlySet<string> = new Set(["duplicate_resource", "parent_cycle", "several_parents", "json_and_data"]);

/** What is said of something that is not there. */
const ABSENCE: ReadonlySet<string> = new Set([
  "missing_key",
  "missing_secret",
  "paginator_arguments",
  "incremental_arguments",
]);

/** What is said of values that a request would take from elsewhere in the resource. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "unbound_path_placeholder",
  "unbound_resolve",
  "unknown_placeholder",
  "include_without_parent",
]);

/** Keys of an endpoint that give nothing to its request. */
const ASIDE: ReadonlySet<string | number> = new Set([
  "paginator",
  "auth",
  "response_actions",
  "method",
  "data_selector",
  "idempotent",
  "path_encoding",
]);

/** The part may be what the request of a resource takes its values from, or the defaults of all of them. */
function mayGiveTo({ path, unknown }: Gone, fault: Path): boolean {
  const known =
    unknown === undefined ? path : unknown.like === undefined ? undefined : [...path.slice(0, -1), unknown.like];
  const [top, ...below] = known ?? path;
  const inDefaults = top === "resource_defaults" || (path.length === 1 && known === undefined);
  if (!inDefaults && !(top === "resources" && (below.length === 0 || below[0] === fault[1]))) return false;
  const [key, inner] = inDefaults ? below : below.slice(1);
  if (key === "endpoint") return inner === undefined || !ASIDE.has(inner);
  // The name is the path where there is none; windows need a disposition that takes parts.
  return (
    key === undefined || key === "write_disposition" || key === "records" || (known === undefined && path.length <= 3)
  );
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((key, index) => key === path[index]);
}

/** The value with something else at the path, or nothing. */
function replaced(value: JsonObject, path: Path, instead: JsonValue | undefined): JsonObject {
  const changed = change(value, path, instead);
  return isJsonObject(changed) ? changed : value;
}

function change(value: JsonValue, path: Path, instead: JsonValue | undefined): JsonValue {
  const [head, ...tail] = path;
  if (head === undefined) return value;
  if (isJsonArray(value)) {
    return value.map((item, index) => {
      if (index !== head) return item;
      return tail.length > 0 ? change(item, tail, instead) : (instead ?? null);
    });
  }
  if (!isJsonObject(value)) return value;
  const result: { [key: string]: JsonValue } = {};
  for (const [key, item] of Object.entries(value)) {
    if (key !== String(head)) setOwn(result, key, item);
    else if (tail.length > 0) setOwn(result, key, change(item, tail, instead));
    else if (instead !== undefined) setOwn(result, key, instead);
  }
  if (tail.length === 0 && instead !== undefined && !Object.hasOwn(value, String(head))) {
    setOwn(result, String(head), instead);
  }
  return result;
}
