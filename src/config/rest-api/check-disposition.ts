import { coerceValue, VARIANT } from "../../schema/coercion.ts";
import type { Fault } from "../fault.ts";
import type { ResourceConfig } from "./shape.ts";

/** What the shape of a write disposition cannot say: timestamps that are none, options of another strategy. */
export function dispositionFaults(
  written: ResourceConfig["write_disposition"],
  at: readonly (string | number)[],
): Fault[] {
  if (written === null || written === undefined || typeof written === "string") return [];
  if (written.disposition !== "merge") return [];
  const faults: Fault[] = [];
  for (const key of ["active_record_timestamp", "boundary_timestamp"] as const) {
    const value = written[key];
    if (value === null || value === undefined || coerceValue("timestamp", value) !== VARIANT) continue;
    faults.push({
      path: [...at, key],
      reason: "type",
      message: `expected a date or a date-time, found ${JSON.stringify(value)}`,
      suggestion: "write it as 2024-01-31T00:00:00Z",
    });
  }
  const { strategy } = written;
  for (const [key, strategies] of STRATEGY_OPTIONS) {
    if (!written[key] || !strategy || strategies.includes(strategy)) continue;
    faults.push({
      path: [...at, key],
      reason: "type",
      message: `${key} goes with the strategy ${strategies.join(" or ")}, not with ${strategy}`,
      suggestion: "take it out, or choose another strategy",
    });
  }
  return faults;
}

/** dlt: options that a strategy refuses; all others are ignored where they do not belong. */
const STRATEGY_OPTIONS: readonly (readonly [
  key: "skip_unchanged_rows" | "row_version_column_name",
  strategies: readonly string[],
])[] = [
  ["skip_unchanged_rows", ["upsert"]],
  ["row_version_column_name", ["scd2", "upsert"]],
];
