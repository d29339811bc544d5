import assert from "node:assert/strict";
import { test } from "node:test";
import { Double, type JsonValue, keysOf } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { compactJson, lexemeJson } from "../../../src/core/json-writer.ts";
import "../../../src/expression/patterns-at-once.ts";
import { compileExpression, ExpressionError, ExpressionFailure, type Wanted } from "../../../src/expression/compile.ts";

const TEXT = `{
  "id": 5, "one": 1.0, "half": 1.50, "big": 123456789012345678901234, "safe": 9007199254740993,
  "constructor": "c", "__proto__": {"a": 1}, "author": {"id": 9, "2": "b", "1": "a"},
  "labels": ["bug", "x"], "closed": null, "at": "2024-01-31T23:00:00Z"
}`;
const record = parseJson(TEXT, { keepLexemes: true });

function value(text: string, wanted: Wanted = "any"): JsonValue {
  return compileExpression(text, "record", wanted).evaluate({ record });
}

test("an expression reads the record and gives JSON, integers and doubles apart", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["record.id", "5"],
    ["record.id + 1", "6"],
    ["record.id * 1.5", "7.5"],
    ["record.one", "1.0"],
    ["record.one * 2", "2.0"],
    ["double(record.id)", "5.0"],
    ["record.safe - 1", "9007199254740992"],
    ["record.big", "123456789012345678901234"],
    ['record.id == 5.0 && record.author.id in [8, 9] && "bug" in record.labels', "true"],
    ['record.labels.filter(l, l != "x").map(l, l + "!")', '["bug!"]'],
    ["record.closed == null", "true"],
    ["has(record.author.nope) || has(record.nope)", "false"],
    ["record.?nope.?deep.orValue(3)", "3"],
    ["record.?nope", "null"],
    ['record.id == 1 ? {"a": 1} : record.id == 2 ? 2 : null', "null"],
    ['[record.id == 5 ? {"a": 1} : null, record.id == 1 ? null : "x"]', '[{"a":1},"x"]'],
    ["record.labels[?7]", "null"],
    ["[record.id, record.one, null]", "[5,1.0,null]"],
    ['timestamp(record.at) + duration("1h")', '"2024-02-01T00:00:00Z"'],
    ["string(timestamp(record.at))", '"2024-01-31T23:00:00Z"'],
    ['record.at.replace("-", "")', '"20240131T23:00:00Z"'],
    ['merge(record.author, {"id": 1, "n": record.one})', '{"id":1,"2":"b","1":"a","n":1.0}'],
    ['parseJson("[1, 1.0]")', "[1,1.0]"],
    ["toJson(record.author)", String.raw`"{\"id\":9,\"2\":\"b\",\"1\":\"a\"}"`],
    ['bytes("a").base64()', '"YQ=="'],
    ['cel.bind(a, record.author, string(a.id) + a["1"])', '"9a"'],
  ];
  for (const [text, expected] of cases) assert.equal(compactJson(value(text)), expected, text);
});

test("what an expression only passes on is what went in, to the last digit and in its order", () => {
  assert.equal(value("record"), record);
  assert.equal(lexemeJson(value("record")), lexemeJson(record));
  const made = value('{"all": record, "author": record.author}');
  assert.deepEqual(keysOf((made as { author: { [key: string]: JsonValue } }).author), ["id", "2", "1"]);
});

test("keys named like properties of JavaScript's objects are data and nothing else", () => {
  assert.equal(value("record.constructor"), "c");
  assert.equal(value('record["__proto__"].a'), 1);
  for (const text of ["record.author.constructor", "record.toString", "record.labels.length", "record.id.valueOf"]) {
    assert.throws(() => value(text), ExpressionFailure, text);
  }
  for (const text of ["process", "globalThis", "require('fs')", "record.constructor('x')", "this"]) {
    assert.throws(() => value(text), ExpressionError, text);
  }
});

test("a time that no column can hold is no value", () => {
  for (const text of ["%s", "string(%s)"]) {
    const late = text.replace("%s", 'timestamp("9999-12-31T00:00:00Z") + duration("24h")');
    assert.throws(
      () => value(late),
      (error) => error instanceof ExpressionFailure && /outside of the years 0 to 9999/.test(error.message),
      text,
    );
  }
});

