import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, type JsonValue } from "../../../src/core/json.ts";
import { pythonFormat } from "../../../src/core/python-format.ts";
import { isPythonFalse } from "../../../src/core/python-truth.ts";

/** As CPython 3.11 formats them. */
const FORMATS: readonly (readonly [JsonValue, string, string])[] = [
  ["abc", "", "abc"],
  ["abc", ">5", "  abc"],
  ["abc", "<5", "abc  "],
  ["abc", "^6", " abc  "],
  ["abc", "*^5", "*abc*"],
  ["abc", ".2", "ab"],
  ["abc", "6.2s", "ab    "],
  [42, "5", "   42"],
  [42, "05d", "00042"],
  [-42, "05d", "-0042"],
  [42, "+d", "+42"],
  [42, " d", " 42"],
  [4200, ",", "4,200"],
  [4200, "_", "4_200"],
  [1234567, ",d", "1,234,567"],
  [255, "x", "ff"],
  [255, "#X", "0XFF"],
  [5, "b", "101"],
  [8, "#o", "0o10"],
  [42, ".1f", "42.0"],
  [42, "e", "4.200000e+01"],
  [12345678901234567890n, ",", "12,345,678,901,234,567,890"],
  [1.256, ".2f", "1.26"],
  [1.256, ".1%", "125.6%"],
  [1.256, "e", "1.256000e+00"],
  [1.256, "E", "1.256000E+00"],
  [1.256, "g", "1.256"],
  [0.00001, "g", "1e-05"],
  [1234567.5, "g", "1.23457e+06"],
  [1.5, ".3", "1.5"],
  [new Double(1), "", "1.0"],
  [new Double(1), ".3", "1.0"],
  [new Double(1), "8", "     1.0"],
  [1234.5, ",.2f", "1,234.50"],
  [-1.5, "=8", "-    1.5"],
  [-1.5, "08.1f", "-00001.5"],
  [1e22, ".1f", "10000000000000000000000.0"],
  // Ties go to the even digit, from the exact value of the double.
  [2.5, ".0f", "2"],
  [0.125, ".2f", "0.12"],
  [0.375, ".2f", "0.38"],
  [2.675, ".2f", "2.67"],
  [2.5, ".0e", "2e+00"],
  [new Double(-0), ".1f", "-0.0"],
  [-0.001, "z.1f", "0.0"],
  [new Double(1e23), ".3e", "1.000e+23"],
  [0.1, ".120f", `0.1000000000000000055511151231257827021181583404541015625${"0".repeat(65)}`],
  [new Double(123), ".3", "1.23e+02"],
  [new Double(1), "#.0f", "1."],
  [new Double(1), "#g", "1.00000"],
  // Zeros before the digits are grouped with them.
  [1234, "010,", "00,001,234"],
  [1234, "08,", "0,001,234"],
  [-1234.5, "012,.1f", "-0,001,234.5"],
  [255, "#010x", "0x000000ff"],
  [65535, "_x", "ffff"],
  [1048575, "_x", "f_ffff"],
  ["ab", "05", "ab000"],
  [true, "", "True"],
  [true, "3d", "  1"],
];

for (const [value, spec, expected] of FORMATS) {
  test(`format(${String(value instanceof Double ? value.value : value)}, "${spec}")`, () => {
    assert.equal(pythonFormat(value, spec), expected);
  });
}

test("where Python raises the plain text stays", () => {
  const cases: readonly (readonly [JsonValue, string, string])[] = [
    [null, ">5", "None"],
    [[1], "5", "[1]"],
    ["a", "d", "a"],
    [1, "s", "1"],
    [1, ".2", "1"],
    [1, "??", "1"],
    ["a", ",", "a"],
    ["a", "=5", "a"],
    [255, ",x", "255"],
    [65, "+c", "65"],
    [10n ** 400n, "f", `1${"0".repeat(400)}`],
  ];
  for (const [value, spec, text] of cases) assert.equal(pythonFormat(value, spec), text, spec);
});

test("what Python counts as false", () => {
  const values: readonly JsonValue[] = [null, false, 0, 0n, new Double(0), "", [], {}];
  for (const value of values) assert.equal(isPythonFalse(value), true);
  const others: readonly JsonValue[] = [true, 1, -1, 1n, 0.5, "0", " ", [0], { a: null }];
  for (const value of others) assert.equal(isPythonFalse(value), false);
});
