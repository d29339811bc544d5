/** Commands that look at a pipeline: trace, schema, load-package, failed-jobs. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { testDatabase } from "../support/postgres.ts";
import { assertFailed, folder, jsonApi, onlyObject, shopFile, sluice, startShop } from "./support.ts";

const ORDERS = `[{"id":1,"at":"2026-01-01T00:00:00Z","lines":[{"n":1},{"n":2}]},{"id":2,"at":"2026-01-02T00:00:00Z"}]`;
const LATER = `[{"id":2,"at":"2026-01-03T00:00:00Z","note":"new","lines":[{"n":3}]}]`;

const RESOURCES = [
  {
    name: "orders",
    primary_key: "id",
    write_disposition: "merge",
    endpoint: { params: { since: { type: "incremental", cursor_path: "at" } } },
  },
  { name: "states", write_disposition: "replace" },
];

const NEWEST = "SELECT load_id, schema_version_hash FROM shop_data._dlt_loads ORDER BY load_id DESC";

test("trace, schema and load-package after two loads, with and without the database", async (t) => {
  const { database, api, cwd, url, succeed } = await startShop(
    t,
    { "/orders": ORDERS, "/states": `[{"code":"x"}]` },
    RESOURCES,
  );

  assertFailed(await sluice(["trace", "shop", "--json"], { cwd }), "E_INPUT", 2);
  assertFailed(await sluice(["trace", "shop", ...url, "--json"], { cwd }), "E_INPUT", 2);
  const none = assertFailed(await sluice(["load-package", "shop", ...url, "--json"], { cwd }), "E_INPUT", 2);
  assert.equal(none.message, "no load package of pipeline shop is known");
  const missing = await sluice(["schema", "shop", "--dataset-name", "shop_data", ...url, "--json"], { cwd });
  assert.match(
    assertFailed(missing, "E_INPUT", 2).message,
    /^no schema of pipeline shop is stored in dataset shop_data$/,
  );

  await succeed("run", "shop.json", ...url);
  api.answers["/orders"] = LATER;
  await succeed("run", "shop.json", ...url);
  const [second, first] = await database.query(NEWEST);

  const trace = (await succeed("trace")).stdout;
  assert.match(trace, /^Run of pipeline shop loaded in [\d.]+ seconds?\nstarted \S+Z, ended \S+Z\n/);
  for (const step of ["sync", "extract", "normalize", "load"]) {
    assert.match(trace, new RegExp(`^step ${step} finished after \\d`, "m"));
  }
  assert.match(trace, /^resource orders: 1 record\(s\) in 1 request\(s\), /m);
  assert.match(
    trace,
    new RegExp(
      `^load package ${second?.load_id} loaded, 1 schema change\\(s\\)\n {2}orders: 1 row\\(s\\), merge$`,
      "m",
    ),
  );
  const facts = onlyObject(await succeed("trace", "shop", "--json"));
  assert.deepEqual([facts.ok, facts.pipeline, facts.status, facts.warnings], [true, "shop", "loaded", []]);
  assert.deepEqual((facts.steps as { step: string; ok: boolean }[]).map(({ step, ok }) => `${step} ${ok}`).sort(), [
    "extract true",
    "load true",
    "normalize true",
    "sync true",
  ]);
  assert.ok(!JSON.stringify(facts).includes(new URL(database.url).password));

  // The stored document, in each form the same.
  const [stored] = await database.query("SELECT schema FROM shop_data._dlt_version ORDER BY inserted_at DESC LIMIT 1");
  const document = JSON.parse(stored?.schema ?? "");
  for (const table of Object.values<Record<string, unknown>>(document.tables)) {
    delete table.name;
    for (const column of Object.values(table.columns as Record<string, { name?: string }>)) delete column.name;
  }
  assert.deepEqual(parse((await succeed("schema", ...url)).stdout), document);
  assert.deepEqual(JSON.parse((await succeed("schema", ...url, "--format", "json")).stdout), document);
  const whole = onlyObject(await succeed("schema", "shop", ...url, "--json"));
  assert.deepEqual(whole.schema, document);
  assert.equal(whole.version_hash, second?.schema_version_hash);
  // The statements are such that they make the same tables.
  const sql = (await succeed("schema", ...url, "--format", "sql")).stdout;
  const columns = (dataset: string) =>
    database.query(
      `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = $1
       AND table_name NOT LIKE '\\_dlt%' ORDER BY table_name, ordinal_position`,
      [dataset],
    );
  await database.query("CREATE SCHEMA copied");
  await database.query(sql.replaceAll('"shop_data".', '"copied".'));
  assert.deepEqual(await columns("copied"), await columns("shop_data"));

  const newest = onlyObject(await succeed("load-package", "shop", ...url, "--json"));
  assert.deepEqual(
    [newest.load_id, newest.state, newest.schema_name, newest.schema_version_hash, newest.error],
    [second?.load_id, "loaded", "shop", second?.schema_version_hash, null],
  );
  assert.deepEqual(newest.tables, [
    { table: "orders", rows: 1, rows_now: 1 },
    { table: "orders__lines", rows: 1, rows_now: 1 },
    { table: "states", rows: 1, rows_now: 1 },
  ]);
  const note = { table: "orders", change: "column_added", column: "note", type: "varchar" };
  assert.deepEqual(newest.schema_changes, [note]);
  // Of an older one only the destination knows: what it brought anew, and what the second load has left of it.
  const older = onlyObject(await succeed("load-package", "shop", first?.load_id ?? "", ...url, "--json"));
  assert.deepEqual(older.tables, [
    { table: "orders", rows: null, rows_now: 1 },
    { table: "orders__lines", rows: null, rows_now: 2 },
  ]);
  const added = (older.schema_changes as { table: string; change: string }[]).map(
    (one) => `${one.change} ${one.table}`,
  );
  assert.deepEqual(added, ["table_added orders", "table_added orders__lines", "table_added states"]);
  const text = (await succeed("load-package", first?.load_id ?? "", ...url)).stdout;
  assert.match(text, new RegExp(`^Load package ${first?.load_id} of pipeline shop is LOADED\n`));
  assert.match(text, /^ {2}orders__lines: \? loaded, 2 in the destination now$/m);
  const local = onlyObject(await succeed("load-package", "--json"));
  assert.deepEqual([local.load_id, local.state, local.schema_changes], [second?.load_id, "loaded", [note]]);
  assert.deepEqual((local.tables as { rows_now: null }[])[0]?.rows_now, null);
  const unknown = await sluice(["load-package", "shop", "1000000000.5", ...url, "--json"], { cwd });
  assert.equal(assertFailed(unknown, "E_INPUT", 2).message, "no load package 1000000000.5 of pipeline shop is known");

  // A database that is away is no usage error.
  const away = ["--connection-string", "postgresql://u@127.0.0.1:9/x", "--connect-wait", "0", "--json"];
  assertFailed(await sluice(["load-package", "shop", ...away], { cwd }), "E_DEST_UNAVAILABLE", 5);
});

test("failed-jobs: what the destination refused, with its reason, also in trace and load-package", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": ORDERS, "/states": "[]" });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, RESOURCES) });
  const url = ["--connection-string", database.url];
  assert.equal((await sluice(["run", "shop.json", ...url], { cwd })).code, 0);
  const before = await sluice(["failed-jobs"], { cwd });
  assert.deepEqual([before.code, before.stdout], [0, "no failed packages of pipeline shop here\n"]);

  await database.query("ALTER TABLE shop_data.orders ADD CHECK (id < 2) NOT VALID");
  api.answers["/orders"] = LATER;
  assertFailed(await sluice(["run", "shop.json", ...url, "--json"], { cwd }), "E_DEST_DATA", 4);

  const [loadId] = await readdir(join(cwd, ".sluice", "pipelines", "shop", "failed"));
  const listed = await sluice(["failed-jobs", "shop", "--json"], { cwd });
  assert.equal(listed.code, 0, listed.stderr);
  const [failed, ...more] = onlyObject(listed).failed as Record<string, unknown>[];
  assert.equal(more.length, 0);
  assert.equal(failed?.code, "E_DEST_DATA");
  assert.match(String(failed?.message), /orders/);
  assert.equal(failed?.path, join(cwd, ".sluice", "pipelines", "shop", "failed", loadId ?? ""));
  const jobs = failed?.jobs as { table: string; rows: number; file: string }[];
  assert.deepEqual(jobs.map(({ table, rows }) => `${table} ${rows}`).slice(0, 2), ["orders 1", "orders__lines 1"]);
  assert.ok((await readdir(String(failed?.path))).includes(jobs[0]?.file ?? "?"));
  const text = (await sluice(["failed-jobs"], { cwd })).stdout;
  assert.match(text, new RegExp(`^load package ${failed?.load_id} FAILED, its files are in .*\n {2}E_DEST_DATA: `));

  const trace = (await sluice(["trace"], { cwd })).stdout;
  assert.match(trace, /^Run of pipeline shop failed in /);
  assert.match(trace, /^step load FAILED after /m);
  assert.match(trace, /^error E_DEST_DATA: /m);
  const shown = onlyObject(await sluice(["load-package", "shop", ...url, "--json"], { cwd }));
  assert.deepEqual([shown.load_id, shown.state], [failed?.load_id, "failed"]);
  assert.match(String(shown.error), /^E_DEST_DATA: /);
});
