import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Double, type JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson, compactJson, formatDouble, lexemeJson } from "../../../src/core/json-writer.ts";

const doubles: readonly [value: number, text: string][] = [
  [1, "1.0"],
  [-0, "-0.0"],
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [1.5e22, "1.5e+22"],
  [0.00001, "0.00001"],
  [0.000012, "0.000012"],
  [0.0000012, "1.2e-6"],
  [1e-7, "1e-7"],
  [5e-324, "5e-324"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
  [Number.NaN, "null"],
  [Number.NEGATIVE_INFINITY, "null"],
];

for (const [value, text] of doubles) {
  test(`the double ${value} is written ${text}`, () => assert.equal(formatDouble(value), text));
}

test("canonical text sorts keys by code point at every level", () => {
  const value = parseJson('{"～":5,"😀":4,"b":{"10":1,"9":[{"z":1,"a":2}]},"é":1}');
  assert.equal(canonicalJson(value), '{"b":{"10":1,"9":[{"a":2,"z":1}]},"é":1,"～":5,"😀":4}');
});

test("code points sort as their UTF-8 bytes do", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary" }), { maxLength: 12 }), (keys) => {
      const value = JSON.parse(canonicalJson(Object.fromEntries(keys.map((key) => [`k${key}`, 1])))) as object;
      const byBytes = [...keys.map((key) => `k${key}`)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(Object.keys(value), byBytes);
    }),
  );
});

test("compact text keeps the document's order, long integers and number kinds", () => {
  const text = '{"b":1.0,"10":18446744073709551616,"9":-5,"a":[null,true,1e+16,"\\u001f\u2028\u007f"]}';
  assert.equal(compactJson(parseJson(text)), text);
});

test("lexeme text repeats floats as they were received", () => {
  const text = '{"a":1.50,"b":[1E3,-0.0,1e400],"c":12}';
  assert.equal(lexemeJson(parseJson(text, { keepLexemes: true })), text);
  assert.equal(compactJson(parseJson(text, { keepLexemes: true })), '{"a":1.5,"b":[1000.0,-0.0,null],"c":12}');
});

test("what is written reads back equal", () => {
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Double(value)),
  );
  const document = fc.letrec((tie) => ({
    value: fc.oneof(leaf, fc.array(tie("value")), fc.dictionary(fc.string(), tie("value"))),
  })).value as fc.Arbitrary<JsonValue>;
  fc.assert(
    fc.property(document, (value) => {
      const text = compactJson(value);
      assert.equal(compactJson(parseJson(text)), text);
    }),
  );
});