test("only the parts that are read count as read", () => {
  const expression = compileExpression("body.next", "page", "any");
  assert.equal(expression.uses("body"), true);
  assert.equal(expression.uses("records"), false);
  const guarded = Object.defineProperty({ body: { next: 1 } }, "records", {
    get: () => assert.fail("nobody reads the records"),
  }) as { body: JsonValue };
  assert.equal(expression.evaluate(guarded), 1);
  // Each way to reach a part, beside the whole record that a shadowing name stands for.
  assert.equal(compileExpression("[3].exists(record, record == 3)", "record", "bool").evaluate({ record }), true);
  assert.equal(
    value('record.map(k, k).size() + size(record) - (record.?author.?id.orValue(0) == 9 ? 1 : 0) + (record["id"] - 5)'),
    21,
  );
});

test("what cannot work is refused when it is compiled, with its place", () => {
  const refused: readonly (readonly [string, Wanted, string, number, number])[] = [
    ["record.a ++", "any", "unexpected token", 1, 11],
    ["", "any", "unexpected token", 1, 1],
    ['record.a == 1 &&\n  recrod.b == "x"', "bool", "unknown variable: recrod; there is record", 2, 3],
    ['"a" + 1', "any", "no such overload", 1, 1],
    ["size(record)", "bool", "it must give true or false, and gives int", 1, 1],
    ["record.id == 1", "list", "it must give a list, and gives bool", 1, 1],
    ['record.a.matches("(")', "bool", "missing closing )", 1, 1],
    ['record.a.matches("(?=a)")', "bool", "unsupported Perl syntax: `(?=`", 1, 1],
    ['"a".matches(5)', "bool", "'string.matches(int)'", 1, 1],
    [`${"(".repeat(60)}1${")".repeat(60)}`, "any", "maxDepth", 1, 51],
    [Array(1500).fill("1").join("+"), "any", "maxAstNodes", 1, 1],
    ['bytes("{}").json()', "any", "use parseJson", 1, 1],
  ];
  for (const [text, wanted, message, line, column] of refused) {
    assert.throws(
      () => compileExpression(text, "record", wanted),
      (error: unknown) => {
        assert.ok(error instanceof ExpressionError, String(error));
        assert.ok(error.message.includes(message), error.message);
        if (!message.startsWith("maxAst")) assert.deepEqual([error.line, error.column], [line, column], text);
        return true;
      },
    );
  }
});

test("a record that does not fit is a failure that says why", () => {
  const failures: readonly (readonly [string, Wanted, RegExp])[] = [
    ["record.nope", "any", /no such key: nope/],
    ["record.closed < 3", "bool", /no such overload/],
    ["record.id", "bool", /must give true or false, and gave a number/],
    ["record.closed", "list", /must give a list, and gave null/],
    ["record.id / 0", "any", /division by zero/],
    ["record.big + 1", "any", /integer overflow/],
    ["1.0 / (record.one - 1.0)", "any", /no JSON/],
    ['bytes("a")', "any", /gives bytes/],
    ["type(record.id)", "any", /gives a type/],
    ['parseJson("{")', "any", /./],
    ['timestamp(record.at).getHours("Mars/Base")', "any", /time zone/],
  ];
  for (const [text, wanted, message] of failures) {
    assert.throws(
      () => value(text, wanted),
      (error: unknown) => error instanceof ExpressionFailure && message.test(error.message),
      text,
    );
  }
  assert.deepEqual(value("1.0"), new Double(1));
});

test("what is short to write and large in memory has an end", () => {
  /** A value doubled so many times: `cel.bind(v1, v0 + v0, cel.bind(v2, ...))`. */
  const doubled = (first: string, times: number, join: (name: string) => string): string => {
    const steps = Array.from({ length: times }, (_, n) => `cel.bind(v${n + 1}, ${join(`v${n}`)}, `);
    return `cel.bind(v0, ${first}, ${steps.join("")}v${times}${")".repeat(times + 1)}`;
  };
  assert.throws(() => value(doubled("[1, 2]", 22, (v) => `[${v}, ${v}]`)), /it gives more than 2000000 values/);
  const text = (first: string, times: number) => doubled(first, times, (v) => `${v} + ${v}`);
  assert.throws(() => value(`(${text('"ab"', 13)}).replace("a", ${text('"cd"', 14)})`), /it made too large a value/);
});
