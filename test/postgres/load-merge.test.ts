/** Which rows a merge by delete-insert leaves, as dlt leaves them; where dlt leaves the choice open the last received wins. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { WarningLog } from "../../src/core/warnings.ts";
import { type ChainOptions, chainRow, chainRows, chainSchema } from "../support/chain-rows.ts";
import { DATASET, destinationFor, loadRows, syncFor, tempFolder } from "../support/package-builder.ts";
import { testDatabase } from "../support/postgres.ts";

type Given = readonly [id: number, k: string, x: number | null, ...extra: (string | null)[]];

interface Case {
  readonly options: ChainOptions;
  readonly first: readonly Given[];
  readonly second: readonly Given[];
  /** `id k x` of the rows left, in order. */
  readonly left: readonly string[];
  readonly warnings?: number;
  readonly singleTable?: boolean;
}

const GONE = { hints: { gone: { hardDelete: true } }, extra: ["gone"] };

const CASES: Readonly<Record<string, Case>> = {
  "primary key": {
    options: {},
    first: [
      [1, "a", 1],
      [2, "b", 2],
    ],
    second: [
      [2, "b", 20],
      [3, "c", 30],
    ],
    left: ["1 a 1", "2 b 20", "3 c 30"],
  },
  "compound primary key": {
    options: { primaryKey: ["id", "k"] },
    first: [
      [1, "a", 1],
      [1, "b", 2],
    ],
    second: [
      [1, "b", 20],
      [2, "b", 30],
    ],
    left: ["1 a 1", "1 b 20", "2 b 30"],
  },
  "the same key three times in one load, also in a new table": {
    options: {},
    first: [
      [1, "a", 1],
      [1, "b", 2],
      [1, "c", 3],
    ],
    second: [
      [2, "a", 4],
      [1, "d", 5],
      [1, "e", 6],
    ],
    left: ["1 e 6", "2 a 4"],
    warnings: 3,
  },
  "merge key: every row of a received value is replaced, duplicates stay": {
    options: { primaryKey: [], mergeKey: ["k"] },
    first: [
      [1, "a", 1],
      [2, "a", 2],
      [3, "b", 3],
    ],
    second: [
      [4, "a", 40],
      [5, "a", 50],
    ],
    left: ["3 b 3", "4 a 40", "5 a 50"],
  },
  "compound merge key": {
    options: { primaryKey: [], mergeKey: ["id", "k"] },
    first: [
      [1, "a", 1],
      [1, "b", 2],
    ],
    second: [
      [1, "a", 10],
      [2, "b", 20],
    ],
    left: ["1 a 10", "1 b 2", "2 b 20"],
  },
  "primary and merge key: old rows by either, also of rows that lose": {
    options: { primaryKey: ["id"], mergeKey: ["k"] },
    first: [
      [1, "a", 1],
      [2, "b", 2],
      [3, "c", 3],
      [4, "d", 4],
    ],
    second: [
      [9, "b", 9],
      [3, "x", 30],
      [9, "d", 90],
    ],
    left: ["1 a 1", "3 x 30", "9 d 90"],
    warnings: 1,
  },
  "no key: append": {
    options: { primaryKey: [] },
    first: [[1, "a", 1]],
    second: [[1, "a", 2]],
    left: ["1 a 1", "1 a 2"],
  },
  "dedup_sort descending: the largest wins, nulls first as PostgreSQL sorts, ties by arrival": {
    options: { hints: { x: { dedupSort: "desc" } } },
    first: [],
    second: [
      [1, "a", 5],
      [1, "b", 9],
      [1, "c", 7],
      [2, "a", 5],
      [2, "b", 5],
      [3, "a", null],
      [3, "b", 1],
    ],
    left: ["1 b 9", "2 b 5", "3 a null"],
    warnings: 4,
  },
  "dedup_sort ascending": {
    options: { hints: { x: { dedupSort: "asc" } } },
    first: [],
    second: [
      [1, "a", 5],
      [1, "b", 9],
      [1, "c", 4],
    ],
    left: ["1 c 4"],
    warnings: 2,
  },
  "hard delete: the key goes and the row does not come": {
    options: GONE,
    first: [
      [1, "a", 1, null],
      [2, "b", 2, null],
      [3, "c", 3, null],
    ],
    second: [
      [1, "a", 10, "yes"],
      [2, "b", 20, null],
      [4, "d", 40, "yes"],
    ],
    left: ["2 b 20", "3 c 3"],
  },
  "hard delete after duplicates: only the winner counts": {
    options: GONE,
    first: [],
    second: [
      [1, "a", 1, "yes"],
      [1, "b", 2, null],
      [2, "a", 3, null],
      [2, "b", 4, "yes"],
    ],
    left: ["1 b 2"],
  },
  "hard delete by merge key": {
    options: { ...GONE, primaryKey: [], mergeKey: ["id"] },
    first: [
      [1, "a", 1, null],
      [2, "b", 2, null],
    ],
    second: [
      [1, "x", 10, "yes"],
      [1, "y", 11, null],
    ],
    left: ["1 y 11", "2 b 2"],
  },
  "deduplicated: nobody looks for the same key twice": {
    options: { root: { extra: { "x-stage-data-deduplicated": true } } },
    first: [[1, "a", 1]],
    second: [
      [1, "a", 2],
      [1, "b", 3],
    ],
    left: ["1 a 2", "1 b 3"],
  },
};

