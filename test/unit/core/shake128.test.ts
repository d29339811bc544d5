import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { createNestedIds } from "../../../src/core/shake128.ts";

function reference(parent: string, table: string, index: number): string {
  const hash = createHash("shake128", { outputLength: 10 }).update(`${parent}_${table}_${index}`);
  return hash.digest("base64").slice(0, 14);
}

test("ids of nested rows are SHAKE-128 for any length, also where a long text comes before a short one", () => {
  const tables = ["t", "issues__labels", "x".repeat(63), "größe"].map((name) => [name, createNestedIds(name)] as const);
  const lengths = [14, 0, 160, 1, 166, 167, 2, 168, 169, 3, 500, 14, 150];
  for (const length of lengths) {
    for (const [table, nestedId] of tables) {
      for (const index of [0, 1, 9, 10, 99_999, 0, Number.MAX_SAFE_INTEGER]) {
        const parent = "p".repeat(length);
        assert.equal(nestedId(parent, index), reference(parent, table, index), `${length} ${table} ${index}`);
      }
    }
  }
});

test("ids of nested rows are SHAKE-128 for any text", () => {
  const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: "grapheme", maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, fc.nat()), { maxLength: 8 }), (rows) => {
      for (const [parent, table, index] of rows) {
        assert.equal(createNestedIds(table)(parent, index), reference(parent, table, index));
      }
    }),
    { numRuns: 300 },
  );
});
