import { z } from "zod";
import { parseDuration } from "../../core/duration.ts";
import { converterShape } from "./converter-shape.ts";
import { jsonValue, wholeNumber } from "./values.ts";

/** Keys of an `incremental` section, and of its old form as a parameter. */
export const incrementalKeys = {
  cursor_path: z.string().describe("JSONPath of the cursor in each record."),
  initial_value: jsonValue.nullish().describe("Where the first run starts."),
  end_value: jsonValue.nullish().describe("Bounded load: rows at or beyond it are dropped, no state is kept."),
  last_value_func: z
    .enum(["max", "min"])
    .nullish()
    .describe("`max`, when absent: later runs go on above the highest value; `min`: below the lowest."),
  lag: z.number().nullish().describe("Later runs start so much earlier: seconds, days for dates, units for numbers."),
  on_cursor_value_missing: z
    .enum(["raise", "include", "exclude"])
    .nullish()
    .describe("Records without the cursor, or with null there: an error (`raise`, when absent), loaded, or left out."),
  range_start: z
    .enum(["closed", "open"])
    .nullish()
    .describe("Records right at the start: known ones are told apart (`closed`, when absent), or all are left out."),
  range_end: z
    .enum(["closed", "open"])
    .nullish()
    .describe("Records right at `end_value`: left out (`open`, when absent), or loaded."),
  row_order: z
    .enum(["asc", "desc"])
    .nullish()
    .describe("The source sorts by the cursor: pages beyond the range are not asked for."),
  primary_key: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .describe("Key by which boundary rows are told apart; an empty list switches that off."),
  allow_external_schedulers: z.boolean().nullish().describe("A key of dlt for Airflow and the like; without effect."),
  start_param: z
    .string()
    .nullish()
    .describe("Query parameter for the start; left out where there is none yet. Or write `{incremental.start_value}`."),
  end_param: z
    .string()
    .nullish()
    .describe("Query parameter for the end; left out where there is none. Or write `{incremental.end_value}`."),
  convert: converterShape
    .nullish()
    .describe(
      "Changes values for requests, not in the state: `date`, `datetime`, `unix_seconds`, `unix_millis`, `string`, `int`, an expression over `value`, or `fn:name`.",
    ),
  transform: converterShape.nullish().describe("Old name of `convert`."),
  per_parent: z
    .union([
      z.boolean(),
      z.strictObject({
        limit: wholeNumber
          .min(1)
          .describe("So many parents keep a cursor; beyond it `merge` starts anew for some, `append` ends the run."),
      }),
    ])
    .nullish()
    .describe(
      "Children: `true` keeps one cursor for each parent record, of 50,000 parents or of as many as `limit` says; one for all when absent, and with `compat: strict`.",
    ),
  window: z
    .union([
      z.string().refine((value) => parseDuration(value) !== undefined, {
        error: "expected a duration such as P30D, P1M, PT12H or 30d",
      }),
      z.number().positive(),
    ])
    .nullish()
    .describe(
      "The range from the cursor to now is loaded in parts of this length, each committed on its own, so that a long first load goes on where it was interrupted: a duration for moments (`P30D`, `P1M`, `PT12H`, `30d`), for numbers a number (after the first part without a record the rest comes at once). Needs `initial_value`, and requests that name start and end.",
    ),
};
