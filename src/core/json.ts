/**
 * JSON values that keep what dlt's types depend on: whether a number was written as an integer or as a float,
 * integers of any size, and the order of keys.
 *
 * - integer lexeme: `number` when safe (|n| <= 2^53-1), else `bigint`
 * - float lexeme: `number` when its value is not integral (`1.5`), else {@link Double} (`1.0`, `1e3`, `1e400`)
 * - object: a plain object. Keys that look like array indexes would be reordered by the engine; an object that has
 *   such a key carries {@link KEY_ORDER}.
 *
 * So `Number.isInteger(n)` on a plain `number` means "was an integer lexeme", and a page without integral floats,
 * exponents, long numbers and index-like keys can be read by plain `JSON.parse` with the same result.
 */
export type JsonValue = null | boolean | string | number | bigint | Double | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Symbol property of an object whose own key order differs from the document's; its value is `string[]`. */
export const KEY_ORDER: unique symbol = Symbol("sluice.keyOrder");

/** A float lexeme whose value is integral (or not finite), or any float where the reader was asked to keep lexemes. */
export class Double {
  readonly value: number;
  /** The number as it stood in the document; absent when made by the program. */
  readonly lexeme: string | undefined;

  constructor(value: number, lexeme?: string) {
    this.value = value;
    this.lexeme = lexeme;
  }
}

/** The keys of an object in document order. */
export function keysOf(object: JsonObject): readonly string[] {
  const order = (object as { [KEY_ORDER]?: readonly string[] })[KEY_ORDER];
  return order === undefined ? Object.keys(object) : order;
}

/** True for a JSON object: not null, not an array, not a {@link Double}. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Double);
}

/** True for a JSON array. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Own property or undefined; never reaches the prototype (`constructor`, `__proto__`). */
export function getOwn(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own property whatever the key is called (`__proto__` included). */
export function setOwn(object: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** An object with these keys in this order, whatever the keys are called; of a key that comes twice the last value. */
export function objectFrom(entries: Iterable<readonly [string, JsonValue]>): JsonObject {
  const object: { [key: string]: JsonValue } = {};
  const order: string[] = [];
  let isReordered = false;
  for (const [key, value] of entries) {
    if (!Object.hasOwn(object, key)) order.push(key);
    setOwn(object, key, value);
    // The engine puts keys that look like indexes first.
    const first = key.charCodeAt(0);
    if (first >= 48 && first <= 57) isReordered = true;
  }
  return isReordered ? Object.defineProperty(object, KEY_ORDER, { value: order, enumerable: false }) : object;
}
