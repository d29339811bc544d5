/**
 * What takes too long for `npm test`: `npm run test:sweep [-- --part crash,writers,readers,memory] [--bundle]
 * [--parallel N] [--only TEXT] [--rounds N] [--rows N]`. Without `--part` all of it. Prints what is wrong and the
 * figures of what is right; exit 1 when something is not.
 *
 * - crash: the whole crash sweep; `--bundle` tries the bundle, `--only` the cases with this text in their names
 * - writers: twenty rounds of two runs at once
 * - readers: readers beside loads of a million rows
 * - memory: the peak of a load of a million rows, and of five million, by the bundle: sources carry their compiler
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import { rowPipeline, startRowSource } from "../support/row-source.ts";
import { allCases, CRASH_POINTS, caseName, DISPOSITIONS, EARLY_POINTS } from "./crash-cases.ts";
import { BUNDLE_ENTRY, crashSweep, SOURCES_ENTRY } from "./crash-sweep.ts";
import { PROBE_CASES, probeReaders } from "./reader-probe.ts";
import { runMeasured } from "./run-cli.ts";
import { PAIRS_PER_ROUND, twoWriters } from "./two-writers.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "crash,writers,readers,memory" },
    bundle: { type: "boolean", default: false },
    parallel: { type: "string", default: "2" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "20" },
    rows: { type: "string", default: "1000000" },
  },
});
/** MiB for a load of any size. */
const MOST_MEMORY = 256;
const rows = Number(values.rows);
const entry = values.bundle ? BUNDLE_ENTRY : SOURCES_ENTRY;
const parts: Readonly<Record<string, (database: TestDatabase, folder: string) => Promise<boolean>>> = {
  crash,
  writers,
  readers,
  memory,
};

for (const name of values.part.split(",")) {
  const part = parts[name];
  if (part === undefined) throw new Error(`no part ${name}: one of ${Object.keys(parts).join(", ")}`);
  const endings: (() => Promise<void>)[] = [];
  const folder = await mkdtemp(join(tmpdir(), "sluice-sweep-"));
  try {
    const database = await testDatabase({ after: (end) => void endings.push(end) });
    if (!(await part(database, folder))) process.exitCode = 1;
  } finally {
    for (const end of endings) await end();
    await rm(folder, { recursive: true, force: true });
  }
}

function tell(name: string, failure: unknown): void {
  if (failure !== undefined) console.log(`WRONG ${name}\n${failure instanceof Error ? failure.message : failure}`);
}

async function crash(database: TestDatabase, folder: string): Promise<boolean> {
  const cases = allCases().filter((one) => caseName(one).includes(values.only));
  let done = 0;
  const { right, failures } = await crashSweep({
    database,
    folder,
    entry,
    cases,
    parallel: Number(values.parallel),
    onCase: (name, failure) => {
      done++;
      tell(name, failure);
      if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${cases.length}`);
    },
  });
  console.log(
    `\ncrash sweep: ${CRASH_POINTS.length} points x ${DISPOSITIONS.length} dispositions x disk kept or lost x first or second load, and ${EARLY_POINTS.length} points of a load begun early: ${right} of ${cases.length} right`,
  );
  return failures.length === 0 && cases.length > 0;
}

async function writers(database: TestDatabase, folder: string): Promise<boolean> {
  const rounds = Number(values.rounds);
  const { right, endings, failures } = await twoWriters({ database, folder, rounds, onRound: tell });
  const ends = Object.entries(endings).map(([end, count]) => `${count} x exit ${end}`);
  console.log(
    `two writers: ${rounds} rounds of ${PAIRS_PER_ROUND} pairs of runs: ${right} of ${rounds * PAIRS_PER_ROUND} right; they ended with ${ends.join(", ")}`,
  );
  return failures.length === 0 && right > 0;
}

async function readers(database: TestDatabase, folder: string): Promise<boolean> {
  const source = await startRowSource();
  let right = true;
  try {
    for (const { disposition, newColumn } of PROBE_CASES) {
      const name = `readers beside ${disposition} of ${rows} rows${newColumn ? " with a new column" : ""}`;
      try {
        const found = await probeReaders({ database, folder, source }, { disposition, newColumn, rows });
        const longest = Math.max(found.committed, found.snapshot ?? 0);
        const snapshot = found.snapshot === undefined ? "" : `, of one snapshot ${found.snapshot} ms`;
        console.log(
          `${name}: ${found.reads} reads in ${found.seconds} s, the longest of single statements ${found.committed} ms${snapshot}`,
        );
        right &&= longest < 1000;
      } catch (failure) {
        tell(name, failure);
        right = false;
      }
    }
  } finally {
    await source.close();
  }
  return right;
}

async function memory(database: TestDatabase, folder: string): Promise<boolean> {
  if (process.platform !== "linux") {
    console.log("SKIPPED memory: the peak is read from /proc");
    return true;
  }
  const source = await startRowSource();
  let right = true;
  try {
    for (const count of [rows, rows * 5]) {
      const name = `memory_${count}`;
      const cwd = join(folder, name);
      await mkdir(cwd);
      await writeFile(join(cwd, "rows.json"), rowPipeline(source.url, name, "append"));
      await source.set(count);
      const { code, stderr, peak, seconds } = await runMeasured(BUNDLE_ENTRY, cwd, database.url);
      assert.equal(code, 0, stderr);
      const [found] = await database.query(`SELECT count(*) AS n FROM ${name}.rows`);
      assert.equal(found?.n, String(count));
      console.log(`memory: ${count} rows in ${Math.round(seconds)} s, peak ${peak} MiB of ${MOST_MEMORY} allowed`);
      right &&= peak > 0 && peak < MOST_MEMORY;
      await database.query(`DROP SCHEMA ${name} CASCADE`);
    }
  } finally {
    await source.close();
  }
  return right;
}
