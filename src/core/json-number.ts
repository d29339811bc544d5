import { Double, type JsonValue } from "./json.ts";

/** The value of any JSON number as a double; undefined for everything else. */
export function asNumber(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Double ? value.value : undefined;
}

/** True when the value was written as an integer, of any size. */
export function isInteger(value: JsonValue | undefined): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

/**
 * Exact order of two numbers, whatever their forms: negative, zero or positive. `NaN` compares with nothing and gives
 * `NaN`.
 */
export function compareNumbers(a: number | bigint | Double, b: number | bigint | Double): number {
  const x = a instanceof Double ? a.value : a;
  const y = b instanceof Double ? b.value : b;
  if (typeof x === "number" && typeof y === "number") return x === y ? 0 : x - y;
  // JavaScript compares a bigint with a double exactly.
  return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
}
