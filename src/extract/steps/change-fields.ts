import {
  getOwn,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keysOf,
  objectFrom,
} from "../../core/json.ts";
import { compilePath } from "../../core/json-path.ts";
import type { Node } from "../../core/json-path-parser.ts";
import { findPlaces, type Place } from "../../core/json-path-places.ts";

/** Finds where a field stands in a record; none when it is not there. */
export type FindField = (record: JsonObject) => readonly Place[];

/** What becomes of a field: a key and a value, or nothing. For an item of a list the key means nothing. */
export type Change = (key: string, value: JsonValue) => readonly [string, JsonValue] | undefined;

/** A change of what stands at a place. */
export interface Edit {
  readonly place: Place;
  readonly change: Change;
}

/** A checked JSONPath of a field. Keys joined by dots, the usual path, need no search. */
export function compileField(text: string): FindField {
  const path = compilePath(text);
  const keys = keysIn(path.node);
  if (keys === undefined) return (record) => findPlaces(path, record) ?? [];
  const places = [keys];
  return (record) => (valueAt(record, keys) === undefined ? [] : places);
}

/** Keys of a path that has nothing but keys. */
function keysIn(node: Node): readonly string[] | undefined {
  if (node.kind === "fields") return node.names.length === 1 && node.names[0] !== "*" ? node.names : undefined;
  if (node.kind !== "child") return undefined;
  const left = keysIn(node.left);
  const right = keysIn(node.right);
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

/** What stands at a place; undefined when there is nothing. */
export function valueAt(record: JsonValue, place: Place): JsonValue | undefined {
  let value: JsonValue | undefined = record;
  for (const part of place) {
    if (isJsonArray(value)) value = typeof part === "number" ? value[part] : undefined;
    else value = isJsonObject(value) ? getOwn(value, String(part)) : undefined;
  }
  return value;
}

/**
 * A copy with fields changed, each in its place; a field that gets the key of another replaces it, and `onReplaced` is told
 * that key.
 */
export function changeFields(
  record: JsonObject,
  edits: readonly Edit[],
  onReplaced?: (key: string) => void,
): JsonObject {
  const changed = changeIn(record, edits, 0, onReplaced);
  return isJsonObject(changed) ? changed : record;
}

/** `depth`: how many parts of the places lead here. */
function changeIn(
  value: JsonValue,
  edits: readonly Edit[],
  depth: number,
  onReplaced: ((key: string) => void) | undefined,
): JsonValue {
  if (edits.length === 0) return value;
  const heads = byHead(edits, depth);
  const one = (head: string | number, item: JsonValue): readonly [string, JsonValue] | undefined => {
    const key = String(head);
    const here = heads.get(head);
    if (here === undefined) return [key, item];
    const below = here.filter(({ place }) => place.length > depth + 1);
    const inner = changeIn(item, below, depth + 1, onReplaced);
    return (here.find(({ place }) => place.length === depth + 1)?.change ?? keep)(key, inner);
  };
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => {
      const made = one(index, item);
      return made === undefined ? [] : [made[1]];
    });
  }
  if (!isJsonObject(value)) return value;
  const entries: { readonly entry: readonly [string, JsonValue]; readonly isRenamed: boolean }[] = [];
  const taken = new Set<string>();
  for (const key of keysOf(value)) {
    const entry = one(key, value[key] ?? null);
    if (entry === undefined) continue;
    const isRenamed = entry[0] !== key;
    if (isRenamed && taken.has(entry[0])) onReplaced?.(entry[0]);
    if (isRenamed) taken.add(entry[0]);
    entries.push({ entry, isRenamed });
  }
  return objectFrom(
    entries.flatMap(({ entry, isRenamed }) => {
      if (isRenamed || !taken.has(entry[0])) return [entry];
      onReplaced?.(entry[0]);
      return [];
    }),
  );
}

const keep: Change = (key, value) => [key, value];

/** A copy with nothing but these fields, in the order of the record. */
export function pickFields(record: JsonObject, places: readonly Place[]): JsonObject {
  const edits = places.map((place) => ({ place, change: keep }));
  const picked = pickIn(record, edits, 0);
  return isJsonObject(picked) ? picked : {};
}

function pickIn(value: JsonValue, edits: readonly Edit[], depth: number): JsonValue {
  if (edits.some(({ place }) => place.length === depth)) return value;
  const heads = byHead(edits, depth);
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => {
      const here = heads.get(index);
      return here === undefined ? [] : [pickIn(item, here, depth + 1)];
    });
  }
  if (!isJsonObject(value)) return value;
  return objectFrom(
    keysOf(value).flatMap((key) => {
      const here = heads.get(key);
      return here === undefined ? [] : [[key, pickIn(value[key] ?? null, here, depth + 1)] as const];
    }),
  );
}

function byHead(edits: readonly Edit[], depth: number): ReadonlyMap<string | number, readonly Edit[]> {
  const heads = new Map<string | number, Edit[]>();
  for (const edit of edits) {
    const head = edit.place[depth];
    if (head === undefined) continue;
    const known = heads.get(head);
    if (known === undefined) heads.set(head, [edit]);
    else known.push(edit);
  }
  return heads;
}
