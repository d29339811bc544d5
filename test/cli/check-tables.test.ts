/** `sluice check`: what a load would make of the tables, before anything is loaded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertFailed, onlyObject, sluice, startShop } from "./support.ts";

const upsert = { disposition: "merge", strategy: "upsert" };
const ORDERS = { "/orders": '[{"id":1}]', "/Orders": "[]" };

test("upsert without a primary key: a warning, and a failure where the dataset is new", async (t) => {
  const shop = await startShop(t, ORDERS, [{ name: "orders", write_disposition: upsert }]);
  const { cwd } = shop;
  const message = "The merge strategy upsert of table orders needs a primary key.";

  const offline = await sluice(["check", "shop.json", "--offline", "--json"], { cwd });
  assert.equal(offline.code, 0, offline.stderr);
  assert.match(offline.stderr, /^W_FIRST_LOAD orders: .*needs a primary key/m);
  assert.deepEqual(onlyObject(offline).warnings, [
    { code: "W_FIRST_LOAD", subject: "orders", count: 1, detail: message },
  ]);

  const first = assertFailed(await sluice(["check", "shop.json", ...shop.url, "--json"], { cwd }), "E_CONFIG", 2);
  assert.equal(first.message, message);
  const run = assertFailed(await sluice(["run", "shop.json", ...shop.url, "--json"], { cwd }), "E_CONFIG", 2);
  assert.equal(run.message, message);

  // Of a dataset that is there nothing is known: the key may stand in its schema.
  await shop.database.query("CREATE SCHEMA shop_data");
  const later = await shop.succeed("check", "shop.json", ...shop.url);
  assert.match(later.stderr, /^W_FIRST_LOAD orders: /m);
});

test("resources whose names are written otherwise fill one table: a warning of check and of a run", async (t) => {
  const shop = await startShop(t, ORDERS, [
    "orders",
    "Orders",
    { name: "more", table_name: "orders", endpoint: "orders" },
  ]);
  const wanted = /^.*W_SHARED_TABLE orders: .*filled by "orders" and "Orders"/m;
  assert.match((await shop.succeed("check", "shop.json", "--offline")).stderr, wanted);
  const ended = await shop.succeed("run", "shop.json", ...shop.url);
  assert.match(`${ended.stdout}${ended.stderr}`, wanted);
});
