import type { DataType } from "../core/flow.ts";
import { Double, type JsonValue } from "../core/json.ts";
import { isIsoTimestamp } from "./iso-time.ts";

/** Types that a JSON value can have before any text is looked into. */
export type PlainDataType = "text" | "bigint" | "double" | "bool" | "json";

/**
 * Type of a new column that first sees this value; undefined for null, which makes no column. Of the texts only those that dlt
 * reads as a date with a time are told apart (`timestamp`): dates, times, numbers in quotes stay `text`.
 */
export function inferDataType(value: JsonValue): DataType | undefined {
  if (typeof value === "string") return isIsoTimestamp(value) ? "timestamp" : "text";
  return plainDataType(value);
}

/** Type of the JSON value itself, without looking into texts: what the name of a variant column says. */
export function plainDataType(value: string | number | bigint | boolean | Double | object): PlainDataType;
export function plainDataType(value: JsonValue): PlainDataType | undefined;
export function plainDataType(value: JsonValue | object): PlainDataType | undefined {
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return Number.isInteger(value) ? "bigint" : "double";
    case "bigint":
      return "bigint";
    case "boolean":
      return "bool";
    default:
      if (value === null) return undefined;
      return value instanceof Double ? "double" : "json";
  }
}
