/** Readers beside a load: counts every 5 ms, each statement for itself and in one long snapshot. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestDatabase } from "../support/postgres.ts";
import { type RowSource, rowPipeline } from "../support/row-source.ts";
import { SOURCES_ENTRY } from "./crash-sweep.ts";
import { runMeasured } from "./run-cli.ts";

export interface ProbeCase {
  readonly disposition: "append" | "replace" | "merge";
  /**
   * The load adds a column to the table that is read. Then there is no long snapshot: it would keep the table from
   * being altered for as long as it lasts.
   */
  readonly newColumn: boolean;
  /** Rows of the load; a tenth of them is there before. */
  readonly rows: number;
}

export interface ProbeResult {
  readonly reads: number;
  /** Longest read in milliseconds, by reader. */
  readonly committed: number;
  readonly snapshot?: number;
  /** Seconds of the load that was watched. */
  readonly seconds: number;
}

export const PROBE_CASES = [
  { disposition: "append", newColumn: true },
  { disposition: "replace", newColumn: false },
  { disposition: "merge", newColumn: false },
] as const;

/** Fails when a read waits for a lock for a second, or sees anything but the rows before or after. */
export async function probeReaders(
  options: { readonly database: TestDatabase; readonly folder: string; readonly source: RowSource },
  { disposition, newColumn, rows }: ProbeCase,
): Promise<ProbeResult> {
  const { database, folder, source } = options;
  const name = `probe_${disposition}`;
  const cwd = join(folder, name);
  await mkdir(cwd);
  await writeFile(join(cwd, "rows.json"), rowPipeline(source.url, name, disposition));
  const before = rows / 10;
  await source.set(before);
  const first = await runMeasured(SOURCES_ENTRY, cwd, database.url);
  assert.equal(first.code, 0, first.stderr);
  await database.query(`ANALYZE ${name}.rows`);

  const counts = `SELECT (SELECT count(*) FROM ${name}.rows)::text || ' ' || (SELECT count(*) FROM ${name}.rows__parts) || ' ' || (SELECT count(*) FROM ${name}._dlt_loads) AS seen`;
  let done = false;
  let reads = 0;
  /** Resolves when the first read is done, with the promise of what was found. */
  const reader = async (begin: "" | "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") => {
    const client = await database.connect();
    // More than the promise allows, and the read fails.
    await client.query("SET lock_timeout = '1s'");
    if (begin !== "") await client.query(begin);
    const read = async () => String((await client.query(counts)).rows[0]?.seen);
    const seen = new Set([await read()]);
    const watching = (async () => {
      let slowest = 0;
      while (!done) {
        const start = performance.now();
        seen.add(await read());
        slowest = Math.max(slowest, performance.now() - start);
        reads++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      seen.add(await read());
      if (begin !== "") await client.query("COMMIT");
      return { slowest: Math.round(slowest), seen: [...seen] };
    })();
    // Heard of below; until then it is no unhandled rejection.
    watching.catch(() => {});
    return { end: () => watching };
  };
  await source.set(rows, newColumn);
  const committed = await reader("");
  const snapshot = newColumn ? undefined : await reader("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const loaded = await runMeasured(SOURCES_ENTRY, cwd, database.url);
  done = true;
  const [one, other] = [await committed.end(), await snapshot?.end()];
  assert.equal(loaded.code, 0, loaded.stderr);
  const total = disposition === "append" ? rows + before : rows;
  const [then, now] = [`${before} ${before / 10} 1`, `${total} ${total / 10} 2`];
  assert.deepEqual(one.seen, [then, now], "READ COMMITTED");
  if (other !== undefined) assert.deepEqual(other.seen, [then], "REPEATABLE READ");
  const seconds = Math.round(loaded.seconds);
  return { reads, committed: one.slowest, ...(other === undefined ? {} : { snapshot: other.slowest }), seconds };
}
