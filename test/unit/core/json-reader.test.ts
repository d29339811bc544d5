import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Double, isJsonArray, isJsonObject, type JsonValue, KEY_ORDER, keysOf } from "../../../src/core/json.ts";
import { readLexemes } from "../../../src/core/json-lexemes.ts";
import {
  byteOffset,
  decodeUtf8,
  JsonDepthError,
  JsonSyntaxError,
  parseJson,
  Utf8Error,
} from "../../../src/core/json-reader.ts";
import { isLossless } from "../../../src/core/json-scan.ts";

/** A document as text, and what reading it must give, in a form that tells number kinds and key order. */
interface Sample {
  readonly text: string;
  readonly shape: unknown;
}

const digits = fc.stringMatching(/^(?:0|[1-9][0-9]{0,20})$/);
const lexeme = fc.oneof(
  fc.constantFrom("0", "-0", "1.0", "-0.0", "1e3", "1E-7", "1.50", "0.1", "9007199254740993", "1e400", "5e-324"),
  fc.constantFrom("999999999999999.01", "0.9999999999999999999", "1.0000000000000000001", "1700000000.25", "10e-1"),
  digits,
  fc.tuple(digits, fc.stringMatching(/^[0-9]{1,18}$/)).map(([whole, fraction]) => `-${whole}.${fraction}`),
  fc.tuple(digits, fc.integer({ min: -30, max: 30 })).map(([whole, exponent]) => `${whole}e${exponent}`),
);
const blank = fc.constantFrom("", "", " ", "\n\t", "\r\n  ");
const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("in 1.0, ", '"1.0, ', "\\", '\\" 2e5]', "12", "2024-01-02T10:00:05.000Z", "a:5.000,", "\u2028"),
);
const key = fc.oneof(word, fc.constantFrom("__proto__", "constructor", "12", "0", "4294967295", "01", "a"));

const sample: fc.Arbitrary<Sample> = fc.letrec<{ value: Sample }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    lexeme.map((text) => ({ text, shape: numberShape(text) })),
    word.map((text) => ({ text: JSON.stringify(text), shape: text })),
    fc.constantFrom(true, false, null).map((shape) => ({ text: String(shape), shape })),
    fc.tuple(blank, fc.array(tie("value"), { maxLength: 6 })).map(([space, items]) => ({
      text: `[${items.map((item) => space + item.text + space).join(",")}]`,
      shape: items.map((item) => item.shape),
    })),
    fc.tuple(blank, fc.array(fc.tuple(key, tie("value")), { maxLength: 8 })).map(([space, members]) => ({
      text: `{${members.map(([name, item]) => `${JSON.stringify(name)}${space}:${space}${item.text}${space}`).join(",")}}`,
      shape: { members: [...new Map(members.map(([name, item]) => [name, item.shape]))] },
    })),
  ),
})).value;

function numberShape(text: string): unknown {
  if (/^-?\d+$/.test(text)) return { integer: BigInt(text).toString() };
  return { float: Number(text) };
}

function shapeOf(value: JsonValue): unknown {
  if (typeof value === "bigint") return { integer: value.toString() };
  if (value instanceof Double) return { float: value.value };
  if (typeof value === "number")
    return Number.isInteger(value) ? { integer: BigInt(value).toString() } : { float: value };
  if (isJsonArray(value)) return value.map(shapeOf);
  if (!isJsonObject(value)) return value;
  return { members: keysOf(value).map((name) => [name, shapeOf(value[name] as JsonValue)]) };
}

test("every document is read as it was written, with number kinds and key order", () => {
  fc.assert(
    fc.property(blank, sample, (space, { text, shape }) => {
      assert.deepEqual(shapeOf(parseJson(space + text + space)), shape);
      assert.deepEqual(shapeOf(readLexemes(text)), shape);
      assert.deepEqual(shapeOf(parseJson(text, { keepLexemes: true })), shape);
    }),
    { numRuns: 2000 },
  );
});

test("text is refused exactly where JSON.parse refuses it", () => {
  const changed = fc
    .tuple(
      sample,
      fc.nat(),
      fc.constantFrom("", ",", "}", "]", '"', "\\", "0", "-", ".", "e", "u", "\u0001", "x", "{", "["),
      fc.boolean(),
    )
    .map(([{ text }, at, character, keep]) => {
      const position = at % (text.length + 1);
      return text.slice(0, position) + character + text.slice(position + (keep ? 0 : 1));
    });
  fc.assert(
    fc.property(changed, (text) => {
      let good = true;
      try {
        JSON.parse(text);
      } catch {
        good = false;
      }
      for (const read of [parseJson, readLexemes]) {
        if (good) read(text);
        else
          assert.throws(
            () => read(text),
            (error) => error instanceof JsonSyntaxError && error.offset <= text.length,
          );
      }
    }),
    { numRuns: 3000 },
  );
});

const faults: readonly [text: string, offset: number, detail: RegExp][] = [
  ["", 0, /unexpected end/],
  ["  ", 2, /unexpected end/],
  ['{"a":1', 6, /unexpected end/],
  ['{"a":1,}', 7, /expected a key/],
  ['{"a" 1}', 5, /expected ':'/],
  ['{"a":1 "b":2}', 7, /expected ',' or '}'/],
  ["[1 2]", 3, /expected ',' or ']'/],
  ["[1,]", 3, /expected a value/],
  ["[01]", 2, /expected ',' or ']'/],
  ["[1.]", 3, /expected a digit/],
  ["[tru]", 4, /expected a value/],
  ['["a\nb"]', 3, /control character/],
  ['["\\x"]', 3, /bad escape/],
  ['["\\u12g4"]', 6, /bad unicode escape/],
  ["<html>", 0, /expected a value/],
  ["[] []", 3, /after the document/],
  ["[NaN]", 1, /NaN is no JSON value/],
  ["[-Infinity]", 2, /expected a digit/],
];

