import type { Warning } from "../../core/warnings.ts";
import { warningMeaning } from "../../report/facts.ts";
import type { CliContext } from "./context.ts";

/** Warnings of a command that makes no load info, on standard error, worded as the load info words them. */
export function printWarnings(context: CliContext, warnings: readonly Warning[]): void {
  for (const warning of warnings) {
    context.err(`${warning.code} ${warning.subject}: ${warningMeaning(warning)}\n`);
  }
}
