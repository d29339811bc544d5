import { SourceError } from "../../core/errors.ts";
import { Double, type JsonValue } from "../../core/json.ts";
import { findFirst, type JsonPath } from "../../core/json-path.ts";
import { compactJson } from "../../core/json-writer.ts";
import { parsePythonInt } from "../../core/python-text.ts";

/** The total that a body names, with Python's `int()`. Throws when it is missing or no number. */
export function totalOf(path: JsonPath, body: JsonValue, what: string): number {
  const value = findFirst(path, body) ?? null;
  if (value === null) throw unusable(`the total (${what}) is missing at ${JSON.stringify(path.text)}`);
  const total = toInteger(value);
  if (total === undefined) {
    throw unusable(`the total (${what}) at ${JSON.stringify(path.text)} is no integer: ${shown(value)}`);
  }
  return total;
}

/** The has-more flag of a body. Throws when it is missing or no boolean word. */
export function hasMore(path: JsonPath, body: JsonValue): boolean {
  const value = findFirst(path, body) ?? null;
  if (value === null) throw unusable(`the has-more flag is missing at ${JSON.stringify(path.text)}`);
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : "";
  if (["yes", "true", "t", "y", "1"].includes(word)) return true;
  if (["no", "false", "f", "n", "0"].includes(word)) return false;
  throw unusable(`the has-more flag at ${JSON.stringify(path.text)} is no boolean: ${shown(value)}`);
}

/** As Python's `int()` reads it; undefined when it does not. */
export function toInteger(value: JsonValue): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Double) return Number.isFinite(value.value) ? Math.trunc(value.value) : undefined;
  if (typeof value !== "string") return undefined;
  const parsed = parsePythonInt(value);
  return parsed === undefined ? undefined : Number(parsed);
}

export function unusable(what: string): SourceError {
  return new SourceError("E_SOURCE_SHAPE", `the paginator cannot go on: ${what}`, {
    step: "extract",
    reason: "paginator_response",
    hint: "Correct the path in the paginator, or set it to null where the source has no such value.",
  });
}

export function shown(value: JsonValue): string {
  const text = compactJson(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
