import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";
import { compilePath, findAll, type JsonPath } from "../core/json-path.ts";

export interface Selection {
  readonly records: readonly JsonValue[];
  /** True when one object of the body was taken as the only record. */
  readonly isObject: boolean;
  /** The selector found something, be it an empty list. */
  readonly matched: boolean;
}

/**
 * The records of a body. Exactly one match is unwrapped: null gives none, a list its elements, anything else one
 * record; several matches are records themselves; no match gives none.
 */
export function selectRecords(path: JsonPath, body: JsonValue): Selection {
  const matches = findAll(path, body);
  const only = matches[0];
  const matched = matches.length > 0;
  if (matches.length !== 1 || only === undefined) return { records: matches, isObject: false, matched };
  if (only === null) return { records: [], isObject: false, matched };
  if (isJsonArray(only)) return { records: only, isObject: false, matched };
  return { records: [only], isObject: isJsonObject(only), matched };
}

/** Finds the list of records in a first page (section 5 of the specification). */
export function detectSelector(body: JsonValue, strict: boolean): JsonPath {
  if (!isJsonObject(body)) return WHOLE;
  const lists: (readonly string[])[] = [];
  collectLists(body, [], lists);
  const named = lists.find((path) => RECORD_KEYS.has(path.at(-1) ?? ""));
  const best = named ?? lists[0];
  return best === undefined ? WHOLE : compilePath(joinPath(best, strict));
}

/** Keys joined to a JSONPath. dlt joins them bare, so keys with dots or blanks go wrong there; ours are quoted. */
export function joinPath(keys: readonly string[], strict: boolean): string {
  return keys.map((key) => (strict || PLAIN_KEY.test(key) ? key : quoteKey(key))).join(".");
}

export const WHOLE = compilePath("$");
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_@-]*$/;

function quoteKey(key: string): string {
  return `'${key.replace(/[\\']/g, "\\$&")}'`;
}

const RECORD_KEYS = new Set([
  "data",
  "items",
  "results",
  "entries",
  "records",
  "rows",
  "entities",
  "payload",
  "content",
  "objects",
  "values",
]);

/** At most three keys deep, not through lists, in document order. */
function collectLists(object: JsonObject, path: readonly string[], found: (readonly string[])[]): void {
  if (path.length > 2) return;
  for (const key of keysOf(object)) {
    const value = object[key];
    if (isJsonArray(value)) found.push([...path, key]);
    else if (isJsonObject(value)) collectLists(value, [...path, key], found);
  }
}
