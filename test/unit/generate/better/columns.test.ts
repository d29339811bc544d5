import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, get, integer, listOf, moment, object, resourceAt, text } from "../../../support/generate.ts";

test("columns have the types that the schema declares; what only looks declared is left to the data", () => {
  const record = object({
    id: { ...integer, description: "The\n id" },
    price: { type: "number" },
    open: { type: "boolean" },
    at: moment,
    day: { type: "string", format: "date" },
    mail: { type: "string", format: "email" },
    state: { type: "string", enum: ["a", "b"] },
    seen: { anyOf: [moment, { type: "null" }] },
    count: { type: ["integer", "null"] },
    title: text,
    either: { oneOf: [integer, text] },
    nested: object({ id: integer }),
    list: listOf(integer),
    anything: {},
    password: { type: "string", format: "email", writeOnly: true },
    old: { type: "integer", deprecated: true },
    queuedDuration: integer,
    strategy: integer,
  });
  const { columns } = resourceAt(generate({ paths: { "/things": get(listOf(record)) } }), "/things");
  assert.deepEqual(
    columns.map(({ name, dataType }) => [name, dataType]),
    [
      ["id", "bigint"],
      ["price", "double"],
      ["open", "bool"],
      ["at", "timestamp"],
      ["day", "date"],
      ["mail", "text"],
      ["state", "text"],
      ["seen", "timestamp"],
      ["count", "bigint"],
      ["strategy", "bigint"],
    ],
  );
  assert.deepEqual(columns[0], { name: "id", dataType: "bigint", nullable: false, description: "The id" });
  assert.ok(columns.slice(1).every(({ nullable }) => nullable));
});
