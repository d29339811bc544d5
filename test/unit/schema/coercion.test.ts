import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataType } from "../../../src/core/flow.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { checkStorable, coerceValue, VARIANT } from "../../../src/schema/coercion.ts";

// The recorded matrix is replayed by the golden set; here stand values it lacks and the form of the text.

const variant = undefined;
const cases: readonly [json: string, to: DataType, text: string | undefined][] = [
  ["9007199254740993", "bigint", "9007199254740993"],
  ["9007199254740993", "double", "9007199254740992.0"],
  ["1e16", "bigint", "10000000000000000"],
  ["1e400", "bigint", variant],
  ["1e400", "double", "inf"],
  ["-0.0", "double", "0"],
  ["0.0", "double", "0.0"],
  ["1e-7", "double", "1e-07"],
  ['" -0x1F "', "bigint", variant],
  ['"0x-1F"', "bigint", "-31"],
  ['"nan"', "double", "nan"],
  ['"0x1F"', "double", "31.0"],
  ["100000000000000000000000.5", "text", "1.0000000000000001e+23"],
  ['{"b":1.0,"10":[1,null],"9":"é"}', "text", '{"b":1.0,"10":[1,null],"9":"é"}'],
  ['{"a":18446744073709551616}', "json", '{"a":18446744073709551616}'],
  ['"{\\"x\\": 1.0}"', "json", '{"x":1.0}'],
  ['"\\"\\\\ud800\\""', "json", variant],
  ['"\\"\\\\\\\\ud800\\""', "json", '"\\\\ud800"'],
  ["5", "json", variant],
  ['"2024-01-02T03:04:05.678Z"', "timestamp", "2024-01-02T03:04:05.678+00:00"],
  ['"2024-01-02 03:04:05Z"', "timestamp", "2024-01-02 03:04:05+00:00"],
  ['"2024-01-02T23:04:05-05:00"', "timestamp", "2024-01-03T04:04:05+00:00"],
  ['"2024-01-02T23:04:05-05:00"', "date", "2024-01-03"],
  ['"2024-01-02T23:04:05+24:00"', "date", variant],
  ['" 2024"', "timestamp", "1970-01-01T00:33:44+00:00"],
  ['"2024"', "timestamp", "2024-01-01T00:00:00+00:00"],
  ["99999999999999999999", "timestamp", variant],
  ["true", "timestamp", variant],
  ['"10:20+02:00"', "time", "08:20:00"],
  ["1", "time", variant],
  ['"1_000.5E-2"', "decimal", "10.005"],
  ['".5"', "decimal", "0.5"],
  ["1e-7", "decimal", "0.0000001"],
  ['"-Infinity"', "wei", "-inf"],
  ['"1e999999999"', "decimal", "1.0e999999999"],
  ['"1e-999999999"', "decimal", "0"],
  ["258", "binary", "\\x0201"],
  ["18446744073709551616", "binary", "\\x000000000000000001"],
  ["-1", "binary", variant],
  ['"0x68 65"', "binary", "\\x6865"],
  ['"aGk"', "binary", variant],
  ['"aGk=aGk="', "binary", variant],
  ["false", "text", "False"],
  ["2.5", "bool", "t"],
  ["-0.0", "bool", "f"],
  ['" t"', "bool", variant],
];

for (const [json, to, text] of cases) {
  test(`${json} in a ${to} column is ${text ?? "a variant"}`, () => {
    const value = parseJson(json);
    assert.ok(value !== null);
    assert.equal(coerceValue(to, value), text ?? VARIANT);
  });
}

const storable: readonly [to: DataType, text: string, hints: Parameters<typeof checkStorable>[2], ok: boolean][] = [
  ["bigint", "9223372036854775807", {}, true],
  ["bigint", "9223372036854775808", {}, false],
  ["bigint", "-9223372036854775808", {}, true],
  ["bigint", "32767", { precision: 16 }, true],
  ["bigint", "32768", { precision: 16 }, false],
  ["bigint", "-2147483649", { precision: 32 }, false],
  ["double", "1e+300", {}, true],
  ["double", "nan", {}, false],
  ["double", "-inf", {}, false],
  ["decimal", "inf", {}, false],
  ["decimal", "12345678901234567890123456789.5", {}, true],
  ["decimal", "123456789012345678901234567890", {}, false],
  ["decimal", "-00099.4", { precision: 3, scale: 1 }, true],
  ["decimal", "99.94", { precision: 3, scale: 1 }, true],
  ["decimal", "99.95", { precision: 3, scale: 1 }, false],
  ["decimal", "0.999", { precision: 2, scale: 2 }, false],
  ["decimal", "1.0e999999999", {}, false],
  ["wei", "1".repeat(78), {}, true],
  ["wei", "1".repeat(79), {}, false],
  ["timestamp", "9999-12-31T23:59:59+00:00", {}, true],
  ["timestamp", "10000-01-01T00:00:59+00:00", {}, false],
  ["timestamp", "0000-12-31T23:59:00+00:00", {}, false],
  ["text", "😀😀😀", { precision: 3 }, true],
  ["text", "abcd", { precision: 3 }, false],
  ["text", "any text", {}, true],
  ["bool", "t", {}, true],
];

for (const [to, text, hints, ok] of storable) {
  test(`${to} ${JSON.stringify(hints)} ${ok ? "holds" : "does not hold"} ${text}`, () => {
    const reason = checkStorable(to, text, hints);
    assert.equal(reason === undefined, ok, reason);
  });
}