suite("merge by delete-insert", () => {
  for (const [name, one] of Object.entries(CASES)) {
    for (const nested of [true, false]) {
      test(`${name}${nested ? ", with nested tables" : ""}`, async (t) => {
        const db = await testDatabase(t);
        const destination = destinationFor(db.url);
        const work = await tempFolder(t);
        const schema = chainSchema("merge", one.options);
        if (!nested) for (const table of ["t__l__m", "t__l"]) schema.tables.delete(table);
        const warnings = new WarningLog();
        for (const [load, given] of [one.first, one.second].entries()) {
          const loadId = `170000000${load}.1`;
          const all = chainRows(...given.map((row, n) => chainRow(schema, loadId, `${load}_${n}`, row)));
          const rows = nested ? all : { t: all.t ?? [] };
          await loadRows(destination, work, { schema, loadId, rows, base: await syncFor(destination) }, { warnings });
        }
        const found = await db.query(
          `SELECT concat_ws(' ', id, k, COALESCE(x::text, 'null')) AS row FROM ${DATASET}.t ORDER BY id, k, x`,
        );
        assert.deepEqual(
          found.map((row) => row.row),
          one.left,
        );
        if (nested) {
          const values = one.left.map((row) => row.split(" ")[2]).sort();
          for (const [table, value] of [
            ["t__l", "v"],
            ["t__l__m", "value"],
          ]) {
            const inside = await db.query(`SELECT COALESCE(${value}::text, 'null') AS v FROM ${DATASET}.${table}`);
            assert.deepEqual(inside.map((row) => row.v).sort(), values, table);
          }
        }
        const counted = warnings.all.filter(({ code }) => code === "W_DUPLICATE_KEY");
        assert.equal(
          counted.reduce((sum, { count }) => sum + count, 0),
          one.warnings ?? 0,
        );
      });
    }
  }

  test("rows arrive in several files with different columns: the order of arrival holds across them", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const schema = chainSchema("merge", { extra: ["n"] });
    for (const table of ["t__l__m", "t__l"]) schema.tables.delete(table);
    const { createPackage } = await import("../../src/load/spool.ts");
    const { storedSchema } = await import("../../src/schema/stored.ts");
    // A table with free space: rows would land in it in another order than they arrive.
    const filler = Array.from({ length: 3000 }, (_, n) => [n + 100, "k".repeat(60), n, null, "0", `f${n}`]);
    await loadRows(destination, work, { schema, loadId: "1700000001.1", rows: { t: filler } });
    await db.query(`DELETE FROM ${DATASET}.t WHERE id % 3 <> 0`);
    await db.query(`VACUUM ${DATASET}.t`);
    const writer = await createPackage({ workFolder: work, loadId: "1700000002.1" });
    for (let part = 0; part < 4; part++) {
      const columns =
        part % 2 === 0 ? ["id", "k", "_dlt_load_id", "_dlt_id"] : ["n", "_dlt_id", "x", "_dlt_load_id", "id", "k"];
      let text = "";
      for (let n = 0; n < 500; n++) {
        const id = `p${part}_${n}`;
        text += part % 2 === 0 ? `${n % 100}\tv\t2\t${id}\n` : `\\N\t${id}\t1\t2\t${n % 100}\tv\n`;
      }
      await writer.write({ table: "t", columns, rows: 500, bytes: Buffer.from(text) });
    }
    const base = await syncFor(destination);
    const manifest = await writer.commitManifest({
      pipeline: "gitlab_pipeline",
      dataset: DATASET,
      schemaName: schema.name,
      createdAt: "2026-11-25T00:00:00Z",
      base: { dataset: true, stateRowIds: base.stateRowIds },
      rootTables: ["t"],
      schema: storedSchema(schema),
      schemaVersionHash: schema.versionHash,
    });
    await destination.load({
      manifest,
      folder: writer.folder,
      schema,
      maybeCommitted: false,
      beforeCommit: async () => {},
      signal: new AbortController().signal,
      warn: () => {},
      onEvent: () => {},
    });
    const found = await db.query(`SELECT _dlt_id AS i FROM ${DATASET}.t WHERE id < 100 ORDER BY id`);
    assert.deepEqual(
      found.map((row) => row.i),
      Array.from({ length: 100 }, (_, n) => `p3_${400 + n}`),
    );
  });
});
