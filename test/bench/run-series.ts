import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BenchDatabase, checkpoint, countRows, dropDatasets } from "./database.ts";
import type { Engine, EngineReport } from "./engines.ts";
import { dumpDataset, FLOOR_DATASET, FLOOR_DATASETS, type Floor } from "./floor.ts";
import type { GitlabProcess } from "./gitlab-process.ts";
import type { BenchLine } from "./lines.ts";
import { type Measured, measureCommand } from "./measure.ts";
import { pipelineDocument, type ScenarioName, type Series } from "./scenarios.ts";

export interface SeriesRequest {
  readonly series: Series;
  /** With the data of the series. */
  readonly gitlab: GitlabProcess;
  readonly engines: readonly Engine[];
  readonly floor: boolean;
  readonly rounds: number;
  readonly database: BenchDatabase;
  /** Emptied after each engine. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: BenchLine) => void;
}

/** Rounds in which the engines take turns, each from nothing; what fails is a line that says so, and the rest goes on. */
export async function runSeries(request: SeriesRequest): Promise<void> {
  const { series, gitlab, engines, database, folder } = request;
  await gitlab.set(series.server);
  let floor: Floor | undefined;
  try {
    for (let round = 1; round <= request.rounds; round++) {
      for (const engine of engines) {
        await runEngine(request, engine, round, async () => {
          if (request.floor && series.floor)
            floor ??= await dumpDataset(database.url, engine.dataset, join(folder, "floor"));
        });
        await dropDatasets(database.url, [engine.dataset]);
      }
      if (floor !== undefined) await runFloor(request, floor, round);
    }
  } finally {
    await dropDatasets(database.url, [...engines.map((engine) => engine.dataset), ...FLOOR_DATASETS]);
    await rm(join(folder, "floor"), { recursive: true, force: true });
  }
}

/** The runs of the series by one engine, until one fails. `onFirst` is called when the first has ended well. */
async function runEngine(
  request: SeriesRequest,
  engine: Engine,
  round: number,
  onFirst: () => Promise<void>,
): Promise<void> {
  const { series, gitlab, database } = request;
  const folder = join(request.folder, engine.dataset);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await dropDatasets(database.url, [engine.dataset]);
  const document = pipelineDocument(series, gitlab.url, gitlab.token, engine.engine);
  let before: Readonly<Record<string, number>> = {};
  for (const [at, scenario] of series.runs.entries()) {
    const command = await engine.prepare(document, folder, database.url);
    await checkpoint(database.url);
    await gitlab.reset();
    const seen = await measureCommand(command, database.postmaster, request.signal);
    const { measured, report } = await readReport(engine, seen, folder);
    const asked = await gitlab.counts();
    const after = await countRows(database.url, engine.dataset);
    const tables = series.disposition === "append" ? grown(after, before) : after;
    const run = { scenario, round, name: engine.name, engine: engine.engine, profile: engine.profile };
    const line = lineOf(run, series, measured, report, tables, asked);
    if (line !== undefined) request.onLine(line);
    if (measured.exit !== 0) return;
    if (at === 0) await onFirst();
    before = after;
  }
  await rm(folder, { recursive: true, force: true });
}

/** What the engine tells of its run. One that ends well and tells nothing that can be read has failed. */
async function readReport(
  engine: Engine,
  measured: Measured,
  folder: string,
): Promise<{ measured: Measured; report?: EngineReport }> {
  if (measured.exit !== 0) return { measured };
  try {
    return { measured, report: await engine.read(measured.stdout, folder) };
  } catch (error) {
    return { measured: { ...measured, exit: 1, stderr: `${measured.stderr}\nunreadable report: ${String(error)}\n` } };
  }
}

async function runFloor(request: SeriesRequest, floor: Floor, round: number): Promise<void> {
  const { database, series } = request;
  for (const scenario of series.runs) {
    if (scenario === null) continue;
    const command = await floor.prepare();
    await checkpoint(database.url);
    const measured = await measureCommand(command, database.postmaster, request.signal);
    const tables = await countRows(database.url, FLOOR_DATASET);
    const run = { scenario, round, name: "floor", engine: "copy", profile: `text, ${floor.via}` } as const;
    const report = { ...NOT_TOLD, version: database.version, wallSeconds: ownSeconds(measured) };
    const line = lineOf(run, series, measured, report, tables, { requests: 0, maxInFlight: 0 });
    if (line !== undefined) request.onLine(line);
  }
}

const NOT_TOLD = { wallSeconds: null, extractSeconds: null, normalizeSeconds: null, loadSeconds: null };

/** `copy-in.ts` tells its time without the start of Node; psql starts in no time. */
function ownSeconds(measured: Measured): number | null {
  const told = /"wall_s":([\d.]+)/.exec(measured.stdout)?.[1];
  return told === undefined ? measured.seconds : Number(told);
}

function grown(after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)]));
}

type Run = Pick<BenchLine, "round" | "name" | "engine" | "profile"> & { readonly scenario: ScenarioName | null };

/** Undefined for a run that only prepares the next one, unless it failed: that is told under the next one's name. */
function lineOf(
  run: Run,
  series: Series,
  measured: Measured,
  report: EngineReport | undefined,
  tables: Readonly<Record<string, number>>,
  asked: { readonly requests: number; readonly maxInFlight: number },
): BenchLine | undefined {
  const ok = measured.exit === 0;
  const scenario = run.scenario ?? (ok ? null : (series.runs.find((name) => name !== null) ?? null));
  if (scenario === null) return undefined;
  const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
  const wall = report?.wallSeconds ?? measured.seconds;
  return {
    ...run,
    scenario,
    version: report?.version ?? "",
    disposition: series.disposition,
    ok,
    exit: measured.exit,
    total_s: rounded(measured.seconds, 3),
    wall_s: orNull(report?.wallSeconds, 3),
    extract_s: orNull(report?.extractSeconds, 3),
    normalize_s: orNull(report?.normalizeSeconds, 3),
    load_s: orNull(report?.loadSeconds, 3),
    rows,
    rows_per_s: Math.round(rows / wall),
    cpu_s: orNull(measured.cpuSeconds, 2),
    pg_cpu_s: orNull(measured.serverCpuSeconds, 2),
    peak_rss_mib: orNull(measured.peakResidentBytes === null ? null : measured.peakResidentBytes / 2 ** 20, 1),
    tables,
    load_average: measured.loadAverage,
    requests: asked.requests,
    max_in_flight: asked.maxInFlight,
    ...(ok ? {} : { error: (measured.stderr + measured.stdout).trim().split("\n").slice(-20).join("\n") }),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function orNull(value: number | null | undefined, digits: number): number | null {
  return value === null || value === undefined ? null : rounded(value, digits);
}
