import { Double, isJsonArray, isJsonObject, type JsonValue, keysOf, objectFrom } from "../core/json.ts";
import { ExpressionFailure } from "../expression/compile.ts";

/**
 * A function of a user's module for records. It gets plain data of its own, which it may change: numbers of JavaScript,
 * integers beyond 2^53 as `bigint`. What it gives must be data too. A number that was written as a float stays one
 * under its key, though JavaScript does not tell `1.0` from `1`. Undefined when it gives nothing. Throws {@link ExpressionFailure}.
 *
 * @param name the module and its export, for messages
 */
export function moduleFunction(
  name: string,
  call: (value: unknown) => unknown,
): (value: JsonValue) => JsonValue | undefined {
  return (value) => {
    let made: unknown;
    try {
      made = call(plain(value));
    } catch (error) {
      throw new ExpressionFailure(
        `${name} threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      );
    }
    if (made === undefined) return undefined;
    try {
      return jsonOf(made, value, 0);
    } catch (error) {
      if (!(error instanceof NoJson)) throw error;
      throw new ExpressionFailure(`${name} gives ${error.message}`);
    }
  };
}

class NoJson extends Error {}

const MOST_DEPTH = 500;

function plain(value: JsonValue): unknown {
  if (value instanceof Double) return value.value;
  if (isJsonArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of keysOf(value)) {
    Object.defineProperty(copy, key, {
      value: plain(value[key] ?? null),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return copy;
}

/** `before`: what stood at the same place, if anything. */
function jsonOf(value: unknown, before: JsonValue | undefined, depth: number): JsonValue {
  if (depth > MOST_DEPTH) throw new NoJson("data nested too deep, or in itself");
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "undefined":
      return null;
    case "number":
      return numberOf(value, before);
    case "object":
      return value === null ? null : objectOf(value, before, depth);
    default:
      throw new NoJson(`a ${typeof value}, not data`);
  }
}

function numberOf(value: number, before: JsonValue | undefined): JsonValue {
  if (before instanceof Double && before.value === value) return before;
  if (!Number.isFinite(value)) throw new NoJson(`${value}, which is no JSON`);
  if (!Number.isInteger(value)) return value;
  const wasFloat = before instanceof Double || (typeof before === "number" && !Number.isInteger(before));
  return wasFloat || !Number.isSafeInteger(value) ? new Double(value) : value;
}

function objectOf(value: object, before: JsonValue | undefined, depth: number): JsonValue {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.map((item, index) => jsonOf(item, isJsonArray(before) ? before[index] : undefined, depth + 1));
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new NoJson("an invalid date");
    return value.toISOString();
  }
  if (value instanceof Promise) {
    // It may fail, and nobody waits for it.
    value.catch(() => undefined);
    throw new NoJson("a promise: functions must not be async");
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NoJson("an instance of a class, not data");
  const known = isJsonObject(before) ? before : undefined;
  return objectFrom(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [
        key,
        jsonOf(item, known && Object.hasOwn(known, key) ? known[key] : undefined, depth + 1),
      ]),
  );
}
