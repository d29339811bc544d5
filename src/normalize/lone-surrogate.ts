import { DataError } from "../core/errors.ts";
import { type RunContext, valueContext } from "./run-context.ts";

/** Takes note of a lone surrogate, whose bytes are written as U+FFFD; throws where the run is to be as strict as dlt. */
export function noteSurrogate(context: RunContext, table: string, column: string): void {
  if (!context.data.refuseSurrogates) {
    context.warn("W_SURROGATE_REPLACED", `${table}.${column}`);
    return;
  }
  throw new DataError(
    "E_DATA_VALUE",
    `A text with a lone surrogate stands in table ${table}, column ${column}, record ${context.record} of ${context.resource}; UTF-8 has no form for it.`,
    {
      step: "normalize",
      hint: "Leave out compat: strict, and it becomes U+FFFD.",
      context: valueContext(context, table, column),
    },
  );
}
