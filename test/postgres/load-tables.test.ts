/** What a load does to tables: new ones, new columns, tables that another tool changed, constraints, dependents. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { SluiceError } from "../../src/core/errors.ts";
import { WarningLog } from "../../src/core/warnings.ts";
import { chainRow, chainRows, chainSchema, TABLES } from "../support/chain-rows.ts";
import {
  column,
  DATASET,
  destinationFor,
  loadRows,
  schemaOf,
  syncFor,
  table,
  tempFolder,
} from "../support/package-builder.ts";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";

const FIRST = "1700000001.1";
const SECOND = "1700000002.1";
const THIRD = "1700000003.1";

/** `[name, type, not null, constraint letters]` in ordinal order, as the golden files have it. */
async function columnsOf(db: TestDatabase, name: string): Promise<unknown[]> {
  const rows = await db.query(
    `SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull::text AS nn,
      COALESCE((SELECT string_agg(DISTINCT c.contype::text, '') FROM pg_constraint c
        WHERE c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey) AND c.contype IN ('u', 'p', 'f')), '') AS letters
     FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [`${DATASET}."${name}"`],
  );
  return rows.map((row) => [row.name, row.type, row.nn === "true", row.letters]);
}

function refused(code: string, part: RegExp) {
  return (error: unknown) => error instanceof SluiceError && error.code === code && part.test(error.message);
}

suite("tables of a load", () => {
  test("golden: system tables have dlt's columns, types and constraints", async (t) => {
    const db = await testDatabase(t);
    const schema = chainSchema("append");
    await loadRows(destinationFor(db.url), await tempFolder(t), {
      schema,
      loadId: FIRST,
      rows: chainRow(schema, FIRST, "a", [1, "k", 1]),
      state: { cursor: 1 },
    });
    const url = new URL("../golden/cases/interop/system.json", import.meta.url);
    const golden = JSON.parse(readFileSync(url, "utf8")) as { vectors: { columns: Record<string, unknown[]> }[] };
    const expected = golden.vectors[0]?.columns ?? {};
    assert.deepEqual(Object.keys(expected).sort(), ["_dlt_loads", "_dlt_pipeline_state", "_dlt_version"]);
    for (const [name, columns] of Object.entries(expected)) assert.deepEqual(await columnsOf(db, name), columns, name);
    const all = await db.query(`SELECT tablename FROM pg_tables WHERE schemaname = '${DATASET}'`);
    assert.equal(all.length, 6, "nothing else is left behind");
  });

  test("columns: types of dlt, nested tables, UNIQUE on the row id", async (t) => {
    const db = await testDatabase(t);
    const types = [
      "text",
      "double",
      "bool",
      "timestamp",
      "bigint",
      "binary",
      "json",
      "decimal",
      "wei",
      "date",
      "time",
    ] as const;
    const schema = schemaOf(
      table(
        "t",
        [
          ...types.map((type) => column(`c_${type}`, type)),
          column("p_text", "text", { precision: 5 }),
          column("p_small", "bigint", { precision: 16 }),
          column("p_int", "bigint", { precision: 32 }),
          column("p_timestamp", "timestamp", { precision: 3, timezone: false }),
          column("p_decimal", "decimal", { precision: 10 }),
          column("u", "text", { unique: true }),
          column("_dlt_id", "text"),
        ],
        { writeDisposition: "append" },
      ),
    );
    const row = ["é\t\\", "1.5", "t", "2024-01-02T03:04:05.678901Z", "9007199254740993", "\\x00ff", '{"a": 1}'].concat([
      "1.000000001",
      "2",
      "2024-01-02",
      "03:04:05",
      "abc",
      "1",
      "2",
      "2024-01-02 03:04:05.6789",
      "5",
      "u",
      "id",
    ]);
    await loadRows(destinationFor(db.url), await tempFolder(t), { schema, loadId: FIRST, rows: { t: [row] } });
    assert.deepEqual(
      (await columnsOf(db, "t")).map((one) => (one as string[])[1]),
      [
        "character varying",
        "double precision",
        "boolean",
        "timestamp with time zone",
        "bigint",
        "bytea",
        "jsonb",
        "numeric(38,9)",
        "numeric(156,78)",
        "date",
        "time without time zone",
        "character varying(5)",
        "smallint",
        "integer",
        "timestamp(3) without time zone",
        "numeric(10,9)",
        "character varying",
        "character varying",
      ],
    );
    assert.deepEqual((await columnsOf(db, "t")).at(-2), ["u", "character varying", false, "u"]);
    assert.deepEqual((await columnsOf(db, "t")).at(-1), ["_dlt_id", "character varying", true, "u"]);
    const [stored] = await db.query(`SELECT c_text, c_bigint::text, c_timestamp::text FROM ${DATASET}.t`);
    assert.deepEqual(Object.values(stored ?? {}), ["é\t\\", "9007199254740993", "2024-01-02 03:04:05.678901+00"]);
  });

  test("new columns for a filled table come at its end, new nested tables beside it; a dropped column comes back", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const old = chainSchema("append");
    const rows = { t: chainRow(old, FIRST, "a", [1, "k", 1]).t ?? [] };
    await loadRows(destination, work, { schema: old, loadId: FIRST, rows });
    await db.query(`ALTER TABLE ${DATASET}.t DROP COLUMN k`);
    const schema = chainSchema("append", { extra: ["n"] });
    const outcome = await loadRows(destination, work, {
      schema,
      loadId: SECOND,
      rows: chainRow(schema, SECOND, "b", [2, "k", 2, "new"]),
      base: await syncFor(destination),
    });
    assert.deepEqual(
      outcome.changes.map((c) => [c.change, c.table, c.column, c.type].join(" ").trim()),
      ["column_added t k varchar", "column_added t n varchar", "table_added t__l", "table_added t__l__m"],
    );
    assert.equal(outcome.attempts, 1);
    const names = (await columnsOf(db, "t")).map((one) => (one as string[])[0]);
    assert.deepEqual(names, ["id", "x", "_dlt_load_id", "_dlt_id", "k", "n"]);
    assert.deepEqual(await db.query(`SELECT id::text, n FROM ${DATASET}.t ORDER BY id`), [
      { id: "1", n: null },
      { id: "2", n: "new" },
    ]);
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}._dlt_version`)).length, 2);
  });

  test("a NOT NULL column: at once for an empty table, refused for a filled one before any change", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const old = chainSchema("append");
    await loadRows(destination, work, { schema: old, loadId: FIRST, rows: chainRow(old, FIRST, "a", [1, "k", 1]) });
    const schema = chainSchema("append", { extra: ["m", "n"], hints: { n: { nullable: false } } });
    const input = { schema, loadId: SECOND, rows: chainRow(schema, SECOND, "b", [2, "k", 2, "x", "y"]) };
    await assert.rejects(
      loadRows(destination, work, { ...input, base: await syncFor(destination) }),
      refused("E_DEST_DATA", /column n must not be null, but table t has rows/),
    );
    assert.equal((await columnsOf(db, "t")).length, 5, "column m is not there either");
    await db.query(`DELETE FROM ${DATASET}.t`);
    await loadRows(destination, work, { ...input, loadId: THIRD, base: await syncFor(destination) });
    assert.deepEqual((await columnsOf(db, "t")).at(-1), ["n", "character varying", true, ""]);
  });

  test("from append to merge: root ids of old nested rows are filled, then NOT NULL, then used", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const old = chainSchema("append");
    await loadRows(destination, work, {
      schema: old,
      loadId: FIRST,
      rows: chainRows(chainRow(old, FIRST, "a", [1, "k", 10]), chainRow(old, FIRST, "b", [2, "k", 20])),
    });
    const schema = chainSchema("merge");
    await loadRows(destination, work, {
      schema,
      loadId: SECOND,
      rows: chainRow(schema, SECOND, "c", [2, "k", 21]),
      base: await syncFor(destination),
    });
    for (const name of ["t__l", "t__l__m"]) {
      const value = name === "t__l" ? "v" : "value";
      assert.deepEqual(
        await db.query(`SELECT ${value}::text AS v, _dlt_root_id AS r FROM ${DATASET}.${name} ORDER BY ${value}`),
        [
          { v: "10", r: "ar" },
          { v: "21", r: "cr" },
        ],
      );
      const rootId = (await columnsOf(db, name)).find((one) => (one as string[])[0] === "_dlt_root_id");
      assert.deepEqual(rootId, ["_dlt_root_id", "character varying", true, ""], name);
    }
  });

  test("an orphan of another tool keeps the root id nullable and does not stop the load", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const old = chainSchema("append");
    await loadRows(destination, work, { schema: old, loadId: FIRST, rows: chainRow(old, FIRST, "a", [1, "k", 10]) });
    await db.query(`INSERT INTO ${DATASET}.t__l VALUES (5, 'gone', 0, 'orphan')`);
    const schema = chainSchema("merge");
    await loadRows(destination, work, {
      schema,
      loadId: SECOND,
      rows: chainRow(schema, SECOND, "c", [1, "k", 11]),
      base: await syncFor(destination),
    });
    const found = await db.query(`SELECT v::text AS t, _dlt_root_id AS r FROM ${DATASET}.t__l ORDER BY v`);
    assert.deepEqual(found, [
      { t: "5", r: null },
      { t: "11", r: "cr" },
    ]);
  });

  test("replace without rows empties the chain; tables that never had rows are not created", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const schema = chainSchema("replace");
    const none = await loadRows(destination, work, { schema, loadId: FIRST, rows: {}, rootTables: ["t"] });
    assert.deepEqual(none.changes, []);
    assert.equal(
      (await db.query(`SELECT 1 FROM pg_tables WHERE schemaname = '${DATASET}' AND tablename LIKE 't%'`)).length,
      0,
    );
    const rows = chainRow(schema, SECOND, "a", [1, "k", 1]);
    await loadRows(destination, work, {
      schema,
      loadId: SECOND,
      rows,
      rootTables: ["t"],
      base: await syncFor(destination),
    });
    await loadRows(destination, work, {
      schema,
      loadId: THIRD,
      rows: {},
      rootTables: ["t"],
      base: await syncFor(destination),
    });
    for (const name of TABLES) assert.equal((await db.query(`SELECT 1 FROM ${DATASET}.${name}`)).length, 0, name);
    assert.equal((await db.query(`SELECT 1 FROM ${DATASET}._dlt_loads`)).length, 3);
  });

  for (const method of ["delete", "truncate", "staging-optimized"] as const) {
    test(`replace by ${method}: same rows and columns; views, grants and foreign keys as promised`, async (t) => {
      const db = await testDatabase(t);
      const destination = destinationFor(db.url, { replaceMethod: method });
      const work = await tempFolder(t);
      const schema = chainSchema("replace");
      const load = async (loadId: string, tag: string, x: number, warnings = new WarningLog()) => {
        const base = await syncFor(destination);
        const rows = chainRow(schema, loadId, tag, [1, "k", x]);
        await loadRows(destination, work, { schema, loadId, rows, rootTables: ["t"], base }, { warnings });
        return warnings.all.map(({ code }) => code);
      };
      await load(FIRST, "a", 1);
      if (method === "delete") {
        await db.query(`CREATE VIEW ${DATASET}.seen AS SELECT x FROM ${DATASET}.t`);
        await db.query(
          `ALTER TABLE ${DATASET}.t__l ADD FOREIGN KEY (_dlt_parent_id) REFERENCES ${DATASET}.t (_dlt_id)`,
        );
      }
      const codes = await load(SECOND, "b", 2);
      assert.deepEqual(codes, method === "delete" ? [] : ["W_REPLACE_VISIBLE"]);
      assert.deepEqual(await db.query(`SELECT x::text FROM ${DATASET}.${method === "delete" ? "seen" : "t"}`), [
        { x: "2" },
      ]);
      assert.deepEqual(await db.query(`SELECT value::text AS v FROM ${DATASET}.t__l__m`), [{ v: "2" }]);
      assert.deepEqual((await columnsOf(db, "t")).at(-1), ["_dlt_id", "character varying", true, "u"]);
    });
  }

  test("a table under replace is vacuumed and stays at twice its size", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const work = await tempFolder(t);
    const schema = chainSchema("replace");
    const size = async () => Number((await db.query(`SELECT pg_table_size('${DATASET}.t')::text AS s`))[0]?.s);
    let first = 0;
    for (let n = 1; n <= 5; n++) {
      const loadId = `170000000${n}.1`;
      const parts = Array.from({ length: 2000 }, (_, id) =>
        chainRow(schema, loadId, `${n}_${id}`, [id, "k".repeat(100), id]),
      );
      await loadRows(destination, work, {
        schema,
        loadId,
        rows: chainRows(...parts),
        rootTables: ["t"],
        base: await syncFor(destination),
      });
      if (n === 1) first = await size();
    }
    assert.ok((await size()) < 2.3 * first, `${await size()} against ${first}`);
  });

  test("several column lists of one table, and hostile names everywhere", async (t) => {
    const db = await testDatabase(t);
    const destination = destinationFor(db.url);
    const evil = `x"; DROP TABLE y; --'`;
    const schema = schemaOf(
      table(evil, [column("a", "bigint"), column(evil, "text"), column("_dlt_id", "text")], {
        writeDisposition: "append",
      }),
    );
    const { createPackage } = await import("../../src/load/spool.ts");
    const writer = await createPackage({ workFolder: await tempFolder(t), loadId: FIRST });
    await writer.write({ table: evil, columns: ["a", "_dlt_id"], rows: 1, bytes: Buffer.from("1\ti1\n") });
    await writer.write({ table: evil, columns: ["a", evil, "_dlt_id"], rows: 1, bytes: Buffer.from("2\tv\ti2\n") });
    const manifest = await writer.commitManifest({
      pipeline: evil,
      dataset: evil,
      schemaName: schema.name,
      createdAt: "2026-11-25T00:00:00Z",
      base: { dataset: false },
      rootTables: [evil],
      schema: {},
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
    const quoted = `"${evil.replaceAll('"', '""')}"`;
    const found = await db.query(`SELECT a::text, ${quoted} AS v FROM ${quoted}.${quoted} ORDER BY a`);
    assert.deepEqual(found, [
      { a: "1", v: null },
      { a: "2", v: "v" },
    ]);
  });
});
