import type { TableTrace, Trace } from "../../pipeline/trace.ts";

/** A run and how many requests the server saw of it. */
export interface DemoDay {
  readonly trace: Trace;
  readonly requests: number;
}

/** What the second run did otherwise than the first: rows and requests side by side, new columns, skipped projects. */
export function compareDays(first: DemoDay, second: DemoDay): string {
  return [
    ...rowsTable(first, second),
    "",
    ...newColumns(second.trace),
    ...skippedParents(second.trace),
    "Cursors live in the database, one for each project; `_dlt_pipeline_state` holds them, as dlt does.",
  ].join("\n");
}

function rowsTable(first: DemoDay, second: DemoDay): readonly string[] {
  const before = rowsByResource(first.trace);
  const now = rowsByResource(second.trace);
  const names = [...new Set([...before.keys(), ...now.keys()])];
  const lines = [
    ["rows loaded", "day 1", "day 2"],
    ...names.map((name) => [name, number(before.get(name) ?? 0), number(now.get(name) ?? 0)]),
    ["requests", number(first.requests), number(second.requests)],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}

/** Rows of a resource's own table, and those of its nested tables on a line of their own. */
function rowsByResource(trace: Trace): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const add = (name: string, count: number): void => {
    rows.set(name, (rows.get(name) ?? 0) + count);
  };
  const tables = trace.packages.flatMap((one) => one.tables).filter(({ table }) => !table.startsWith("_dlt"));
  for (const table of tables.filter((one) => !isNested(one))) add(table.table, table.rows);
  for (const table of tables.filter(isNested)) add("(nested tables)", table.rows);
  return rows;
}

function isNested({ table }: TableTrace): boolean {
  return table.includes("__");
}

function newColumns(trace: Trace): readonly string[] {
  const changes = trace.packages.flatMap((one) => one.changes).filter(({ change }) => change !== "table_added");
  if (changes.length === 0) return [];
  const names = changes.map(({ table, column }) => `${table}.${column ?? ""}`);
  const shown = names.slice(0, 6).join(", ");
  return [
    `${names.length} new column${names.length === 1 ? "" : "s"} came with day 2: ${shown}${names.length > 6 ? `, and ${names.length - 6} more` : ""}.`,
  ];
}

function skippedParents(trace: Trace): readonly string[] {
  const parts = trace.resources.flatMap(({ resource, skipped }) => {
    const reasons = Object.entries(skipped).map(([status, count]) => `${count} with ${status}`);
    return reasons.length === 0 ? [] : [`${resource} (${reasons.join(", ")})`];
  });
  return parts.length === 0 ? [] : [`Projects that cannot be read were skipped: ${parts.join(", ")}.`];
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
