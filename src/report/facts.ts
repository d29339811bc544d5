import { WARNING_CODES } from "../core/error-codes.ts";
import type { PackageTrace, StepTrace, TableTrace, Trace } from "../pipeline/trace.ts";

export type SchemaChange = PackageTrace["changes"][number];

/** Figures of a run that several renderers show; all of packages that are committed. */
export interface LoadFacts {
  readonly rows: number;
  readonly bytes: number;
  /** Per destination table, summed over packages; in the order of the resources, a nested table after its parent. */
  readonly tables: readonly TableTrace[];
  readonly changes: readonly SchemaChange[];
}

/** Sums up what was loaded. */
export function loadFacts(trace: Trace): LoadFacts {
  const tables = new Map<string, TableTrace>();
  const changes: SchemaChange[] = [];
  for (const loaded of trace.packages.filter((each) => each.state === "loaded")) {
    changes.push(...loaded.changes);
    for (const table of loaded.tables) {
      const old = tables.get(table.table);
      tables.set(
        table.table,
        old === undefined
          ? table
          : { ...old, rows: old.rows + table.rows, bytes: old.bytes + table.bytes, files: old.files + table.files },
      );
    }
  }
  const order = new Map(trace.resources.map(({ resource }, index) => [resource, index]));
  const place = ({ table, resource = table }: TableTrace) => order.get(resource) ?? order.size;
  const all = [...tables.values()].sort((a, b) => place(a) - place(b) || (a.table < b.table ? -1 : 1));
  return { rows: sum(all, (table) => table.rows), bytes: sum(all, (table) => table.bytes), tables: all, changes };
}

/** What was loaded of a resource window by window. */
export interface LoadedRange {
  readonly resource: string;
  readonly windows: number;
  readonly start: string;
  /** Absent: the last window is loaded too, which is open. */
  readonly end?: string;
}

/** The windows of packages that are committed, as one range a resource. */
export function loadedRanges(trace: Trace): readonly LoadedRange[] {
  const ranges = new Map<string, LoadedRange>();
  for (const { windows = [] } of trace.packages.filter(({ state }) => state === "loaded")) {
    for (const { resource, start, end } of windows) {
      const known = ranges.get(resource);
      const range = { resource, windows: (known?.windows ?? 0) + 1, start: known?.start ?? start };
      ranges.set(resource, end === undefined ? range : { ...range, end });
    }
  }
  return [...ranges.values()];
}

/** Changes of one table, so that each table is told once. */
export interface TableChanges {
  readonly table: string;
  readonly added: boolean;
  /** Added columns; of an added table all, as far as they are known. */
  readonly columns: readonly AddedColumn[];
}

export interface AddedColumn {
  readonly name: string;
  readonly type: string | undefined;
}

/** Schema changes by table in order of first appearance. */
export function changesByTable(changes: readonly SchemaChange[]): readonly TableChanges[] {
  const byTable = new Map<string, SchemaChange[]>();
  for (const change of changes) {
    const known = byTable.get(change.table);
    if (known === undefined) byTable.set(change.table, [change]);
    else known.push(change);
  }
  return [...byTable].map(([table, all]) => ({
    table,
    added: all.some((change) => change.change === "table_added"),
    columns: all.flatMap((change): readonly AddedColumn[] =>
      change.column === undefined ? (change.columns ?? []) : [{ name: change.column, type: change.type }],
    ),
  }));
}

/** `table added, 12 columns` or `columns added: a bigint, b text, and 3 more`. */
export function describeChanges(changes: TableChanges, most: number): string {
  const columns = changes.columns.map(({ name, type }) => (type === undefined ? name : `${name} ${type}`));
  if (changes.added) {
    return columns.length === 0 ? "table added" : `table added, ${count(columns.length, "column")}`;
  }
  return `${columns.length === 1 ? "column" : "columns"} added: ${listed(columns, most)}`;
}

/** What a warning says: the meaning of its code, then the detail and how often. */
export function warningMeaning(warning: Trace["warnings"][number]): string {
  const more = [
    ...(warning.detail === undefined ? [] : [warning.detail.replace(/\.$/, "")]),
    ...(warning.count === 1 ? [] : [count(warning.count, "time")]),
  ];
  const meaning = WARNING_CODES[warning.code];
  return more.length === 0 ? meaning : `${meaning.replace(/\.$/, "")} (${more.join(", ")}).`;
}

/** Wall time of a run in seconds. */
export function runSeconds(trace: Trace): number {
  const seconds = (Date.parse(trace.endedAt) - Date.parse(trace.startedAt)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** The load step, when the run came so far. */
export function loadStep(trace: Trace): StepTrace | undefined {
  return trace.steps.findLast((step) => step.step === "load");
}

/** `1 row`, `2 rows`. */
export function count(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Digits in groups of three: `1,234,567`. The same for every locale of the machine. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+(?!\d))/g, ",");
}

/** Decimal units: `0 B`, `831 B`, `1.2 kB`, `4.0 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** The first so many, then how many are left: `a, b, and 3 more`. */
export function listed(items: readonly string[], most: number): string {
  if (items.length <= most) return items.join(", ");
  return `${items.slice(0, most).join(", ")}, and ${formatCount(items.length - most)} more`;
}

/** Sum of a figure over items. */
export function sum<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((total, item) => total + figure(item), 0);
}
