import { isInteger } from "../../core/json-number.ts";
import type { Fault } from "../fault.ts";
import { nearest } from "../nearest.ts";
import { COLUMN_TYPES } from "./column-types.ts";
import type { ResourceConfig } from "./shape.ts";

/** Faults of column hints: a list's hint without a name, types that dlt has not, sizes that are no whole numbers. */
export function columnFaults(columns: ResourceConfig["columns"], at: readonly (string | number)[]): Fault[] {
  if (columns === undefined || columns === null) return [];
  if (!Array.isArray(columns)) {
    return Object.entries(columns).flatMap(([name, hints]) => hintFaults(hints, [...at, name]));
  }
  return columns.flatMap((hints, index) => {
    const path = [...at, index];
    const faults = hintFaults(hints, path);
    if (typeof hints.name === "string" && hints.name !== "") return faults;
    return [{ path: [...path, "name"], reason: "missing_key", message: 'the key "name" is missing' }, ...faults];
  });
}

function hintFaults(hints: Readonly<Record<string, unknown>>, at: readonly (string | number)[]): Fault[] {
  const faults: Fault[] = [];
  const type = hints.data_type ?? null;
  if (type !== null && !(typeof type === "string" && COLUMN_TYPES.includes(type))) {
    const names = COLUMN_TYPES.filter((name) => name !== "complex");
    const meant = typeof type === "string" ? nearest(type, names) : undefined;
    faults.push({
      path: [...at, "data_type"],
      reason: "type",
      message: `expected one of ${names.join(", ")}, found ${typeof type === "string" ? JSON.stringify(type) : "no text"}`,
      ...(meant === undefined ? {} : { suggestion: `did you mean "${meant}"?` }),
    });
  }
  for (const key of ["precision", "scale"]) {
    const size = hints[key] ?? null;
    if (size === null || (typeof size === "number" && isInteger(size) && size >= 0)) continue;
    faults.push({ path: [...at, key], reason: "type", message: "expected a whole number that is not negative" });
  }
  return faults;
}
