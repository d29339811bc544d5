import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { copyText } from "../../../src/destination/postgres/copy-text.ts";
import { decodeField } from "../../support/chunks.ts";

function encode(value: JsonValue, as: "text" | "json"): { field: string; nul: number; surrogate: number } {
  const seen = { nul: 0, surrogate: 0 };
  const onNul = () => {
    seen.nul += 1;
  };
  const onSurrogate = () => {
    seen.surrogate += 1;
  };
  const field = as === "text" ? copyText.text(String(value), onNul) : copyText.json(value, onNul, onSurrogate);
  return { field, ...seen };
}

describe("text fields", () => {
  const cases: readonly [text: string, field: string, nul: number][] = [
    ["plain", "plain", 0],
    ["", "", 0],
    ["a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e", 0],
    ["\\N", "\\\\N", 0],
    ["\\.", "\\\\.", 0],
    ["a\0b\0", "ab", 1],
    ["\0\\", "\\\\", 1],
    ["\b\f\v\u007f\u2028", "\b\f\v\u007f\u2028", 0],
    [`${"x".repeat(60)}\n`, `${"x".repeat(60)}\\n`, 0],
    [`${"x".repeat(60)}\0`, "x".repeat(60), 1],
    ["é😀", "é😀", 0],
  ];
  for (const [text, field, nul] of cases) {
    test(JSON.stringify(text).slice(0, 40), () => {
      assert.deepEqual(encode(text, "text"), { field, nul, surrogate: 0 });
      assert.equal(decodeField(field), text.replaceAll("\0", ""));
    });
  }
});

describe("JSON fields", () => {
  const cases: readonly [json: string, stored: string, nul: number, surrogate: number][] = [
    ['{"a":[1,1.0,null,"é"]}', '{"a":[1,1.0,null,"é"]}', 0, 0],
    ['"a\\nb\\\\c\\"d"', '"a\\nb\\\\c\\"d"', 0, 0],
    ['"x\\u0000y\\u0000"', '"xy"', 1, 0],
    ['{"k\\u0000":1}', '{"k":1}', 1, 0],
    // A backslash of the data before the same letters is no escape.
    ['"\\\\u0000 \\\\ud800"', '"\\\\u0000 \\\\ud800"', 0, 0],
    ['"\\\\\\u0000"', '"\\\\"', 1, 0],
    ['"\\ud800 \\udfff"', '"\ufffd \ufffd"', 0, 1],
    ['"\\u0001\\ud83d\\ude00"', '"\\u0001😀"', 0, 0],
    ["9007199254740993", "9007199254740993", 0, 0],
  ];
  for (const [json, stored, nul, surrogate] of cases) {
    test(json, () => {
      const encoded = encode(parseJson(json), "json");
      assert.deepEqual({ ...encoded, field: decodeField(encoded.field) }, { field: stored, nul, surrogate });
      assert.ok(!/[\n\r\t\0]/.test(encoded.field));
    });
  }
});

test("null stands apart from every text", () => {
  assert.equal(copyText.nullField, "\\N");
  assert.equal(decodeField(copyText.nullField), null);
  assert.equal(decodeField(encode("\\N", "text").field), "\\N");
});
