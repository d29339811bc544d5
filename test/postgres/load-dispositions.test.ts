import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { chainRow, chainRows, chainSchema, TABLES } from "../support/chain-rows.ts";
import { column, DATASET, destinationFor, loadRows, syncFor, table, tempFolder } from "../support/package-builder.ts";
import { testDatabase } from "../support/postgres.ts";

suite("load on a real server", () => {
  for (const disposition of ["append", "replace", "merge"] as const) {
    test(`${disposition}: rows of nested tables, state and system rows in one package`, async (t) => {
      const db = await testDatabase(t);
      const work = await tempFolder(t);
      const destination = destinationFor(db.url);
      const schema = chainSchema(disposition);
      const first = await loadRows(destination, work, {
        schema,
        loadId: "1700000001.1",
        rows: chainRows(
          chainRow(schema, "1700000001.1", "a", [1, "k", 10]),
          chainRow(schema, "1700000001.1", "b", [2, "k", 20]),
        ),
        state: { cursor: 1 },
        rootTables: ["t"],
      });
      assert.equal(first.loadedNow, true);
      assert.deepEqual(
        [...first.rows],
        [
          ["t", 2],
          ["t__l", 2],
          ["t__l__m", 2],
        ],
      );
      assert.deepEqual(
        first.changes.map((c) => `${c.change} ${c.table}`),
        TABLES.map((name) => `table_added ${name}`),
      );

      const base = await syncFor(destination);
      assert.equal(base.datasetExists, true);
      assert.deepEqual(base.stateRowIds, ["s1700000001.1"]);
      assert.equal(base.newestStateLoadId, "1700000001.1");
      assert.equal(base.state?._state_version, 1);
      assert.equal(base.schemas.get("gitlab")?.versionHash, schema.versionHash);

      const second = await loadRows(destination, work, {
        schema,
        loadId: "1700000002.1",
        rows: chainRows(
          chainRow(schema, "1700000002.1", "c", [2, "k", 21]),
          chainRow(schema, "1700000002.1", "d", [3, "k", 30]),
        ),
        state: { cursor: 2 },
        base,
        rootTables: ["t"],
      });
      assert.deepEqual(second.changes, []);
      const expected = { append: ["10", "20", "21", "30"], replace: ["21", "30"], merge: ["10", "21", "30"] }[
        disposition
      ];
      for (const [name, value] of [
        ["t", "x"],
        ["t__l", "v"],
        ["t__l__m", "value"],
      ] as const) {
        const found = await db.query(`SELECT ${value} AS v FROM ${DATASET}.${name} ORDER BY ${value}`);
        assert.deepEqual(
          found.map((row) => row.v),
          expected,
          name,
        );
      }
      assert.equal((await db.query(`SELECT * FROM ${DATASET}._dlt_loads`)).length, 2);
      assert.equal((await db.query(`SELECT * FROM ${DATASET}._dlt_version`)).length, 1);
      assert.equal((await syncFor(destination)).state?._state_version, 2);
    });
  }

  test("new tables get the constraint names that dlt's CREATE TABLE would give", async (t) => {
    const db = await testDatabase(t);
    const schema = chainSchema("append");
    const long = `t__${"a_rather_long_name_".repeat(3)}`.slice(0, 63);
    schema.tables.set(
      long,
      table(
        long,
        [
          column("value", "bigint"),
          column("_dlt_parent_id", "text"),
          column("_dlt_list_idx", "bigint"),
          column("_dlt_id", "text"),
        ],
        { parent: "t" },
      ),
    );
    await loadRows(destinationFor(db.url), await tempFolder(t), {
      schema,
      loadId: "1700000001.1",
      rows: { ...chainRow(schema, "1700000001.1", "a", [1, "k", 1]), [long]: [[1, "ar", 0, "al"]] },
    });
    await db.query("CREATE SCHEMA inline");
    for (const name of [...TABLES, long])
      await db.query(`CREATE TABLE inline."${name}" (_dlt_id varchar UNIQUE NOT NULL)`);
    const names = (space: string) =>
      db.query(
        `SELECT conrelid::regclass::text AS t, conname AS n FROM pg_constraint WHERE contype = 'u' AND connamespace = $1::regnamespace AND conname NOT LIKE '\\_dlt%' ORDER BY 2`,
        [space],
      );
    const ours = await names(DATASET);
    assert.deepEqual(
      ours.map((row) => row.n),
      (await names("inline")).map((row) => row.n),
    );
    assert.equal(ours.length, 4);
  });
});
