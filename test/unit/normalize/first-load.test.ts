import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceHints } from "../../../src/core/source.ts";
import { WarningLog } from "../../../src/core/warnings.ts";
import { warnAlikeNames } from "../../../src/normalize/alike-names.ts";
import { firstLoadErrors } from "../../../src/normalize/first-load.ts";
import { resourceHints } from "../../support/normalize.ts";

const upsert: Partial<ResourceHints> = { writeDisposition: { disposition: "merge", strategy: "upsert" } };

const resource = (name: string, hints: Partial<ResourceHints> = {}, selected = true) => ({
  name,
  selected,
  hints: resourceHints(hints),
});

test("a first load fails by the hints that decide for a table, and by those alone", () => {
  const tables = (...resources: ReturnType<typeof resource>[]) =>
    firstLoadErrors({ name: "s", resources }).map(({ table }) => table);
  const keyed = { ...upsert, primaryKey: ["id"] };
  assert.deepEqual(tables(resource("a", upsert)), ["a"]);
  assert.deepEqual(tables(resource("a", keyed)), []);
  assert.deepEqual(tables(resource("a", { ...upsert, columns: { id: { primary_key: true } } })), []);
  assert.deepEqual(tables(resource("a", { ...upsert, mergeKey: ["id"] })), ["a"]);
  assert.deepEqual(tables(resource("a", { writeDisposition: { disposition: "merge", strategy: "insert-only" } })), [
    "a",
  ]);
  assert.deepEqual(tables(resource("a", { writeDisposition: { disposition: "merge" } })), []);
  assert.deepEqual(tables(resource("a", upsert, false)), [], "it is not loaded");
  // The first of two that share a table decides.
  assert.deepEqual(tables(resource("a", keyed), resource("b", { ...upsert, tableName: "a" })), []);
  assert.deepEqual(tables(resource("a", upsert), resource("b", { ...keyed, tableName: "a" })), ["a"]);
  const twice = { columns: { x: { hard_delete: true }, y: { hard_delete: true } } };
  assert.deepEqual(tables(resource("a", twice), resource("ok")), ["a"]);
  assert.deepEqual(tables(resource("a", { schemaContract: "freeze" })), [], "the contract has its own error");
});

test("alike are names that make one table, where no table_name says so", () => {
  const warned = (...resources: ReturnType<typeof resource>[]) => {
    const log = new WarningLog();
    warnAlikeNames(resources, log.warn);
    return log.all.map(({ code, subject, detail }) => `${code} ${subject} ${detail}`);
  };
  assert.deepEqual(warned(resource("p"), resource("P"), resource("q")), ['W_SHARED_TABLE p filled by "p" and "P"']);
  assert.deepEqual(warned(resource("Order Lines"), resource("order_lines"), resource("OrderLines")), [
    'W_SHARED_TABLE order_lines filled by "Order Lines" and "order_lines" and "OrderLines"',
  ]);
  assert.deepEqual(warned(resource("p"), resource("P", { tableName: "p" })), []);
  assert.deepEqual(warned(resource("p"), resource("P", {}, false)), []);
});
