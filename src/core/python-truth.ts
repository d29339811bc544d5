import { isJsonArray, isJsonObject, type JsonValue } from "./json.ts";
import { asNumber } from "./json-number.ts";

/** What Python counts as false: null, false, zero, and what is empty. */
export function isPythonFalse(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  if (isJsonArray(value)) return value.length === 0;
  if (isJsonObject(value)) return Object.keys(value).length === 0;
  return asNumber(value) === 0;
}
