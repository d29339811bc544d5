import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../../src/core/json.ts";
import type { VectorReport } from "../vector-file.ts";

/** A member that must be there, of a kind that must be right: a recorded file of another form is a failure, not a pass. */
export function member(value: JsonValue | undefined, key: string): JsonValue {
  const found = isJsonObject(value) ? getOwn(value, key) : undefined;
  if (found === undefined)
    throw new Error(`no member ${JSON.stringify(key)} in ${JSON.stringify(value)?.slice(0, 200)}`);
  return found;
}

export function list(value: JsonValue | undefined): readonly JsonValue[] {
  if (!isJsonArray(value)) throw new Error(`not a list: ${JSON.stringify(value)?.slice(0, 200)}`);
  return value;
}

export function object(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw new Error(`not an object: ${JSON.stringify(value)?.slice(0, 200)}`);
  return value;
}

export function text(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw new Error(`not a text: ${JSON.stringify(value)?.slice(0, 200)}`);
  return value;
}

/** Reports one vector as passed when there are no differences, each `what: expected ..., got ...`. */
export function settle(report: VectorReport, name: string, differences: readonly string[]): void {
  if (differences.length === 0) report.pass(name);
  else report.fail(name, differences.join("; "));
}

/** The difference of two plain values, or none. */
export function difference(what: string, expected: unknown, got: unknown): string[] {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(got)];
  return a === b ? [] : [`${what}: expected ${a}, got ${b}`];
}

/** The result of a call, or `null` when it throws: how the recorded files write a failing call. */
export function orNull<T>(call: () => T): T | null {
  try {
    return call();
  } catch {
    return null;
  }
}
