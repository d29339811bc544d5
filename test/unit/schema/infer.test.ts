import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../src/core/json-reader.ts";
import { inferDataType, plainDataType } from "../../../src/schema/infer.ts";

const cases: readonly [json: string, inferred: string | undefined, plain: string | undefined][] = [
  ["1", "bigint", "bigint"],
  ["1.0", "double", "double"],
  ["1.5", "double", "double"],
  ["1e3", "double", "double"],
  ["18446744073709551616", "bigint", "bigint"],
  ["true", "bool", "bool"],
  ["null", undefined, undefined],
  ['{"a":1}', "json", "json"],
  ["[]", "json", "json"],
  ['""', "text", "text"],
  ['"2024-01-02"', "text", "text"],
  ['"10:20"', "text", "text"],
  ['"1700000000"', "text", "text"],
  ['"2024-01-02T03:04:05Z"', "timestamp", "text"],
  ['"20241:05"', "timestamp", "text"],
  ['"٢٠٢٤/01/15 10:20"', "timestamp", "text"],
  ['"2024-02-30T03:04:05Z"', "text", "text"],
  ['"2024-01-02T03:04:05+24:01"', "text", "text"],
];

for (const [json, inferred, plain] of cases) {
  test(`${json} makes a column of type ${inferred}`, () => {
    assert.equal(inferDataType(parseJson(json)), inferred);
    assert.equal(plainDataType(parseJson(json)), plain);
  });
}
