import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { digest128, keyHash, rowHash, sha3Base64 } from "../../../src/core/digest.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { createNestedIds } from "../../../src/core/shake128.ts";

function shake128(data: string | Uint8Array, outputLength: number): string {
  return createHash("shake128", { outputLength }).update(data).digest("base64").replaceAll("=", "");
}

test("digests are SHAKE-128 in base64 without padding", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.uint8Array()),
      fc.integer({ min: 1, max: 20 }),
      (data, bytes) => {
        assert.equal(digest128(data, bytes), shake128(data, bytes));
      },
    ),
  );
});

test("the id of a nested row digests parent, table and index", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ maxLength: 63 }),
      fc.nat(),
      (parent, table, index) => {
        assert.equal(createNestedIds(table)(parent, index), shake128(`${parent}_${table}_${index}`, 10));
      },
    ),
  );
});

test("a row hash leaves out top-level _dlt keys only, and tells 1 from 1.0", () => {
  const hash = (text: string) => rowHash(parseJson(text));
  assert.equal(hash('{"_dlt_id":"x","a":{"b":1}}'), hash('{"a":{"b":1}}'));
  assert.notEqual(hash('{"a":{"_dlt_id":"x"}}'), hash('{"a":{}}'));
  assert.notEqual(hash('{"a":1}'), hash('{"a":1.0}'));
  assert.notEqual(hash('{"a":null}'), hash("{}"));
});

test("a key hash does not depend on the order of the key", () => {
  assert.equal(keyHash({ a: 1, b: 2, c: 3 }, ["b", "a"]), keyHash({ b: 2, a: 1 }, ["a", "b"]));
});

test("version hashes are SHA3-256 over the parts in turn", () => {
  assert.equal(sha3Base64("a", "é", ""), createHash("sha3-256").update("aé").digest("base64"));
});
