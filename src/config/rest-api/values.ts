import { z } from "zod";
import { Double, type JsonValue } from "../../core/json.ts";
import { Secret } from "../../core/secret.ts";

/** Any JSON value, deep; a `Secret` may stand where text may. */
export const jsonValue = z
  .custom<JsonValue>((value) => value !== undefined && isPlain(value), "expected a plain value")
  .meta({ description: "Any JSON value." });

/** Text, or text kept as a secret. */
export const text = z
  .custom<string | Secret>((value) => typeof value === "string" || value instanceof Secret, "expected text")
  .meta({ type: "string" });

/** An integer; neither `true` nor `"5"` is one. */
export const wholeNumber = z.int();

function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return true;
    case "object":
      if (value === null || value instanceof Double || value instanceof Secret) return true;
      return Array.isArray(value) ? value.every(isPlain) : Object.values(value).every(isPlain);
    default:
      return false;
  }
}
