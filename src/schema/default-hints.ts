import { DataError } from "../core/errors.ts";
import type { DataType } from "../core/flow.ts";
import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";

/** The rules of a schema's settings that give hints and types to columns by their names. */
export interface NameRules {
  /** Hints of an inferred column in wire names; `nullable` is always among them. */
  hintsOf(column: string): JsonObject;
  /** Type that a column of this name gets whatever its value is. */
  preferredType(column: string): DataType | undefined;
  /** False when the schema's settings have the detection of ISO date-times switched off. */
  readonly detectsTimestamps: boolean;
}

/** Compiles `default_hints`, `preferred_types` and `detections`. A pattern is a name, or `re:` and an expression that is searched. */
export function nameRules(settings: JsonObject): NameRules {
  const hints: [string, ((column: string) => boolean)[]][] = [];
  const storedHints = getOwn(settings, "default_hints");
  if (isJsonObject(storedHints)) {
    for (const hint of keysOf(storedHints)) {
      const patterns = storedHints[hint] ?? null;
      if (isJsonArray(patterns)) hints.push([hint, patterns.map(matcher)]);
    }
  }
  const types: [(column: string) => boolean, JsonValue][] = [];
  const storedTypes = getOwn(settings, "preferred_types");
  if (isJsonObject(storedTypes)) {
    for (const pattern of keysOf(storedTypes)) types.push([matcher(pattern), storedTypes[pattern] ?? null]);
  }
  const detections = getOwn(settings, "detections");
  return {
    hintsOf: (column) => {
      const result: Record<string, JsonValue> = { nullable: true };
      for (const [hint, matchers] of hints) {
        if (!matchers.some((matches) => matches(column))) continue;
        if (hint === "not_null") result.nullable = false;
        else result[hint] = true;
      }
      return result;
    },
    preferredType: (column) => {
      const found = types.find(([matches]) => matches(column))?.[1];
      return typeof found === "string" ? (found as DataType) : undefined;
    },
    detectsTimestamps: isJsonArray(detections) && detections.includes("iso_timestamp"),
  };
}

function matcher(pattern: JsonValue): (column: string) => boolean {
  if (typeof pattern !== "string") return () => false;
  if (!pattern.startsWith("re:")) return (column) => column === pattern;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern.slice(3), "u");
  } catch (cause) {
    throw new DataError("E_STATE_UNREADABLE", `The stored schema has a pattern that cannot be read: ${pattern}`, {
      cause,
    });
  }
  return (column) => expression.test(column);
}
