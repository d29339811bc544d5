/**
 * The crash sweep: a run dies by SIGKILL at a named point, one undisturbed run follows, then another one. The rows must
 * be those of a pipeline that nothing ever happened to.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestDatabase } from "../support/postgres.ts";
import { startTinySource, type TinyDisposition, takesAll, tinyPipeline } from "../support/tiny-source.ts";
import { type CrashCase, caseName, DISPOSITIONS } from "./crash-cases.ts";
import { assertSound, type Rows, rowsOf } from "./oracle.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** The command line from its sources; the bundle is tried by naming it. */
export const SOURCES_ENTRY = join(ROOT, "src", "edge", "cli", "index.ts");
export const BUNDLE_ENTRY = join(ROOT, "dist", "cli", "index.js");

export interface SweepOptions {
  readonly database: TestDatabase;
  /** An empty folder; each case makes one of its own in it. */
  readonly folder: string;
  readonly entry: string;
  readonly cases: readonly CrashCase[];
  /** Cases at the same time. */
  readonly parallel: number;
  readonly onCase?: (name: string, failure: unknown) => void;
}

export interface SweepResult {
  readonly right: number;
  readonly failures: readonly { readonly name: string; readonly failure: unknown }[];
}

/** Runs the cases; never throws for a case that fails. */
export async function crashSweep(options: SweepOptions): Promise<SweepResult> {
  const needed = DISPOSITIONS.filter((one) => options.cases.some(({ disposition }) => one === disposition));
  const undisturbed = new Map<string, Rows>();
  for (const disposition of needed) {
    for (const early of [false, true]) {
      if (early && !options.cases.some((one) => one.early && one.disposition === disposition)) continue;
      for (const [key, rows] of await undisturbedRows(options, disposition, early)) undisturbed.set(key, rows);
    }
  }
  const failures: { name: string; failure: unknown }[] = [];
  const waiting = options.cases.map((one, index) => ({ one, id: `c${index + 1}` }));
  let right = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const name = caseName(next.one);
      try {
        await runCase(options, next.one, next.id, undisturbed);
        right++;
        options.onCase?.(name, undefined);
      } catch (failure) {
        failures.push({ name, failure });
        options.onCase?.(name, failure);
      }
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return { right, failures };
}

async function runCase(
  options: SweepOptions,
  { point, disposition, disk, load, early }: CrashCase,
  dataset: string,
  undisturbed: ReadonlyMap<string, Rows>,
): Promise<void> {
  const pipeline = await openPipeline(options, dataset, disposition);
  const { database } = options;
  try {
    pipeline.source.large = early;
    if (load === 2) {
      assert.deepEqual(await pipeline.run(), LOADED, "the load before");
      pipeline.source.day = 2;
    }
    const before = await rowsOf(database, dataset);
    const died = await pipeline.run({ SLUICE_FAULT: `${point}:kill` });
    assert.deepEqual([died.code, died.signal], [null, "SIGKILL"], `the point was not reached: ${died.stderr}`);
    const committed = point === "load:after-commit" || point === "load:after-marker";
    const expected = undisturbed.get(keyOf(disposition, load, early));
    assert.ok(expected !== undefined);
    // All of the package, or nothing.
    await settled(database, dataset);
    assert.deepEqual(await rowsOf(database, dataset), committed ? expected : before, "right after the death");

    if (disk === "lost") await pipeline.loseDisk();
    assert.deepEqual(await pipeline.run(), LOADED, "the run after the death");
    assert.deepEqual(await rowsOf(database, dataset), expected, "after the next run");
    const loads = await assertSound(database, dataset);
    // A load that nobody had seen the end of is not done again; what takes all loads once more.
    if (!takesAll(disposition)) assert.equal(loads, load, "rows in _dlt_loads");
    await pipeline.assertTidy();

    assert.deepEqual(await pipeline.run(), LOADED, "the third run");
    assert.deepEqual(await rowsOf(database, dataset), expected, "after the third run");
    const later = await assertSound(database, dataset);
    if (!takesAll(disposition)) assert.equal(later, load, "the third run loads no row");
  } finally {
    await pipeline.close();
  }
}

function keyOf(disposition: TinyDisposition, load: 1 | 2, early: boolean): string {
  return `${disposition} ${load} ${early}`;
}

const LOADED = { code: 0, signal: null, stderr: "" } as const;

/** Rows after the first and after the second load of a pipeline that lives in peace. */
async function undisturbedRows(
  options: SweepOptions,
  disposition: TinyDisposition,
  early: boolean,
): Promise<readonly (readonly [string, Rows])[]> {
  const dataset = `peace_${disposition.replace("-", "_")}${early ? "_early" : ""}`;
  const pipeline = await openPipeline(options, dataset, disposition);
  try {
    pipeline.source.large = early;
    const found: [string, Rows][] = [];
    for (const day of early ? ([1] as const) : ([1, 2] as const)) {
      pipeline.source.day = day;
      assert.deepEqual(await pipeline.run(), LOADED);
      const rows = await rowsOf(options.database, dataset);
      assert.ok((rows.items?.length ?? 0) >= 6 && (rows.items__lines__tags?.length ?? 0) > 0, "there are rows");
      found.push([keyOf(disposition, day, early), rows]);
    }
    return found;
  } finally {
    await pipeline.close();
  }
}

async function openPipeline(options: SweepOptions, dataset: string, disposition: TinyDisposition) {
  const source = await startTinySource();
  const cwd = join(options.folder, dataset);
  await mkdir(cwd);
  await writeFile(join(cwd, "tiny.json"), tinyPipeline(source.url, dataset, disposition));
  const work = join(cwd, "work", "pipelines", dataset);
  return {
    source,
    async run(environment: Readonly<Record<string, string>> = {}) {
      const args = ["run", "tiny.json", "--working-directory", "work", "--progress", "none", "--json"];
      const child = spawn(process.execPath, [options.entry, ...args], {
        cwd,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: cwd,
          DESTINATION__POSTGRES__CREDENTIALS: options.database.url,
          // Hundreds of processes of the same code: compiled once.
          NODE_COMPILE_CACHE: join(options.folder, "compiled"),
          ...environment,
        },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
      return { code, signal, stderr };
    },
    loseDisk: () => rm(join(cwd, "work"), { recursive: true }),
    /** Nothing is left that a later run would have to deal with. */
    async assertTidy() {
      assert.deepEqual(await readdir(join(work, "packages")), [], "packages left");
      assert.deepEqual(
        (await readdir(work)).filter((name) => name !== "packages").sort(),
        ["trace.json"],
        "files left",
      );
    },
    async close() {
      await source.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

/** Waits until the server has noticed the death: no lock of a session that works on the dataset is left. */
async function settled(database: TestDatabase, dataset: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const held = await database.query(
      `SELECT a.pid FROM pg_stat_activity a WHERE a.application_name LIKE 'sluice%' AND a.xact_start IS NOT NULL
       AND EXISTS (SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE l.pid = a.pid AND n.nspname = $1)`,
      [dataset],
    );
    if (held.length === 0) return;
    if (performance.now() > deadline) throw new Error("the server keeps the transaction of a dead run");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
