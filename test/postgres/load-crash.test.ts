/** A process dies at every named point of a load; whatever disk the next run has, the rows are there once. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { listPackages } from "../../src/load/package-folder.ts";
import { chainRow, chainRows, chainSchema, TABLES } from "../support/chain-rows.ts";
import { DATASET, destinationFor, loadRows, syncFor, tempFolder, writePackage } from "../support/package-builder.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

const run = promisify(execFile);
const CHILD = join(import.meta.dirname, "..", "support", "load-child.ts");
const POINTS = [
  "before-begin",
  "after-lock",
  "after-ddl",
  "copy:1",
  "copy:3",
  "before-commit",
  "after-commit",
  "after-marker",
];
const FIRST = "1700000001.1";
const SECOND = "1700000002.1";
const THIRD = "1700000003.1";

/** Runs the child and gives what it wrote, or the signal that ended it. */
async function load(url: string, folder: string, fault: string, status: string): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [CHILD, url, folder, status], {
      env: { ...process.env, SLUICE_FAULT: fault },
    });
    return stdout.trim();
  } catch (error) {
    const failed = error as { signal?: string; stdout?: string };
    return failed.signal ?? failed.stdout?.trim() ?? String(error);
  }
}

async function values(db: TestDatabase): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of [
    ["t", "x"],
    ["t__l", "v"],
    ["t__l__m", "value"],
  ] as const) {
    const rows = await db.query(`SELECT ${value}::text AS v FROM ${DATASET}.${name} ORDER BY ${value}`);
    found[name] = rows.map((row) => row.v ?? "");
  }
  return found;
}

suite("crash and resume", () => {
  for (const disposition of ["append", "replace", "merge"] as const) {
    test(`${disposition}: killed at every point, disk kept and disk lost`, async (t) => {
      const schema = chainSchema(disposition);
      const second = (loadId: string) =>
        chainRows(
          chainRow(schema, loadId, `c${loadId}`, [2, "k", 21]),
          chainRow(schema, loadId, `d${loadId}`, [3, "k", 30]),
        );
      const expected = { append: ["10", "20", "21", "30"], replace: ["21", "30"], merge: ["10", "21", "30"] }[
        disposition
      ];
      for (const disk of ["kept", "lost"] as const) {
        // What a fresh runner meets depends only on whether the load was committed.
        for (const point of disk === "kept" ? POINTS : ["copy:3", "before-commit", "after-commit"]) {
          const name = `${disposition} ${disk} ${point}`;
          const db = await testDatabase(t);
          const work = await tempFolder(t);
          const destination = destinationFor(db.url);
          await loadRows(destination, await tempFolder(t), {
            schema,
            loadId: FIRST,
            rows: chainRows(chainRow(schema, FIRST, "a", [1, "k", 10]), chainRow(schema, FIRST, "b", [2, "k", 20])),
            state: { cursor: 1 },
            rootTables: ["t"],
          });
          const before = await values(db);
          const base = await syncFor(destination);
          const input = { schema, rows: second(SECOND), state: { cursor: 2 }, base, rootTables: ["t"] };
          const { folder } = await writePackage(work, { ...input, loadId: SECOND });
          assert.equal(await load(db.url, folder, `load:${point}:kill`, ""), "SIGKILL", name);

          const committed = point === "after-commit" || point === "after-marker";
          if (!committed) assert.deepEqual(await values(db), before, `${name}: untouched`);
          const [left] = await listPackages(work);
          assert.ok(left !== undefined);
          const status = { "before-commit": "pending", "after-commit": "committing", "after-marker": "committed" }[
            point
          ];
          assert.equal(left.status, status ?? "pending", name);
          if (disk === "kept") {
            if (left.status !== "committed") {
              assert.equal(await load(db.url, folder, "none:throw", left.status), `loaded ${!committed}`, name);
            }
          } else {
            // A fresh runner asks the destination and extracts what its cursor has not seen.
            const found = await syncFor(destination);
            if (found.stateRowIds.length === 1) {
              await loadRows(destination, await tempFolder(t), {
                ...input,
                base: found,
                loadId: THIRD,
                rows: second(THIRD),
              });
            }
          }
          const after = await values(db);
          for (const one of TABLES) assert.deepEqual(after[one], expected, `${name} ${one}`);
          const orphans = await db.query(
            `SELECT 1 FROM ${DATASET}.t WHERE _dlt_load_id NOT IN (SELECT load_id FROM ${DATASET}._dlt_loads)`,
          );
          assert.equal(orphans.length, 0, name);
          assert.equal((await db.query(`SELECT * FROM ${DATASET}._dlt_loads`)).length, 2, name);
          assert.equal((await syncFor(destination)).stateRowIds.length, 2, name);
        }
      }
    });
  }
});
