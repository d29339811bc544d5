import type { FailureTrace, PackageTrace, Trace } from "../pipeline/trace.ts";
import { formatDuration } from "./duration.ts";
import {
  changesByTable,
  count,
  describeChanges,
  formatBytes,
  formatCount,
  listed,
  loadedRanges,
  loadFacts,
  loadStep,
  warningMeaning,
} from "./facts.ts";
import { printable } from "./printable.ts";

/**
 * The load info of a run as text. First the lines that dlt prints for the same load, word for word (but without the
 * user of the database), then rows per table, schema changes and warnings. No line break at the end.
 */
export function renderLoadInfo(trace: Trace): string {
  return [dltLines(trace), rowLines(trace), windowLines(trace), changeLines(trace), warningLines(trace)]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(printable).join("\n"))
    .join("\n\n");
}

/**
 * A failed run in two lines, what and where, then what to do next; faults of a configuration take a line each. Empty
 * when the run did not fail. Never a stack.
 */
export function renderFailure(trace: Trace): string {
  const failure = trace.failure;
  if (failure === undefined) return "";
  const hint = failure.hint ?? (failure.retryable ? "Run it again later; nothing has to be repaired." : undefined);
  const lines = [
    ...`${failure.code}: ${failureText(failure)}`.split(/\r?\n/),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
  return lines.map(printable).join("\n");
}

/** The message of a failure, after the resource and table that it does not name itself. */
export function failureText({ message, context }: Pick<FailureTrace, "message" | "context">): string {
  const where = (["resource", "table"] as const).flatMap((key) => {
    const value = context[key];
    return value === undefined || message.includes(String(value)) ? [] : [`${key} ${String(value)}`];
  });
  return where.length === 0 ? message : `${where.join(", ")}: ${message}`;
}

// dlt: `LoadInfo.asstr`, golden/package.json. It prints a user with a masked password; here neither is known.
function dltLines(trace: Trace): readonly string[] {
  const step = loadStep(trace);
  const loaded = trace.packages.filter((each) => each.state === "loaded").length;
  const total = trace.packages.length;
  const packages = loaded === total ? `${total} load package(s)` : `${loaded} of ${total} load package(s)`;
  return [
    `Pipeline ${trace.pipeline} load step ${stepText(step)}`,
    `${packages} were loaded to destination ${trace.destination} and into dataset ${trace.dataset}`,
    `The ${trace.destination} destination used ${locationOf(trace)} location to store data`,
    ...trace.packages.map(packageLine),
  ];
}

function stepText(step: { readonly ok: boolean; readonly seconds: number } | undefined): string {
  if (step === undefined) return "did not start";
  const elapsed = formatDuration(step.seconds);
  return step.ok ? `finished in ${elapsed}` : `started ${elapsed} ago and did not finish`;
}

/** `postgresql://host:port/database`; names that are not of that kind stand as they are. */
function locationOf(trace: Trace): string {
  const name = trace.destinationName;
  return name.includes("://") || name === "" ? name : `postgresql://${name}`;
}

function packageLine(loaded: PackageTrace): string {
  const state = loaded.state.toUpperCase();
  const where = loaded.state === "loaded" ? state : `${state} and NOT YET LOADED to the destination`;
  return `Load package ${loaded.loadId} is ${where} and contains no failed jobs`;
}

function rowLines(trace: Trace): readonly string[] {
  const facts = loadFacts(trace);
  if (facts.tables.length === 0) return trace.status === "no-new-data" ? ["No new data."] : [];
  const name = Math.max(...facts.tables.map((table) => table.table.length));
  const rows = Math.max(...facts.tables.map((table) => formatCount(table.rows).length));
  return [
    `Loaded ${count(facts.rows, "row")} (${formatBytes(facts.bytes)}) into ${count(facts.tables.length, "table")}:`,
    ...facts.tables.map(
      (table) =>
        `- ${table.table.padEnd(name)}  ${formatCount(table.rows).padStart(rows)} row(s)  ${table.writeDisposition}`,
    ),
  ];
}

function windowLines(trace: Trace): readonly string[] {
  const ranges = loadedRanges(trace);
  if (ranges.length === 0) return [];
  return [
    "Windows loaded:",
    ...ranges.map(({ resource, windows, start, end }) => {
      return `- ${resource}: ${count(windows, "window")}, from ${start} to ${end ?? "now"}`;
    }),
  ];
}

function changeLines(trace: Trace): readonly string[] {
  const tables = changesByTable(loadFacts(trace).changes);
  if (tables.length === 0) return [];
  // With nothing to say about each, many new tables take one line.
  const bare = tables.filter((changes) => changes.added && changes.columns.length === 0).map(({ table }) => table);
  const told = tables.filter(({ table }) => !bare.includes(table));
  return [
    "Schema changes:",
    ...(bare.length === 0 ? [] : [`- added ${count(bare.length, "table")}: ${listed(bare, 20)}`]),
    ...told.map((changes) => `- ${changes.table}: ${describeChanges(changes, 8)}`),
  ];
}

function warningLines(trace: Trace): readonly string[] {
  if (trace.warnings.length === 0) return [];
  return [
    "Warnings:",
    ...trace.warnings.map((warning) => `- ${warning.code} ${warning.subject}: ${warningMeaning(warning)}`),
  ];
}
