/** Data that the tables cannot hold is found before anything is written, and blocks no later run. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type TestDatabase, testDatabase } from "../support/postgres.ts";
import { assertFailed, folder, jsonApi, schemasOf, shopFile, sluice } from "./support.ts";

/** What the next page of the table holds, and what is said of it. */
const REFUSED: readonly {
  readonly what: string;
  readonly records: string;
  readonly code: string;
  readonly message: RegExp;
  readonly context: Readonly<Record<string, unknown>>;
}[] = [
  {
    what: "an integer of 2^63",
    records: `[{"id":2,"n":1,"price":1.5},{"id":3,"n":9223372036854775808}]`,
    code: "E_DATA_VALUE",
    message: /9223372036854775808 as bigint in table orders, column n, record 2/,
    context: { table: "orders", column: "n" },
  },
  {
    what: "the text nan in a double column",
    records: `[{"id":2,"n":1,"price":"nan"}]`,
    code: "E_DATA_VALUE",
    message: /nan as double in table orders, column price, record 1/,
    context: { table: "orders", column: "price" },
  },
  {
    what: "an integer of 2^63 in a nested table",
    records: `[{"id":2,"lines":[{"n":1},{"n":9223372036854775808}]}]`,
    code: "E_DATA_VALUE",
    message: /table orders__lines, column n, record 1/,
    context: { table: "orders__lines", column: "n" },
  },
  {
    what: "1 700 columns",
    records: `[${JSON.stringify({ id: 2, ...Object.fromEntries(Array.from({ length: 1700 }, (_, i) => [`c${i}`, i])) })}]`,
    code: "E_TOO_MANY_COLUMNS",
    message: /orders would have 1\d{3} columns; PostgreSQL allows 1600/,
    context: { table: "orders" },
  },
  {
    what: "a null primary key",
    records: `[{"id":2},{"id":null,"n":1},{"n":2}]`,
    code: "E_NULL_KEY",
    message: /2 records of orders have no value in the key column id of table orders; the first is record 2/,
    context: { table: "orders", column: "id" },
  },
];

test("data that PostgreSQL cannot hold: refused before anything is written, and the next run is not blocked", async (t) => {
  const database = await testDatabase(t);
  const api = await jsonApi(t, { "/orders": `[{"id":1,"n":1,"price":1.25,"lines":[{"n":1}]}]` });
  const orders = { name: "orders", primary_key: "id", write_disposition: "merge", endpoint: { path: "orders" } };
  const cwd = await folder(t, { "shop.json": shopFile(api.url, [orders]) });
  const run = () => sluice(["run", "shop.json", "--connection-string", database.url, "--json"], { cwd });
  // On the very first run not even the dataset is made.
  const loadable = api.answers["/orders"] ?? "";
  api.answers["/orders"] = REFUSED[0]?.records ?? "";
  assertFailed(await run(), "E_DATA_VALUE", 7);
  assert.deepEqual(await schemasOf(database), []);
  api.answers["/orders"] = loadable;
  assert.equal((await run()).code, 0);
  const before = await snapshot(database);
  for (const { what, records, code, message, context } of REFUSED) {
    await t.test(what, async () => {
      api.answers["/orders"] = records;
      const failure = assertFailed(await run(), code, 7);
      assert.match(failure.message, message);
      assert.equal(failure.table, context.table);
      const given = failure.context as Record<string, unknown>;
      for (const [key, value] of Object.entries(context)) assert.equal(given[key], value, key);
      assert.deepEqual(await snapshot(database), before);
      assert.deepEqual(await readdir(join(cwd, ".sluice", "pipelines", "shop", "packages")), []);
    });
  }
  api.answers["/orders"] = `[{"id":2,"n":2,"price":2.5}]`;
  const good = await run();
  assert.equal(good.code, 0, good.stderr);
  assert.deepEqual(await database.query("SELECT id, n, price FROM shop_data.orders ORDER BY id"), [
    { id: "1", n: "1", price: "1.25" },
    { id: "2", n: "2", price: "2.5" },
  ]);
});

/** The dataset: columns, constraints, indexes, and every row with the transaction that wrote it. */
async function snapshot(database: TestDatabase): Promise<unknown> {
  const columns = await database.query(
    "SELECT table_name, column_name, ordinal_position, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'shop_data' ORDER BY 1, 3",
  );
  const indexes = await database.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'shop_data' ORDER BY 1");
  const rows: Record<string, unknown> = {};
  for (const table of new Set(columns.map((column) => column.table_name))) {
    rows[String(table)] = await database.query(`SELECT xmin::text, t::text FROM shop_data."${table}" AS t ORDER BY 2`);
  }
  return { columns, indexes, rows };
}
