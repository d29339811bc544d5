import type { Trace } from "../pipeline/trace.ts";
import { loadFacts, runSeconds, sum } from "./facts.ts";
import { renderLoadInfoJson } from "./load-info-json.ts";
import { clip } from "./markdown.ts";
import { printable, printableJson } from "./printable.ts";

/** Where the files of a run were written. */
export interface ReportPaths {
  readonly loadInfo: string;
  readonly trace: string;
  readonly summary: string;
}

/** Longest value in bytes. */
export const OUTPUT_BYTES = 256 * 1024;
/** GitHub takes 1 MB of outputs a job, counted in UTF-16; a part is left for those of other steps. */
export const ALL_OUTPUTS_BYTES = 900_000;

/**
 * The outputs of the Action, the same names after success and failure. JSON is compact; a value of more than 256 KiB is
 * replaced by `{"truncated":true,"path":...}`, the file that holds it all; so are the longest ones while all together are
 * more than {@link ALL_OUTPUTS_BYTES}. Text that is unknown is empty.
 */
export function renderOutputs(trace: Trace, paths: ReportPaths) {
  const facts = loadFacts(trace);
  const json = (value: unknown, path = paths.trace) => capped(printableJson(value), path);
  const total = (figure: (resource: Trace["resources"][number]) => number) => decimal(sum(trace.resources, figure));
  return withinAll(
    {
      status: trace.status,
      "error-code": trace.failure?.code ?? "",
      retryable: String(trace.failure?.retryable ?? false),
      "pipeline-name": plain(trace.pipeline),
      "dataset-name": plain(trace.dataset),
      destination: plain(trace.destinationName),
      "load-ids": json(trace.packages.filter((each) => each.state === "loaded").map((each) => each.loadId)),
      "first-run": String(trace.firstRun),
      "state-source": trace.stateSource,
      "cache-hit": trace.cacheHit ?? "none",
      "rows-loaded": String(facts.rows),
      "row-counts": json(Object.fromEntries(facts.tables.map((table) => [table.table, table.rows])), paths.loadInfo),
      "schema-changed": String(facts.changes.length > 0),
      "schema-changes": json(
        facts.changes.map(({ columns: _, ...change }) => change),
        paths.loadInfo,
      ),
      "duration-seconds": decimal(runSeconds(trace)),
      durations: json(stepSeconds(trace)),
      requests: total((resource) => resource.requests),
      retries: total((resource) => resource.retries),
      "rate-limit-wait-seconds": total((resource) => resource.rateLimitWaitSeconds),
      "bytes-received": total((resource) => resource.bytes),
      warnings: json(warningsOf(trace), paths.loadInfo),
      "load-info": json(renderLoadInfoJson(trace), paths.loadInfo),
      "load-info-path": paths.loadInfo,
      "trace-path": paths.trace,
      "summary-path": paths.summary,
    },
    paths.trace,
  );
}

function withinAll<T extends Readonly<Record<string, string>>>(outputs: T, path: string): Record<keyof T, string> {
  const all: Record<keyof T, string> = { ...outputs };
  const names: readonly (keyof T)[] = Object.keys(outputs);
  const longestFirst = [...names].sort((a, b) => all[b].length - all[a].length);
  for (const name of longestFirst) {
    if (sum(names, (one) => 2 * (String(one).length + all[one].length)) <= ALL_OUTPUTS_BYTES) break;
    all[name] = pointer(path);
  }
  return all;
}

function pointer(path: string): string {
  return JSON.stringify({ truncated: true, path });
}

/** A name on one line, as a workflow may print it. */
function plain(text: string): string {
  return clip(printable(text), 1000);
}

function capped(text: string, path: string): string {
  return Buffer.byteLength(text) <= OUTPUT_BYTES ? text : pointer(path);
}

/** Steps that ran several times (an attempt anew) add up. */
function stepSeconds(trace: Trace): Readonly<Record<string, number>> {
  const seconds: Record<string, number> = {};
  for (const step of trace.steps) seconds[step.step] = rounded((seconds[step.step] ?? 0) + step.seconds);
  return seconds;
}

/** With table and column where the subject names a loaded table, so that a workflow need not take it apart. */
function warningsOf(trace: Trace) {
  const tables = new Set(trace.packages.flatMap((each) => each.tables.map((table) => table.table)));
  return trace.warnings.map((warning) => {
    const [table = "", ...rest] = warning.subject.split(".");
    if (!tables.has(table)) return warning;
    return { ...warning, table, ...(rest.length === 0 ? {} : { column: rest.join(".") }) };
  });
}

function decimal(value: number): string {
  return String(rounded(value));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
