import type { DataType } from "../../core/flow.ts";

/** dlt's types, and the name that `json` had before dlt 1.0. */
const TYPES: Readonly<Record<DataType | "complex", true>> = {
  text: true,
  double: true,
  bool: true,
  timestamp: true,
  bigint: true,
  binary: true,
  json: true,
  decimal: true,
  wei: true,
  date: true,
  time: true,
  complex: true,
};

/** Types that a column hint may name; `complex` last, which is an old word for `json`. */
export const COLUMN_TYPES: readonly string[] = Object.keys(TYPES);
