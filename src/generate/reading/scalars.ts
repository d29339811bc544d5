import { Double, getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { parsePythonFloat, parsePythonInt, pythonStr } from "../../core/python-text.ts";

/*
 * Values of a document. Those of YAML are text whatever they look like, those of JSON have types; both give the same
 * here. What has another kind than is asked for counts as absent: a document with one wrong part is still of use.
 */

const NOTHING: JsonObject = {};

/** The object at a key; an empty one when there is none. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  return asObject(getOwn(object, key));
}

export function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : NOTHING;
}

/** The list at a key; an empty one when there is none. */
export function listAt(object: JsonObject, key: string): readonly JsonValue[] {
  const value = getOwn(object, key);
  return isJsonArray(value) ? value : [];
}

/** The text of a scalar at a key, in Python's spelling; undefined when there is none or it is empty. */
export function textAt(object: JsonObject, key: string): string | undefined {
  const value = getOwn(object, key);
  if (value === undefined || value === null || isJsonObject(value) || isJsonArray(value)) return undefined;
  const text = pythonStr(value);
  return text === "" ? undefined : text;
}

/** True for `true` and what stands for it in text. */
export function flagAt(object: JsonObject, key: string): boolean {
  const value = getOwn(object, key);
  return value === true || (typeof value === "string" && /^(?:true|t|yes|y|on|1)$/i.test(value));
}

/** The number at a key; undefined when there is none. */
export function numberAt(object: JsonObject, key: string): number | undefined {
  const value = getOwn(object, key);
  if (typeof value === "string") return parsePythonFloat(value);
  return typeof value === "number" ? value : value instanceof Double ? value.value : undefined;
}

/** `int(value)`; 0 where Python raises. */
export function toInteger(value: JsonValue | undefined): number {
  if (typeof value === "string") return Number(parsePythonInt(value) ?? 0n);
  const number = value instanceof Double ? value.value : Number(typeof value === "object" ? 0 : (value ?? 0));
  return Number.isFinite(number) ? Math.trunc(number) : 0;
}

/** What Python takes for true; `"0"` and `"false"` are. */
export function isTruthy(value: JsonValue | undefined): value is JsonValue {
  if (value === undefined || value === null || value === false || value === "") return false;
  if (isJsonArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return value instanceof Double ? value.value !== 0 : value !== 0 && value !== 0n;
}
