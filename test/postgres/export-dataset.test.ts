import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Secret } from "../../src/core/secret.ts";
import { exportDataset } from "../../src/destination/postgres/export-dataset.ts";
import { testDatabase } from "../support/postgres.ts";

test("a dataset written as files can be created and filled again elsewhere", async (t) => {
  const from = await testDatabase(t);
  await from.query('CREATE SCHEMA "odd ""name"');
  await from.query(
    'CREATE TABLE "odd ""name".issues (id bigint, "Title" varchar(20), at timestamptz, _dlt_id varchar UNIQUE NOT NULL)',
  );
  await from.query(
    `INSERT INTO "odd ""name".issues VALUES (1, 'a,"b', '2024-01-02 03:04:05+00', 'x'), (2, '', NULL, 'y'), (3, NULL, NULL, 'z')`,
  );
  const folder = await mkdtemp(join(tmpdir(), "sluice-export-"));
  t.after(() => rm(folder, { recursive: true, force: true }));

  const exported = await exportDataset(new Secret(from.url), 'odd "name', folder);

  assert.deepEqual(exported, { folder, tables: 1 });
  assert.deepEqual((await readdir(folder)).sort(), ["issues.csv", "schema.sql"]);
  assert.equal(
    await readFile(join(folder, "issues.csv"), "utf8"),
    'id,Title,at,_dlt_id\n1,"a,""b",2024-01-02 03:04:05+00,x\n2,"",,y\n3,,,z\n',
  );
  const to = await testDatabase(t);
  for (const statement of (await readFile(join(folder, "schema.sql"), "utf8")).split(";\n")) {
    if (statement.trim() !== "") await to.query(statement);
  }
  const columns = `SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull, ', ' ORDER BY a.attnum) AS all
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = 'issues' AND a.attnum > 0`;
  assert.deepEqual(await to.query(columns), await from.query(columns));
});
