import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, type JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { compactJson, lexemeJson } from "../../../src/core/json-writer.ts";
import { ExpressionFailure } from "../../../src/expression/compile.ts";
import { moduleFunction } from "../../../src/extract/module-function.ts";

const RECORD =
  '{"id":1,"price":2.0,"half":1.5,"big":12345678901234567890123,"list":[1.0,2],"__proto__":{"a":1},"n":null}';

function run(call: (value: never) => unknown, text = RECORD): string {
  return compactJson(moduleFunction("m#f", call as (value: unknown) => unknown)(parseJson(text)) as JsonValue);
}

test("a function sees plain data and gives plain data; floats stay floats under their keys", () => {
  assert.equal(
    run((record: object) => record),
    RECORD,
  );
  assert.equal(
    run((record: { id: number; price: number; half: number }) => ({
      ...record,
      id: record.id + 1,
      price: record.price * 3,
      half: record.half * 2,
      sum: record.id + record.price,
    })),
    '{"id":2,"price":6.0,"half":3.0,"big":12345678901234567890123,"list":[1.0,2],"__proto__":{"a":1},"n":null,"sum":3}',
  );
  assert.equal(
    run((record: { big: bigint }) => record.big + 1n),
    "12345678901234567890124",
  );
  assert.equal(
    run(() => ({ at: new Date(0), gone: undefined, list: [undefined] })),
    '{"at":"1970-01-01T00:00:00.000Z","list":[null]}',
  );
  assert.equal(
    run(() => null),
    "null",
  );
  assert.equal(
    run(() => 2 ** 60),
    "1.152921504606847e+18",
  );
});

test("what is not touched keeps the text of its numbers, and the record that came in is not changed", () => {
  const record = parseJson('{"a":1.50,"b":[1e3,2]}', { keepLexemes: true });
  const before = lexemeJson(record);
  const made = moduleFunction("m#f", (value) => Object.assign(value as object, { c: 1 }))(record);
  assert.equal(lexemeJson(made as JsonValue), '{"a":1.50,"b":[1e3,2],"c":1}');
  assert.equal(lexemeJson(record), before);
  moduleFunction("m#f", (value) => (value as { b: number[] }).b.push(9))(record);
  assert.equal(lexemeJson(record), before);
});

test("what is no data, and what a function throws, is told with the function's name", () => {
  const cyclic: { self?: object } = {};
  cyclic.self = cyclic;
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => cyclic, /^m#f gives data nested too deep, or in itself$/],
    [() => () => 1, /^m#f gives a function, not data$/],
    [() => new Map(), /^m#f gives an instance of a class/],
    [() => Number.NaN, /^m#f gives NaN, which is no JSON$/],
    [() => new Date(Number.NaN), /invalid date/],
    [async () => 1, /^m#f gives a promise: functions must not be async$/],
    [
      () => {
        throw new TypeError("x is not a function");
      },
      /^m#f threw TypeError: x is not a function$/,
    ],
  ];
  for (const [call, message] of cases) {
    assert.throws(
      () => moduleFunction("m#f", call)({ a: 1 }),
      (error: unknown) => error instanceof ExpressionFailure && message.test(error.message),
      String(message),
    );
  }
  const same: JsonValue = new Double(1);
  assert.equal(moduleFunction("m#f", (value) => value)(same), same);
});

test("an async function that fails is told as a promise, and its failure ends nothing later", async (t) => {
  const rejections: unknown[] = [];
  const listener = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", listener);
  t.after(() => process.off("unhandledRejection", listener));
  const call = async () => {
    throw new Error("nobody waits for this");
  };
  assert.throws(() => run(call), /gives a promise: functions must not be async/);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(rejections, []);
});
