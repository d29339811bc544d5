/** Schema contracts and refresh as a user gives them: flags and file keys, what is printed, what stands in the database. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { testDatabase } from "../support/postgres.ts";
import { assertFailed, folder, jsonApi, onlyObject, shopFile, sluice } from "./support.ts";

const FIRST = `[{"id":1,"a":1,"l":[{"x":1}]}]`;
const CHANGED = `[{"id":2,"a":"text"},{"id":3,"b":1,"m":[1,2]},{"id":4,"a":4,"l":[{"x":4,"z":1},{"x":5}]},{"id":5,"b":null},{"id":6,"m":[3]}]`;

async function shop(t: Parameters<typeof testDatabase>[0]) {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": FIRST });
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [{ name: "orders", endpoint: { path: "orders" } }]) });
  const run = (...args: string[]) =>
    sluice(["run", "shop.json", "--connection-string", database.url, "--json", ...args], { cwd });
  const rows = async () =>
    (await database.query("SELECT id, a FROM shop_data.orders ORDER BY id")).map((row) => row.id);
  const nested = async () => (await database.query("SELECT x FROM shop_data.orders__l ORDER BY x")).map((row) => row.x);
  const tables = async () =>
    (
      await database.query(
        "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'shop_data' AND tablename NOT LIKE '\\_dlt%' ORDER BY 1",
      )
    ).map((row) => row.t);
  return { api, cwd, database, run, rows, nested, tables };
}

function warningsOf(ended: Awaited<ReturnType<typeof sluice>>): unknown {
  const { warnings } = onlyObject(ended) as { warnings: { code: string; subject: string; count: number }[] };
  return warnings
    .filter(({ code }) => code.startsWith("W_CONTRACT"))
    .map(({ code, subject, count }) => `${code} ${subject} ${count}`)
    .sort();
}

test("81: freeze ends the run with the place and what to do, before anything is written", async (t) => {
  const { api, database, run } = await shop(t);
  assert.equal((await run()).code, 0);
  const before = await database.query("SELECT xmin::text, t::text FROM shop_data.orders AS t");
  api.answers["/orders"] = CHANGED;
  for (const [contract, message] of [
    ["tables: freeze", /Can't add table `orders__m`/],
    ["columns: freeze", /Can't add table column `b` to table `orders`.*record 2 of orders/],
    ["data_type=freeze", /Can't add variant column `a__v_text` for table `orders`/],
    ["freeze", /`orders`/],
  ] as const) {
    const failure = assertFailed(await run("--schema-contract", contract), "E_DATA_CONTRACT", 7);
    assert.match(failure.message, message);
    assert.match(String(failure.hint), /Nothing was loaded/);
  }
  assert.deepEqual(await database.query("SELECT xmin::text, t::text FROM shop_data.orders AS t"), before);
});

test("81: discard_row and discard_value drop what breaks the contract, and count it", async (t) => {
  const rowwise = await shop(t);
  assert.equal((await rowwise.run()).code, 0);
  rowwise.api.answers["/orders"] = CHANGED;
  const dropped = await rowwise.run("--schema-contract", "discard_row");
  assert.equal(dropped.code, 0, dropped.stderr);
  // A null in a column that was kept out before counts as the column, as in dlt.
  assert.deepEqual(await rowwise.rows(), ["1", "4", "6"]);
  assert.deepEqual(await rowwise.nested(), ["1", "5"]);
  assert.deepEqual(await rowwise.tables(), ["orders", "orders__l"]);
  assert.deepEqual(warningsOf(dropped), [
    "W_CONTRACT_ROW orders 3",
    "W_CONTRACT_ROW orders__l 1",
    "W_CONTRACT_TABLE orders__m 1",
  ]);

  const valuewise = await shop(t);
  assert.equal((await valuewise.run()).code, 0);
  valuewise.api.answers["/orders"] = CHANGED;
  const cut = await valuewise.run("--schema-contract", "{columns: discard_value, data_type: discard_value}");
  assert.equal(cut.code, 0, cut.stderr);
  assert.deepEqual(await valuewise.rows(), ["1", "2", "3", "4", "5", "6"]);
  assert.deepEqual(await valuewise.nested(), ["1", "4", "5"]);
  assert.deepEqual(await valuewise.tables(), ["orders", "orders__l", "orders__m"]);
  assert.deepEqual(warningsOf(cut), [
    "W_CONTRACT_VALUE orders.a__v_text 1",
    "W_CONTRACT_VALUE orders.b 1",
    "W_CONTRACT_VALUE orders__l.z 1",
  ]);
});

test("refresh drops or empties in the transaction of the load; a failure leaves the old rows", async (t) => {
  const { api, database, run, rows, tables, cwd } = await shop(t);
  assert.equal((await run("--export-schema-path", "schemas")).code, 0);
  const [exported] = await readdir(join(cwd, "schemas"));
  assert.match(await readFile(join(cwd, "schemas", exported ?? ""), "utf8"), /^version: 2\n/);
  api.answers["/orders"] = `[{"id":9,"a":"text"}]`;
  const failed = await sluice(["run", "shop.json", "--connection-string", database.url, "--refresh", "drop_sources"], {
    cwd,
    environment: { SLUICE_FAULT: "load:before-commit:throw" },
  });
  assert.notEqual(failed.code, 0);
  assert.deepEqual(await rows(), ["1"]);
  assert.equal((await run("--refresh", "drop_data")).code, 0);
  assert.deepEqual(await rows(), ["9"]);
  assert.deepEqual(await tables(), ["orders", "orders__l"]);
  const anew = await run("--refresh", "drop_sources");
  assert.equal(anew.code, 0, anew.stderr);
  assert.deepEqual(await tables(), ["orders"]);
  assert.deepEqual(await rows(), ["9"]);
});
