/**
 * Measures Sluice beside Python dlt, in its default and in a tuned profile, and beside the floor that COPY sets: same
 * data, same database, in turns. `npm run bench -- --help` lists the options; docs/performance.md says how to read it.
 */
import { existsSync, readFileSync } from "node:fs";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DLT_VERSION } from "../support/dlt.ts";
import { type BenchDatabase, openDatabase } from "./database.ts";
import { dltEngine, type Engine, sluiceEngine } from "./engines.ts";
import { type GitlabProcess, startGitlabProcess } from "./gitlab-process.ts";
import { installDlt } from "./install-dlt.ts";
import { type BenchLine, ENGINE_TITLES } from "./lines.ts";
import { type BenchOptions, parseOptions, USAGE } from "./options.ts";
import { replaceFigures } from "./performance-page.ts";
import { bundlePlaces, readProfile, renderProfile, selfTimes } from "./profile.ts";
import { differences, renderMarkdown, renderText, tablesOf } from "./render-tables.ts";
import { runSeries } from "./run-series.ts";
import { type Series, seriesOf } from "./scenarios.ts";

const root = join(import.meta.dirname, "..", "..");
const PAGE = join(root, "docs", "performance.md");
const SMALL_ROUNDS = 5;
const TOP = 10;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  let options: BenchOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const stop = new AbortController();
  // Not `once`: a handler that is gone when the signal comes makes the embedded server end the process.
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  let database: BenchDatabase | undefined;
  try {
    const entry = await entryIn(folder, options.entry);
    database = await openDatabase(join(folder, "database"));
    const run = { options, entry, database, folder, signal: stop.signal };
    return options.profile ? await profile(run) : await compare(run);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error(`bench: ${String(stop.signal.reason)}`);
    return 130;
  } finally {
    await database?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface BenchRun {
  readonly options: BenchOptions;
  readonly entry: string;
  readonly database: BenchDatabase;
  readonly folder: string;
  readonly signal: AbortSignal;
}

async function compare({ options, entry, database, folder, signal }: BenchRun): Promise<number> {
  const engines = await enginesOf(options, entry);
  const lines: BenchLine[] = [];
  const onLine = (line: BenchLine): void => {
    lines.push(line);
    console.error(progressOf(line));
    if (options.out !== undefined)
      written = written.then(() => appendFile(options.out ?? "", `${JSON.stringify(line)}\n`));
  };
  let written = options.out === undefined ? Promise.resolve() : writeFile(options.out, "");
  const all = seriesOf(options.scenarios, options.records, options.quick);
  await withGitlab(all, signal, async (series, gitlab) => {
    const small = series.runs.includes("small") && !options.quick;
    // Memory is a question to Sluice alone; dlt would take minutes a round.
    const own = series.runs.includes("memory") ? engines.filter((engine) => engine.name === "sluice") : engines;
    const rounds = small ? Math.max(options.rounds, SMALL_ROUNDS) : options.rounds;
    const floor = options.engines.includes("floor");
    await runSeries({ series, gitlab, engines: own, floor, rounds, database, folder, signal, onLine });
  });
  await written;
  const tables = tablesOf(lines);
  const about = `${aboutMachine(database)} Large runs: ${options.records} records${options.quick ? " (--quick)" : ""}.`;
  console.log(`${about}\n\n${renderText(tables)}`);
  const wrong = lines.some((line) => !line.ok) || tables.some((table) => differs(lines, table.scenario));
  if (options.write && !wrong) {
    const figures = `${about}\n\n${renderMarkdown(tables)}`;
    await writeFile(PAGE, replaceFigures(await readFile(PAGE, "utf8"), figures));
    console.log("\nwritten to docs/performance.md");
  }
  return wrong ? 1 : 0;
}

function differs(lines: readonly BenchLine[], scenario: string): boolean {
  return differences(lines.filter((line) => line.scenario === scenario)).length > 0;
}

/** One run of Sluice with the profiler, which itself takes a few per cent. */
async function profile({ options, entry, database, folder, signal }: BenchRun): Promise<number> {
  const profiles = join(folder, "profiles");
  const engine = sluiceEngine(entry, ["--cpu-prof", `--cpu-prof-dir=${profiles}`]);
  let failed = false;
  await withGitlab(seriesOf(options.scenarios, options.records, false), signal, async (series, gitlab) => {
    const lines: BenchLine[] = [];
    const onLine = (line: BenchLine) => void lines.push(line);
    await runSeries({ series, gitlab, engines: [engine], floor: false, rounds: 1, database, folder, signal, onLine });
    for (const line of lines) console.log(progressOf(line));
    if (lines.every((line) => line.ok)) {
      const places = bundlePlaces((url) => readFileSync(fileURLToPath(url), "utf8"));
      console.log(renderProfile(selfTimes(readProfile(profiles), places), TOP));
    } else failed = true;
    await rm(profiles, { recursive: true, force: true });
  });
  return failed ? 1 : 0;
}

/** The series in turn, each with a server that has its data; series of the same data share one. */
async function withGitlab(
  all: readonly Series[],
  signal: AbortSignal,
  run: (series: Series, gitlab: GitlabProcess) => Promise<void>,
): Promise<void> {
  for (const world of new Set(all.map((series) => series.world))) {
    const gitlab = await startGitlabProcess(world, signal);
    try {
      for (const series of all.filter((one) => one.world === world)) await run(series, gitlab);
    } finally {
      await gitlab.stop();
    }
  }
}

async function enginesOf(options: BenchOptions, entry: string): Promise<Engine[]> {
  const wanted = options.engines.filter((name) => name === "default" || name === "tuned");
  if (wanted.length > 0) await installDlt(root);
  const dlt = wanted.flatMap((profile) => dltEngine(profile) ?? []);
  if (dlt.length < wanted.length)
    console.error(
      `bench: SKIPPED ${wanted.map((name) => ENGINE_TITLES[name]).join(", ")}: no Python dlt ${DLT_VERSION} in .venv-dlt, and none could be installed`,
    );
  return [...dlt, ...(options.engines.includes("sluice") ? [sluiceEngine(entry)] : [])];
}

/** A copy of the bundle, which a build meanwhile does not touch. */
async function entryIn(folder: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return resolve(given);
  const bundle = join(root, "dist", "cli");
  if (!existsSync(join(bundle, "index.js"))) throw new Error('bench: no dist/cli; run "npm run build" first');
  await cp(bundle, join(folder, "cli"), { recursive: true });
  return join(folder, "cli", "index.js");
}

function aboutMachine(database: BenchDatabase): string {
  const where = process.env.DATABASE_URL === undefined ? "an embedded server with default settings" : "DATABASE_URL";
  return [
    `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}),`,
    `Node ${process.versions.node}, PostgreSQL ${database.version} (${where}), dlt ${DLT_VERSION}.`,
  ].join(" ");
}

function progressOf(line: BenchLine): string {
  const what = `${line.scenario} round ${line.round} ${ENGINE_TITLES[line.name]}`;
  if (!line.ok) return `${what}: FAILED with ${line.exit}\n${line.error ?? ""}`;
  const stages = [line.extract_s, line.normalize_s, line.load_s].map((seconds) => seconds?.toFixed(2) ?? "-").join("/");
  const load = Math.max(...line.load_average).toFixed(1);
  return `${what}: ${line.total_s.toFixed(2)} s, extract/normalize/load ${stages} s, ${line.rows} rows, CPU ${line.cpu_s ?? "-"} + ${line.pg_cpu_s ?? "-"} s, ${line.peak_rss_mib ?? "-"} MiB, load ${load}`;
}
