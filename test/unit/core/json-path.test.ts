import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePath, findAll } from "../../../src/core/json-path.ts";
import { JsonPathError } from "../../../src/core/json-path-parser.ts";

const DOCUMENT = {
  a: [{ b: 1, c: 2 }, { b: 3 }],
  o: { x: 1, y: { b: 9 } },
  n: null,
  s: "t",
  "x-y": 5,
  "2024": 6,
  "d.o t": { "@t": 7 },
};

/** As jsonpath-ng 1.16 with its extensions finds them. */
const MATCHES: readonly (readonly [string, readonly unknown[]])[] = [
  ["a[*].b", [1, 3]],
  ["a.[0].b", [1]],
  ["a[-1]", [{ b: 3 }]],
  ["a[0,1].b", [1, 3]],
  ["a[0:1].b", [1]],
  ["a[1:].b", [3]],
  ["a[5]", []],
  ["a[-5]", []],
  ["o[*]", [1, { b: 9 }]],
  ["n[*]", []],
  ["s[*]", []],
  ["o.*", [1, { b: 9 }]],
  ["a.*", [{ b: 1, c: 2 }, { b: 3 }]],
  ["a.*.b", [1, 3]],
  ["a[?(@.c!=2)]", [{ b: 3 }]],
  ["a|s[0]", [{ b: 1, c: 2 }]],
  ["o|a.x", [1]],
  ["a[0].b|c", [1, 2]],
  ["a[1]|s", [{ b: 3 }, "t"]],
  ["o[:]", []],
  ["a..b", [1, 3]],
  ["$..b", [1, 3, 9]],
  ["o.x|y", [1, { b: 9 }]],
  ["a[0].b,c", [1, 2]],
  ["o['x','y']", [1, { b: 9 }]],
  ["o.'x'", [1]],
  ["$", [DOCUMENT]],
  ["@", [DOCUMENT]],
  ["$.s", ["t"]],
  ["n", [null]],
  ["n.x", []],
  ["a.b", []],
  ["o[0]", []],
  ["s[0]", []],
  ["x-y", [5]],
  ["2024", [6]],
  ["'d.o t'", [{ "@t": 7 }]],
  ["['d.o t'].@t", [7]],
  ['"d.o t"', [{ "@t": 7 }]],
  ["a[?(@.b>1)]", [{ b: 3 }]],
  ["a[?b>1 & b<9].b", [3]],
  ["a[?b>1 && b<9].b", [3]],
  ["a[?c]", [{ b: 1, c: 2 }]],
  ["o[?(@.b==9)]", [{ b: 9 }]],
  ["a[?(@.b=='1')]", []],
  ["a[?(@.b!=1)].b", [3]],
  ["a.`len`", [2]],
  ["o.`keys`", ["x", "y"]],
  ["o.`this`.x", [1]],
  ["a[/b]", [[{ b: 1, c: 2 }, { b: 3 }]]],
  ["a[\\b]", [[{ b: 3 }, { b: 1, c: 2 }]]],
  ["a[\\c,\\b]", [[{ b: 3 }, { b: 1, c: 2 }]]],
  ["o[/x]", [DOCUMENT.o]],
  ["constructor", []],
];

for (const [path, expected] of MATCHES) {
  test(`${path} finds what jsonpath-ng finds`, () => {
    assert.deepEqual(findAll(compilePath(path), DOCUMENT), expected);
  });
}

test("patterns of filters are written as in Python", () => {
  const words = { w: [{ s: "Ab" }, { s: "bb" }, { s: 1 }] };
  const found = (pattern: string) => findAll(compilePath(`w[?(@.s=~'${pattern}')].s`), words);
  assert.deepEqual(found("^A"), ["Ab"]);
  assert.deepEqual(found("(?i)^ab"), ["Ab"]);
  assert.deepEqual(found("(?P<x>b)(?P=x)"), ["bb"]);
});

test("a path that cannot be read is told with its position", () => {
  const wrong: readonly (readonly [string, number])[] = [
    ["a b", 2],
    ["", 0],
    ["a.", 2],
    ["a[", 2],
    ["a[?", 3],
    ["..a", 0],
    ["a'b", 1],
    ["$a", 1],
    ["a.b c", 4],
    ["a[0", 3],
    ["`split`", 0],
    ["a#", 1],
    ["a[?(@.s=~'(')]", 9],
  ];
  for (const [path, position] of wrong) {
    assert.throws(
      () => compilePath(path),
      (error) => error instanceof JsonPathError && error.position === position,
      path,
    );
  }
});

test("only one plain key is simple", () => {
  const simple = (path: string) => compilePath(path).simpleKey;
  assert.deepEqual(
    [simple("id"), simple("'a.b'"), simple("$.id"), simple("a.b"), simple("*"), simple("a,b")],
    ["id", "a.b", undefined, undefined, undefined, undefined],
  );
});
