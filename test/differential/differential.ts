/** Loads the same source with Python dlt and with Sluice and says what differs. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { loadConfiguration } from "../../src/config/load-configuration.ts";
import type { SampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { type DltServer, startDlt } from "../support/dlt.ts";
import { compareDatasets, type Dataset, readDataset, withoutResourceNames } from "./dataset.ts";
import { DEVIATIONS, type Deviation, explain, SHARED_TABLE } from "./deviations.ts";
import type { Writer } from "./handover.ts";
import { referenceOf } from "./reference.ts";

export interface DifferentialOptions {
  /** A pipeline file, or `gitlab`. */
  readonly source: string;
  /** Who writes each run of the dataset that is compared with dlt's own: `sluice` each time, or in turns. */
  readonly turns: readonly Writer[];
  /** Database whose role may create schemas. Two datasets are made in it and dropped. */
  readonly url: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A GitLab of our own that is asked; the built-in source sees its first day, then the second. */
  readonly gitlab?: SampleGitlab;
  readonly dlt?: DltServer;
  readonly say?: (line: string) => void;
}

export interface DifferentialResult {
  /** What differs and is no deviation, a line each. */
  readonly faults: readonly string[];
  /** Deviations that showed, with the number of differences that each explains. */
  readonly deviations: ReadonlyMap<Deviation, number>;
  readonly tables: number;
  readonly rows: number;
  readonly dataset: Dataset;
}

interface Warned {
  readonly code: string;
  readonly subject: string;
}

const run = promisify(execFile);
const cli = join(import.meta.dirname, "..", "..", "src", "edge", "cli", "index.ts");
let serial = 0;

/** Throws `ConfigError` for a file that is none, and an error with the words of the program when a run fails. */
export async function differential(options: DifferentialOptions): Promise<DifferentialResult> {
  const { source, url, gitlab, say = () => {} } = options;
  const isFile = existsSync(source);
  const cwd = isFile ? dirname(source) : process.cwd();
  const environment =
    gitlab === undefined ? options.environment : { ...options.environment, ...sampleSettings(gitlab) };
  const reference = referenceOf(
    loadConfiguration({
      kind: "cli",
      flags: isFile ? {} : { source },
      environment,
      needsDestination: false,
      ...(isFile ? { file: basename(source) } : {}),
      readText: (path) => (existsSync(join(cwd, path)) ? readFileSync(join(cwd, path), "utf8") : undefined),
    }),
  );
  const folder = await mkdtemp(join(tmpdir(), "sluice-differential-"));
  const dlt = options.dlt ?? startDlt(folder);
  const names = { dlt: `by_dlt_${process.pid}_${serial}`, sluice: `by_sluice_${process.pid}_${serial++}` };
  const warnings: Warned[] = [];
  try {
    const file = join(folder, "pipeline.json");
    await writeFile(file, JSON.stringify(reference.document), { mode: 0o600 });
    const write = async (writer: Writer, dataset: string): Promise<void> => {
      const work = await mkdtemp(join(folder, "work-"));
      if (writer === "dlt") {
        await dlt.run(file, url, dataset, work);
        return;
      }
      const flags = ["--connection-string", url, "--dataset-name", dataset, "--working-directory", work, "--json"];
      const { stdout } = await run(process.execPath, [cli, "run", isFile ? basename(source) : source, ...flags], {
        cwd,
        env: { ...environment },
        maxBuffer: 64 << 20,
      }).catch((error: { stdout?: string; stderr?: string }) => {
        throw new Error(`sluice failed\n${error.stdout ?? ""}\n${error.stderr ?? ""}`);
      });
      warnings.push(...(JSON.parse(stdout) as { warnings: Warned[] }).warnings);
    };
    for (const [index, writer] of options.turns.entries()) {
      // On the second day the sample lists an import that is gone, which ends the walkthrough in both programs.
      if (!isFile) gitlab?.setDay(index === 0 ? 1 : 2);
      say(`run ${index + 1} of ${options.turns.length}: dlt, then ${writer}`);
      await write("dlt", names.dlt);
      await write(writer, names.sluice);
    }
    const dataset = await readDataset(url, names.sluice);
    const theirs = await readDataset(url, names.dlt);
    const compare = (a: Dataset, b: Dataset): string[] => compareDatasets(a, b, Number.POSITIVE_INFINITY);
    const all = compare(dataset, theirs);
    const { sharedTables } = reference;
    const lines = compare(withoutResourceNames(dataset, sharedTables), withoutResourceNames(theirs, sharedTables));
    const { faults, deviations: found } = explain(lines, { warnings, keys: reference.keys });
    const deviations = new Map(found);
    const shared = DEVIATIONS.find(({ name }) => name === SHARED_TABLE);
    if (shared !== undefined && all.length > lines.length) deviations.set(shared, all.length - lines.length);
    return {
      faults,
      deviations,
      tables: dataset.tables.size,
      rows: [...dataset.tables.values()].reduce((sum, table) => sum + table.rows.length, 0),
      dataset,
    };
  } finally {
    if (options.dlt === undefined) await dlt.close();
    await dropDatasets(url, Object.values(names));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a sample GitLab, for the built-in source and for the pipeline file of the walkthrough. */
function sampleSettings(gitlab: SampleGitlab): Record<string, string> {
  return {
    SOURCES__GITLAB__TOKEN: gitlab.token,
    SOURCES__GITLAB__API_KEY: gitlab.token,
    SOURCES__GITLAB__BASE_URL: `${gitlab.url}/api/v4`,
  };
}

async function dropDatasets(url: string, datasets: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const dataset of datasets)
      for (const schema of [dataset, `${dataset}_staging`])
        await client.query(`DROP SCHEMA IF EXISTS ${client.escapeIdentifier(schema)} CASCADE`);
  } finally {
    await client.end();
  }
}
