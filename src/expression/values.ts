import { Optional } from "@marcbachmann/cel-js";
import { Double, isJsonArray, isJsonObject, type JsonValue, keysOf, objectFrom } from "../core/json.ts";

/** A JSON value as CEL sees it: integers are `bigint`, every `number` is a double, objects are maps. */
export type CelValue = null | boolean | string | number | bigint | readonly CelValue[] | ReadonlyMap<string, CelValue>;

/** The parts of a value that an expression reads; `all`: the whole of it. */
export interface UsedParts {
  all: boolean;
  readonly keys: Map<string, UsedParts>;
}

/**
 * Values that one result may hold beside what was passed on: a list of a list twice, and so on, is short to write and
 * has no end in memory.
 */
const MOST_VALUES = 2_000_000;

interface Budget {
  left: number;
}

/** What a list or map was made from. */
const ORIGIN: unique symbol = Symbol("sluice.origin");

/**
 * A JSON value for CEL. Objects become maps, which keep the order of keys and whose keys (`constructor`, `__proto__`)
 * are nothing but data. With `used`, parts that nobody reads are left out.
 */
export function toCel(value: JsonValue, used?: UsedParts): CelValue {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value instanceof Double) return value.value;
  if (isJsonArray(value)) return withOrigin([...value.map((item) => toCel(item))], value);
  if (!isJsonObject(value)) return value;
  const map = new Map<string, CelValue>();
  if (used === undefined || used.all) {
    for (const key of keysOf(value)) map.set(key, toCel(value[key] ?? null));
    return withOrigin(map, value);
  }
  for (const [key, parts] of used.keys) {
    if (Object.hasOwn(value, key)) map.set(key, toCel(value[key] ?? null, parts));
  }
  return map;
}

/**
 * The JSON value of what an expression gave. What it only passed on is the very value that went in, lexemes of numbers
 * and order of keys included; a double that it made stays a double (`1.0`). Throws an `Error` for what is no JSON.
 */
export function fromCel(value: unknown, budget: Budget = { left: MOST_VALUES }): JsonValue {
  budget.left -= 1;
  if (budget.left < 0) throw new Error(`it gives more than ${MOST_VALUES} values`);
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    case "number":
      if (!Number.isFinite(value)) throw new Error(`it gives ${value}, which is no JSON`);
      return Number.isInteger(value) ? new Double(value) : value;
    case "object":
      return value === null ? null : fromObject(value, budget);
    default:
      throw new Error(`it gives a ${typeof value}`);
  }
}

function fromObject(value: object, budget: Budget): JsonValue {
  const origin = originOf(value);
  if (origin !== undefined) return origin;
  if (Array.isArray(value)) return value.map((item) => fromCel(item, budget));
  if (value instanceof Map) return objectFrom(jsonEntries(value, budget));
  if (value instanceof Date) return timestampText(value);
  if (value instanceof Uint8Array) throw new Error("it gives bytes; add .base64(), .hex() or .string()");
  if (value instanceof Optional) return fromCel(value.orValue(null), budget);
  // The classes of durations and of unsigned integers are not exported.
  if (Object.prototype.toString.call(value) === "[object google.protobuf.Duration]") return String(value);
  const whole: unknown = value.valueOf();
  if (typeof whole === "bigint") return fromCel(whole, budget);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return objectFrom(jsonEntries(Object.entries(value), budget));
  throw new Error("it gives a type, not a value");
}

function* jsonEntries(entries: Iterable<readonly [unknown, unknown]>, budget: Budget): Iterable<[string, JsonValue]> {
  for (const [key, item] of entries) yield [String(key), fromCel(item, budget)];
}

/** `2024-01-31T12:00:00Z`; fractions only where there are any. Throws for years that need more than four digits. */
export function timestampText(date: Date): string {
  const text = date.toISOString();
  if (/^[+-]/.test(text)) throw new Error("it gives a time outside of the years 0 to 9999");
  return text.replace(/\.000Z$/, "Z");
}

function withOrigin<T extends object>(made: T, origin: JsonValue): T {
  return Object.defineProperty(made, ORIGIN, { value: origin });
}

function originOf(made: object): JsonValue | undefined {
  return ORIGIN in made ? (made[ORIGIN] as JsonValue) : undefined;
}
