import { ERROR_CODES, WARNING_CODES } from "../core/error-codes.ts";
import { redactValue } from "../core/redact.ts";
import type { Trace } from "../pipeline/trace.ts";

/**
 * A trace whose texts went through the redactor: done before rendering, because escaping for Markdown would change a
 * secret's form. Words of our own (codes, statuses, steps) stay, whatever somebody's secret is.
 */
export function redactTrace(redact: (text: string) => string, trace: Trace): Trace {
  return redactValue((text) => (OWN_WORDS.has(text) ? text : redact(text)), trace);
}

const OWN_WORDS: ReadonlySet<string> = new Set([
  ...Object.keys(ERROR_CODES),
  ...Object.keys(WARNING_CODES),
  ...["loaded", "no-new-data", "skipped", "failed", "aborted", "cancelled", "normalized"],
  ...["config", "sync", "extract", "normalize", "load", "report"],
  ...["destination", "cache", "new", "exact", "prefix", "none", "postgres", "embedded", "***"],
  ...["append", "replace", "merge", "skip", "table_added", "column_added", "variant_added"],
]);
