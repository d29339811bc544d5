import type { Warning } from "../../core/warnings.ts";
import { printable } from "../../report/printable.ts";
import { warningText } from "../../report/progress.ts";
import type { CliContext } from "./context.ts";

/** Warnings of a command that makes no load info, on standard error, worded as the load info words them. */
export function printWarnings(context: CliContext, warnings: readonly Warning[]): void {
  for (const warning of warnings) {
    context.err(`${printable(warningText(warning))}\n`);
  }
}
