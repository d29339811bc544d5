import { Double, type JsonValue } from "./json.ts";
import { compareNumbers } from "./json-number.ts";

/** Two values that have no order, such as a text and a number. */
export class ValueOrderError extends Error {}

/**
 * Order of two values as Python sees it: numbers (and booleans) by value, text by code points. Negative, zero or
 * positive. Throws {@link ValueOrderError} for values that do not compare.
 */
export function compareValues(a: JsonValue, b: JsonValue): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const x = toNumber(a);
  const y = toNumber(b);
  if (x === undefined || y === undefined) {
    throw new ValueOrderError(`${kind(a)} does not compare with ${kind(b)}`);
  }
  return compareNumbers(x, y);
}

function toNumber(value: JsonValue): number | bigint | Double | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" || typeof value === "bigint" || value instanceof Double ? value : undefined;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  if (index === length) return a.length - b.length;
  const x = a.charCodeAt(index);
  const y = b.charCodeAt(index);
  // A surrogate stands for a code point above every other unit.
  return surrogate(x) === surrogate(y) ? x - y : surrogate(x) ? 1 : -1;
}

function surrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function kind(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Double) return "a number";
  switch (typeof value) {
    case "string":
      return `the text ${JSON.stringify(value)}`;
    case "object":
      return "an object";
    case "boolean":
      return String(value);
    default:
      return `the number ${String(value)}`;
  }
}
