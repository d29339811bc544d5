import { type BenchLine, ENGINE_TITLES, ENGINES, type EngineName } from "./lines.ts";
import { ON_DEMAND, SCENARIOS, type ScenarioName, TITLES } from "./scenarios.ts";
import { ratio, type Spread, spreadOf } from "./statistics.ts";

/** The table of one scenario: head, a row an engine, and what the figures say when compared. */
export interface ScenarioTable {
  readonly scenario: ScenarioName;
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly remarks: readonly string[];
}

const HEAD = [
  "engine",
  "total s",
  "of it start-up",
  "rows/s",
  "client CPU s",
  "server CPU s",
  "peak RSS MiB",
  "in flight",
  "load",
];

/** Tables of all scenarios that were measured, in their order. */
export function tablesOf(lines: readonly BenchLine[]): ScenarioTable[] {
  const order: readonly ScenarioName[] = [...SCENARIOS, ...ON_DEMAND];
  return order.flatMap((scenario) => {
    const own = lines.filter((line) => line.scenario === scenario);
    return own.length === 0 ? [] : [tableOf(scenario, own)];
  });
}

function tableOf(scenario: ScenarioName, lines: readonly BenchLine[]): ScenarioTable {
  const by = (name: EngineName) => lines.filter((line) => line.name === name);
  const measured = ENGINES.filter((name) => by(name).length > 0);
  const rows = lines.find((line) => line.ok)?.rows ?? 0;
  return {
    scenario,
    title: `${TITLES[scenario]}: ${grouped(rows)} rows, ${Math.max(...lines.map((line) => line.round))} rounds`,
    head: HEAD,
    rows: measured.map((name) => rowOf(name, by(name))),
    remarks: [...comparisons(by), ...failures(lines), ...differences(lines)],
  };
}

function rowOf(name: EngineName, all: readonly BenchLine[]): string[] {
  const lines = all.filter((line) => line.ok);
  if (lines.length === 0) return [ENGINE_TITLES[name], "failed", ...HEAD.slice(2).map(() => "-")];
  const spread = (pick: (line: BenchLine) => number | null) => spreadOf(lines.map(pick));
  return [
    ENGINE_TITLES[name] + (lines.length < all.length ? ` (${all.length - lines.length} failed)` : ""),
    shown(spread(total), 2),
    shown(
      spread((line) => (line.wall_s === null ? null : line.total_s - line.wall_s)),
      2,
      false,
    ),
    grouped(Math.round(spread((line) => line.rows_per_s)?.median ?? 0)),
    shown(
      spread((line) => line.cpu_s),
      2,
    ),
    shown(
      spread((line) => line.pg_cpu_s),
      2,
    ),
    shown(
      spread((line) => line.peak_rss_mib),
      0,
    ),
    name === "floor"
      ? "-"
      : shown(
          spread((line) => line.max_in_flight),
          0,
          false,
        ),
    shown(
      spread((line) => Math.max(...line.load_average)),
      1,
      false,
    ),
  ];
}

/** `1.02 (0.98 - 1.10)`; the median alone where there is one value. */
function shown(spread: Spread | undefined, digits: number, range = true): string {
  if (spread === undefined) return "-";
  const text = spread.median.toFixed(digits);
  if (!range || spread.count === 1) return text;
  return `${text} (${spread.min.toFixed(digits)} - ${spread.max.toFixed(digits)})`;
}

/** Ratios of medians. Above one: so many times less than the other engine needs. */
function comparisons(by: (name: EngineName) => readonly BenchLine[]): string[] {
  const good = (name: EngineName) => by(name).filter((line) => line.ok);
  const spread = (name: EngineName, pick: (line: BenchLine) => number | null) => spreadOf(good(name).map(pick));
  if (good("sluice").length === 0) return [];
  const remarks: string[] = [];
  for (const name of ["default", "tuned"] as const) {
    const times = (pick: (line: BenchLine) => number | null) => ratio(spread(name, pick), spread("sluice", pick));
    const [whole, run, cpu, memory] = [times(total), times(wall), times(bothCpu), times((line) => line.peak_rss_mib)];
    if (whole === undefined) continue;
    const parts = [`${whole.toFixed(1)} times as fast`];
    if (run !== undefined) parts.push(`${run.toFixed(1)} without start-up`);
    if (cpu !== undefined) parts.push(`${cpu.toFixed(1)} times less CPU of client and server`);
    if (memory !== undefined) parts.push(`${memory.toFixed(1)} times less memory`);
    remarks.push(`Sluice against ${ENGINE_TITLES[name]}: ${parts.join(", ")}`);
  }
  const floor = ratio(spread("sluice", wall), spread("floor", wall));
  if (floor !== undefined) remarks.push(`Sluice against the COPY floor: ${floor.toFixed(2)} times its time`);
  return remarks;
}

const total = (line: BenchLine): number => line.total_s;
const wall = (line: BenchLine): number | null => line.wall_s;
const bothCpu = (line: BenchLine): number | null =>
  line.cpu_s === null || line.pg_cpu_s === null ? null : line.cpu_s + line.pg_cpu_s;

function failures(lines: readonly BenchLine[]): string[] {
  return lines
    .filter((line) => !line.ok)
    .map((line) => `FAILED: ${ENGINE_TITLES[line.name]}, round ${line.round}, exit ${line.exit}`);
}

/** Engines must leave the same number of rows in tables of the same names. */
export function differences(lines: readonly BenchLine[]): string[] {
  const counts = new Map<string, string[]>();
  for (const line of lines.filter((one) => one.ok)) {
    const key = JSON.stringify(Object.entries(line.tables).sort(([a], [b]) => (a < b ? -1 : 1)));
    const who = `${ENGINE_TITLES[line.name]} in round ${line.round}`;
    counts.set(key, [...(counts.get(key) ?? []), who]);
  }
  if (counts.size < 2) return [];
  return [...counts].map(([key, who]) => `ROWS DIFFER: ${key} by ${who.join(", ")}`);
}

/** Tables for a terminal. */
export function renderText(tables: readonly ScenarioTable[]): string {
  return tables
    .map(({ title, head, rows, remarks }) => {
      const cells = [head, ...rows];
      const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
      const line = (row: readonly string[]) =>
        row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ");
      return [title, ...cells.map(line), ...remarks.map((remark) => `  ${remark}`)].join("\n");
    })
    .join("\n\n");
}

/** The same for a document. */
export function renderMarkdown(tables: readonly ScenarioTable[]): string {
  return tables
    .map(({ title, head, rows, remarks }) => {
      const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
      const rule = `|${head.map((_, at) => (at === 0 ? "---|" : "---:|")).join("")}`;
      const table = [line(head), rule, ...rows.map(line)].join("\n");
      return [`### ${title}`, table, remarks.map((remark) => `- ${remark}.`).join("\n")].join("\n\n").trim();
    })
    .join("\n\n");
}

/** `249 871`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}
