import { DATA_TYPES } from "../../core/flow.ts";

/** Types that a column hint may name; `complex` last, the name that `json` had before dlt 1.0. */
export const COLUMN_TYPES: readonly string[] = [...DATA_TYPES, "complex"];
