import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { afterItem, itemText, type JsonTape, releaseTape, scanList } from "../../../src/core/json-tape.ts";

function items(tape: JsonTape): string[] {
  const found: string[] = [];
  for (let at = 2; at < tape.size - 2; at = afterItem(tape.entries, at)) found.push(itemText(tape, at));
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("the items of a list are its texts", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), (list) => {
      const tape = scanList(Buffer.from(JSON.stringify(list)));
      assert.ok(tape !== undefined);
      assert.equal(tape.count, list.length);
      assert.deepEqual(
        items(tape),
        list.map((item) => JSON.stringify(item)),
      );
    }),
  );
});

test("what JSON.parse refuses is refused", () => {
  const broken = fc
    .tuple(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom("", ",", "]", "}", "[", "{", ":", '"', "\\", "0", "-", ".", "e", "\n", "\u0001", "t"),
      fc.nat({ max: 1 }),
    )
    .map(([text, place, put, cut]) => {
      const list = `[${text}]`;
      const at = place % (list.length + 1);
      return list.slice(0, at) + put + list.slice(at + cut);
    });
  fc.assert(
    fc.property(broken, (text) => {
      const isList = isJson(text) && Array.isArray(JSON.parse(text));
      assert.equal(scanList(Buffer.from(text)) !== undefined, isList, text);
    }),
    { numRuns: 5000 },
  );
});

test("left to the reader of values: no list, no UTF-8, a mark, deep nesting, endless numbers", () => {
  assert.equal(scanList(Buffer.from("{}")), undefined);
  assert.equal(scanList(Buffer.from("")), undefined);
  assert.equal(scanList(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])), undefined);
  assert.equal(scanList(Buffer.from("\ufeff[]")), undefined);
  assert.equal(scanList(Buffer.from("[".repeat(65) + "]".repeat(65))), undefined);
  assert.equal(scanList(Buffer.from(`[${"1".repeat(1001)}]`)), undefined);
  assert.notEqual(scanList(Buffer.from("[".repeat(64) + "]".repeat(64))), undefined);
});

test("memory that was given back is used again, for a larger page too", () => {
  const text = `[${"[1,2],".repeat(20_000)}0]`;
  const first = scanList(Buffer.from(text));
  assert.ok(first !== undefined);
  assert.equal(first.count, 20_001);
  releaseTape(first);
  releaseTape(first);
  const [second, third] = [scanList(Buffer.from(text)), scanList(Buffer.from(text))];
  assert.ok(second !== undefined && third !== undefined);
  assert.equal(second.entries, first.entries);
  assert.notEqual(third.entries, second.entries);
  assert.deepEqual(items(second), items(third));
});
