import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "./json.ts";
import type { JsonPath } from "./json-path.ts";
import type { Node } from "./json-path-parser.ts";

/** Where a value stands: keys and indexes from the root on. */
export type Place = readonly (string | number)[];

/**
 * The places that a path selects, in document order, each once. Undefined for a path with parts that name no place of
 * their own: filters, lengths, keys, sorts.
 */
export function findPlaces(path: JsonPath, value: JsonValue): readonly Place[] | undefined {
  try {
    const found = new Map(places(path.node, [], value).map((at) => [JSON.stringify(at), at]));
    return [...found.values()];
  } catch (error) {
    if (error instanceof NoPlace) return undefined;
    throw error;
  }
}

/** True for a path whose every part names places, so that {@link findPlaces} never gives undefined for it. */
export function hasPlaces(path: JsonPath): boolean {
  return isPlaced(path.node);
}

function isPlaced(node: Node): boolean {
  switch (node.kind) {
    case "child":
    case "descendants":
    case "union":
      return isPlaced(node.left) && isPlaced(node.right);
    case "slice":
      return node.start === undefined && node.end === undefined && node.step === undefined;
    default:
      return node.kind === "fields" || node.kind === "indexes" || node.kind === "root" || node.kind === "this";
  }
}

/** A copy of the value without what stands at some places. */
export function withoutPlaces(value: JsonObject, gone: readonly Place[]): JsonObject {
  const copy = without(value, gone);
  return isJsonObject(copy) ? copy : {};
}

/** A place as dlt prints it: `a.items.[0].b`. */
export function placeText(place: Place): string {
  return place.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(".");
}

class NoPlace extends Error {}

function places(node: Node, at: Place, root: JsonValue): Place[] {
  const value = valueAt(root, at);
  switch (node.kind) {
    case "root":
      return [[]];
    case "this":
      return [[...at]];
    case "fields": {
      if (isJsonArray(value) && node.names.includes("*")) return value.map((_, index) => [...at, index]);
      if (!isJsonObject(value)) return [];
      const names = node.names.includes("*") ? keysOf(value) : node.names;
      return names.filter((name) => Object.hasOwn(value, name)).map((name) => [...at, name]);
    }
    case "indexes":
      if (!isJsonArray(value)) return [];
      return node.indexes
        .map((index) => (index < 0 ? value.length + index : index))
        .filter((index) => index >= 0 && index < value.length)
        .map((index) => [...at, index]);
    case "slice": {
      if (!isJsonArray(value)) return [];
      if (node.start !== undefined || node.end !== undefined || node.step !== undefined) throw new NoPlace();
      return value.map((_, index) => [...at, index]);
    }
    case "child":
      return places(node.left, at, root).flatMap((left) => places(node.right, left, root));
    case "descendants":
      return places(node.left, at, root).flatMap((left) => below(node.right, left, root));
    case "union":
      return [...places(node.left, at, root), ...places(node.right, at, root)];
    default:
      throw new NoPlace();
  }
}

function below(node: Node, at: Place, root: JsonValue): Place[] {
  const value = valueAt(root, at);
  const own = places(node, at, root);
  if (isJsonArray(value)) return [...own, ...value.flatMap((_, index) => below(node, [...at, index], root))];
  return isJsonObject(value) ? [...own, ...keysOf(value).flatMap((key) => below(node, [...at, key], root))] : own;
}

function valueAt(root: JsonValue, place: Place): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of place) {
    if (typeof part === "number") value = isJsonArray(value) ? value[part] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function without(value: JsonValue, gone: readonly Place[]): JsonValue {
  const heads = new Map<string | number, Place[]>();
  for (const [head, ...rest] of gone) if (head !== undefined) heads.set(head, [...(heads.get(head) ?? []), rest]);
  const isGone = (part: string | number) => heads.get(part)?.some((rest) => rest.length === 0) ?? false;
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => (isGone(index) ? [] : [without(item, heads.get(index) ?? [])]));
  }
  if (!isJsonObject(value) || heads.size === 0) return value;
  const kept: { [key: string]: JsonValue } = {};
  for (const key of keysOf(value)) {
    if (!isGone(key)) setOwn(kept, key, without(value[key] ?? null, heads.get(key) ?? []));
  }
  return kept;
}
