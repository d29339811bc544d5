import { getOwn, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";

/** The object below some keys; null when there is none, or an empty one. */
export function objectAt(object: JsonObject, keys: readonly string[]): JsonObject | null {
  let value: JsonValue = object;
  for (const key of keys) {
    const next: JsonValue | undefined = isJsonObject(value) ? getOwn(value, key) : undefined;
    if (next === undefined) return null;
    value = next;
  }
  return isJsonObject(value) && Object.keys(value).length > 0 ? value : null;
}

/** The object with another one below some keys; the given one when there is nothing to put. */
export function put(object: JsonObject, keys: readonly string[], value: JsonObject | undefined): JsonObject {
  if (value === undefined) return object;
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const inner = getOwn(object, key);
  const copy: { [key: string]: JsonValue } = { ...object };
  setOwn(copy, key, put(isJsonObject(inner) ? inner : {}, rest, value));
  return copy;
}
