/**
 * Two runs at once, as processes that meet at a named point: two of one pipeline, or of two pipelines with the same
 * tables, on a dataset that is new and on one that is there. Afterwards the rows are those of one run after the other.
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestDatabase } from "../support/postgres.ts";
import { startTinySource, type TinyDisposition, type TinySource, tinyPipeline } from "../support/tiny-source.ts";
import { EARLY_DISPOSITIONS } from "./crash-cases.ts";
import { assertSound, type Rows, rowsOf } from "./oracle.ts";

const CHILD = join(import.meta.dirname, "barrier-child.ts");

/** Where they meet, in turn. */
const MEETINGS = [
  "load:before-begin",
  "load:after-lock",
  "load:after-ddl",
  "load:copy:1",
  "load:after-state",
  "load:before-commit",
  "load:committing",
  "load:after-commit",
  "normalize:after-manifest",
  "extract:page:1",
] as const;

/**
 * One pipeline twice and two pipelines, each on a new dataset and then, with changed data and a table more, on the old
 * one; and two pipelines that find all tables there, which alone work at the same time.
 */
const PAIRS = [
  [["p", "p"], 1, "one"],
  [["p", "p"], 2, "one"],
  [["p", "q"], 1, "two"],
  [["p", "q"], 2, "two"],
  [["r", "s"], 2, "two"],
] as const;

export const PAIRS_PER_ROUND = PAIRS.length;

export interface WritersOptions {
  readonly database: TestDatabase;
  /** An empty folder. */
  readonly folder: string;
  readonly rounds: number;
  readonly onRound?: (name: string, failure: unknown) => void;
}

export interface WritersResult {
  readonly right: number;
  /** Processes by how they ended: exit 0, or exit 6 with its code. */
  readonly endings: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly name: string; readonly failure: unknown }[];
}

/** Each round is one meeting of each pair, at a point of its own. Never throws for a pair that fails. */
export async function twoWriters(options: WritersOptions): Promise<WritersResult> {
  const source = await startTinySource();
  const failures: { name: string; failure: unknown }[] = [];
  const endings: Record<string, number> = {};
  let right = 0;
  try {
    const peace = await undisturbed(options, source);
    for (let round = 0; round < options.rounds; round++) {
      const disposition = EARLY_DISPOSITIONS[round % EARLY_DISPOSITIONS.length] ?? "merge";
      const point = MEETINGS[round % MEETINGS.length] ?? MEETINGS[0];
      for (const [pipelines, day, dataset] of PAIRS) {
        // Two pipelines that append the same rows have no key to meet at.
        const way = pipelines[0] !== pipelines[1] && disposition === "append" ? "merge" : disposition;
        const name = `round ${round + 1}: ${pipelines.join(" and ")}, ${way}, day ${day}, meet at ${point}`;
        const own = `${dataset}_${round}`;
        source.day = day;
        try {
          const ended = await Promise.all(meet(options, source, pipelines, own, way, point));
          for (const one of ended) endings[one] = (endings[one] ?? 0) + 1;
          assert.ok(ended.includes("0"), `nobody has loaded: ${ended.join(", ")}`);
          for (const one of ended) assert.match(one, /^(0|6 (E_STATE_MOVED|E_LOCKED))$/);
          await assertSound(options.database, own);
          const found = await rowsOf(options.database, own);
          assert.deepEqual(found, peace.get(`${way} ${day}`));
          right++;
          options.onRound?.(name, undefined);
        } catch (failure) {
          failures.push({ name, failure });
          options.onRound?.(name, failure);
        }
      }
    }
  } finally {
    await source.close();
  }
  return { right, endings, failures };
}

/** Rows after each day of a pipeline that is alone. */
async function undisturbed(options: WritersOptions, source: TinySource): Promise<ReadonlyMap<string, Rows>> {
  const found = new Map<string, Rows>();
  for (const disposition of EARLY_DISPOSITIONS) {
    const dataset = `alone_${disposition}`;
    for (const day of [1, 2] as const) {
      source.day = day;
      const [ended] = await Promise.all(meet(options, source, ["p"], dataset, disposition, ""));
      assert.equal(ended, "0");
      found.set(`${disposition} ${day}`, await rowsOf(options.database, dataset));
    }
  }
  source.day = 1;
  return found;
}

/** Milliseconds for which the first to come waits for the other one, which may wait for a lock of the first. */
const PATIENCE = 500;

/** Starts the runs, each in a folder of its own as on a runner of its own; gives exit status and error code of each. */
function meet(
  { database, folder }: WritersOptions,
  source: TinySource,
  pipelines: readonly string[],
  dataset: string,
  disposition: TinyDisposition,
  point: string,
): readonly Promise<string>[] {
  let absent = pipelines.length;
  const everybody = Promise.withResolvers<void>();
  return pipelines.map(async (pipeline, index) => {
    const cwd = await mkdtemp(join(folder, `${dataset}-${index}-`));
    const file: { pipeline: string } = JSON.parse(tinyPipeline(source.url, dataset, disposition));
    await writeFile(join(cwd, "tiny.json"), JSON.stringify({ ...file, pipeline }));
    const child = fork(CHILD, ["run", "tiny.json", "--progress", "none", "--json"], {
      cwd,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: cwd,
        DESTINATION__POSTGRES__CREDENTIALS: database.url,
        NODE_COMPILE_CACHE: join(folder, "compiled"),
        SLUICE_BARRIER: point,
      },
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let output = "";
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.once("message", () => {
      if (--absent === 0) everybody.resolve();
      setTimeout(everybody.resolve, PATIENCE);
      void everybody.promise.then(() => child.connected && child.send("go"));
    });
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return "0";
    const failed = output.startsWith("{") ? (JSON.parse(output).code as string) : errors;
    return `${code ?? signal} ${failed}`;
  });
}