for (const [text, offset, detail] of faults) {
  test(`${JSON.stringify(text)} is refused at offset ${offset}`, () => {
    assert.throws(
      () => parseJson(text),
      (error) => error instanceof JsonSyntaxError && error.offset === offset && detail.test(error.detail),
    );
  });
}

test("an integer of more than 4300 digits is refused, as Python refuses it", () => {
  assert.throws(() => parseJson(`[${"9".repeat(4301)}]`), JsonSyntaxError);
  assert.equal(Array.isArray(parseJson(`[${"9".repeat(4300)}]`)), true);
});

test("nesting beyond the limit is refused on either path", () => {
  const nested = (depth: number, leaf: string) => "[".repeat(depth) + leaf + "]".repeat(depth);
  parseJson(nested(500, "1"));
  parseJson(nested(500, "1.0"));
  for (const leaf of ["1", "1.0", ""]) {
    assert.throws(
      () => parseJson(nested(501, leaf)),
      (error) => error instanceof JsonDepthError && error.offset === 500 && error.maxDepth === 500,
    );
  }
  assert.throws(() => parseJson('{"a":{"b":[]}}', { maxDepth: 2 }), JsonDepthError);
  assert.throws(() => parseJson(nested(1_000_000, "1"), { maxDepth: 1e9 }), JsonDepthError);
});

test("tokens that are no numbers are null when asked for, and so are floats beyond a double", () => {
  const text = '{"a":NaN,"b":[Infinity,-Infinity,1e400,1.5]}';
  assert.deepEqual(parseJson(text, { nonFinite: "null" }), { a: null, b: [null, null, null, 1.5] });
  assert.deepEqual(parseJson("[1e400]"), [new Double(Number.POSITIVE_INFINITY, "1e400")]);
});

test("index-like keys keep their place, and the order is not copied by a spread", () => {
  const value = parseJson('{"b":1,"10":2,"9":3,"b":4}');
  assert.ok(isJsonObject(value));
  assert.deepEqual(keysOf(value), ["b", "10", "9"]);
  assert.equal(value.b, 4);
  assert.equal(Object.hasOwn({ ...value }, KEY_ORDER), false);
});

test("__proto__ is an ordinary key on either path", () => {
  for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1.0}}']) {
    const value = parseJson(text);
    assert.ok(isJsonObject(value));
    assert.deepEqual(Object.keys(value), ["__proto__"]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  }
});

test("keys with escapes are read as they were written, whatever keys came before at their place", () => {
  const keysOfText = (text: string) => Object.keys(parseJson(text) as object);
  // JSON.parse alone has given "\\" for the last of each, see json-scan.ts.
  for (const [before, key] of [
    ["\\", '"'],
    ["\\", "\n"],
    ["ab\\", "ab\n"],
    ["ab\\", "ab\u0001"],
    ["\\t", "\tx"],
  ] as const) {
    const text = (name: string) => `{"first ${before.length}${key.length}":1,${JSON.stringify(name)}:2}`;
    for (let round = 0; round < 3; round += 1) {
      assert.equal(keysOfText(text(before))[1], before);
      assert.equal(keysOfText(text(key))[1], key);
      assert.equal(keysOfText(`{"x":"\\u0100",${text(key).slice(1)}`).at(-1), key);
    }
    assert.deepEqual(
      (parseJson(`[${text(before)},${text(key)},${text(before)}]`) as object[]).map((one) => Object.keys(one)[1]),
      [before, key, before],
    );
  }
});

test("times, versions and hashes inside strings do not need the slow reader", () => {
  for (const text of [
    '[{"at":"2024-01-02T10:00:05.000Z","text":"now 1.0, was \\"0.0, \\" or 1e5 ","sha":"12e45 ","n":12,"f":1.25}]',
    '{"id":1700000000000,"x":["1.0",":5.000,"]}',
  ]) {
    assert.equal(isLossless(text, JSON.parse(text), 500), true, text);
  }
  assert.equal(isLossless('["\\\\",1.0]', ["\\", 1], 500), false);
});

test("UTF-8 is decoded strictly, with the place of the fault in bytes", () => {
  assert.equal(decodeUtf8(Buffer.from("\ufeffé😀")), "é😀");
  assert.equal(decodeUtf8(Buffer.from("x\ufeff")), "x\ufeff");
  const long = Buffer.from(`${"é😀".repeat(500)}`);
  for (const [bytes, offset] of [
    [Buffer.from([0x61, 0xff]), 1],
    [Buffer.from([0xc3]), 0],
    [Buffer.from([0x61, 0xed, 0xa0, 0x80]), 1],
    [Buffer.concat([long, Buffer.from([0x80]), long]), long.length],
    [Buffer.concat([long, long.subarray(0, 1)]), long.length],
  ] as const) {
    assert.throws(
      () => decodeUtf8(bytes),
      (error) => error instanceof Utf8Error && error.offset === offset,
    );
  }
});

test("an offset in text is told in bytes of the body", () => {
  const bytes = Buffer.from('\ufeff{"é":😀}');
  const text = decodeUtf8(bytes);
  let offset = -1;
  try {
    parseJson(text);
  } catch (error) {
    offset = error instanceof JsonSyntaxError ? byteOffset(text, error.offset, bytes) : -2;
  }
  assert.equal(offset, bytes.indexOf("😀"));
});
