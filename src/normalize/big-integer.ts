import type { DataType } from "../core/flow.ts";
import type { JsonValue } from "../core/json.ts";
import type { RunContext } from "./run-context.ts";

/**
 * The type in which an integer beyond 64 bits is kept exactly, when the user asked for that; undefined for every other value.
 *
 * dlt: `wei` is its own type for such integers, `numeric(156,78)`; its variant columns are named `v_wei`.
 */
export function bigIntegerType(context: RunContext, value: JsonValue): "wei" | "text" | undefined {
  const { onBigInteger } = context.data;
  if (typeof value !== "bigint" || onBigInteger === "refuse" || BigInt.asIntN(64, value) === value) return undefined;
  return onBigInteger === "numeric" ? "wei" : "text";
}

/** True when a column of the type would refuse the value or round it, and the user wants neither. */
export function isTooBigFor(context: RunContext, type: DataType, value: JsonValue): boolean {
  return (type === "bigint" || type === "double") && bigIntegerType(context, value) !== undefined;
}
