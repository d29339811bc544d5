import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "../../../src/core/json-reader.ts";
import {
  parsePythonFloat,
  parsePythonInt,
  pythonFloatRepr,
  pythonStr,
  pythonStrip,
} from "../../../src/core/python-text.ts";

test("floats are written as Python's repr writes them", () => {
  const cases: readonly [number, string][] = [
    [1, "1.0"],
    [-0, "-0.0"],
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [1.0000000000000001e23, "1.0000000000000001e+23"],
    [1e-4, "0.0001"],
    [1e-5, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [5e-324, "5e-324"],
    [1e100, "1e+100"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [Number.NaN, "nan"],
  ];
  for (const [value, text] of cases) assert.equal(pythonFloatRepr(value), text);
});

test("the repr of a float reads back as the same float", () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      assert.ok(Object.is(parsePythonFloat(pythonFloatRepr(value)), value));
    }),
  );
});

test("values become Python's str", () => {
  const cases: readonly [json: string, text: string][] = [
    ["null", "None"],
    ["true", "True"],
    ["1", "1"],
    ["1.0", "1.0"],
    ["18446744073709551616", "18446744073709551616"],
    ['"it\'s"', "it's"],
    ['[1,"a",null,false]', "[1, 'a', None, False]"],
    ['{"b":null,"10":1.5,"9":{}}', "{'b': None, '10': 1.5, '9': {}}"],
    ['["it\'s","say \\"hi\\"","both \' and \\""]', `["it's", 'say "hi"', 'both \\' and "']`],
    ['["\\\\ \\n\\t\\u0000\\u00a0\\u200b\\ud800 é😀"]', "['\\\\ \\n\\t\\x00\\xa0\\u200b\\ud800 é😀']"],
  ];
  for (const [json, text] of cases) assert.equal(pythonStr(parseJson(json)), text);
});

test("integers are read as int() reads them", () => {
  const cases: readonly [text: string, value: bigint | undefined][] = [
    [" 3 ", 3n],
    ["+7", 7n],
    ["-0", 0n],
    ["1_000", 1000n],
    ["1__0", undefined],
    ["_1", undefined],
    ["1_", undefined],
    ["٣٤", 34n],
    ["\u00a05\u3000", 5n],
    ["\x1c5", undefined],
    ["\ufeff5", undefined],
    ["1.0", undefined],
    ["", undefined],
    ["9".repeat(4301), undefined],
  ];
  for (const [text, value] of cases) assert.equal(parsePythonInt(text), value, JSON.stringify(text));
  assert.equal(parsePythonInt(" -0x1_f ", 16), -31n);
  assert.equal(parsePythonInt("0x_1f", 16), 31n);
  assert.equal(parsePythonInt("0x", 16), undefined);
});

test("floats are read as float() reads them", () => {
  const cases: readonly [text: string, value: number | undefined][] = [
    ["1e5", 1e5],
    [" .5\n", 0.5],
    ["5.", 5],
    ["1_0.0_1", 10.01],
    ["1._5", undefined],
    ["٣.٥", 3.5],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["+nan", Number.NaN],
    ["infi", undefined],
    ["0x10", undefined],
    [".", undefined],
    ["", undefined],
    ["1,5", undefined],
  ];
  for (const [text, value] of cases) assert.ok(Object.is(parsePythonFloat(text), value), JSON.stringify(text));
});

test("strip takes Python's blanks, not JavaScript's", () => {
  assert.equal(pythonStrip("\x1c\x1f\x85 \u00a0\u3000a b\t\v"), "a b");
  assert.equal(pythonStrip("\ufeffa\u200b"), "\ufeffa\u200b");
});
