import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../src/core/json-reader.ts";
import { scanList } from "../../../src/core/json-tape.ts";
import type { RecordPage, SourceResource } from "../../../src/core/source.ts";
import { WarningLog } from "../../../src/core/warnings.ts";
import { watchKeys } from "../../../src/pipeline/repeated-keys.ts";

function resource(
  primaryKey: readonly string[],
  disposition: "append" | "merge" | "replace" = "append",
): SourceResource {
  const hints = { writeDisposition: { disposition }, primaryKey, mergeKey: [], columns: {} };
  return { name: "r", selected: true, endpoint: "GET r", hints };
}

type Form = "records" | "tokens";

function page(text: string, form: Form): RecordPage {
  const records = parseJson(text);
  assert.ok(Array.isArray(records));
  const tape = form === "tokens" ? scanList(Buffer.from(text)) : undefined;
  if (form === "tokens") assert.ok(tape !== undefined, text);
  return { resource: "r", records, bytes: 0, ...(tape === undefined ? {} : { tape }) };
}

/** Repeats that are told of pages, each read in the form given. */
function repeats(of: SourceResource, pages: readonly (readonly [string, Form])[]): number {
  const log = new WarningLog();
  const watch = watchKeys([of], log.warn);
  for (const [text, form] of pages) watch(page(text, form));
  for (const { code, subject } of log.all) assert.deepEqual([code, subject], ["W_REPEATED_KEY", "r"]);
  return log.all[0]?.count ?? 0;
}

const FORMS: readonly (readonly [Form, Form])[] = [
  ["records", "records"],
  ["tokens", "tokens"],
  ["records", "tokens"],
  ["tokens", "records"],
];

test("a key of an earlier page is told, however either page was read", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    [`[{"id":1},{"id":2}]`, `[{"id":2},{"id":3}]`, 1],
    [`[{"a":{"id":3},"id":1},{"id":2}]`, `[{"b":[{"id":1}],"id":3}]`, 0],
    [`[{"x":0,"y":0,"id":1}]`, `[{"u":{"z":0,"id":1},"id":9}]`, 0],
    [`[{"id":"1"}]`, `[{"id":1}]`, 0],
    [`[{"id":"\u00e9\\n\\u00e9"}]`, `[{"id":"\\u00e9\\n\u00e9"}]`, 1],
    [`[{"id":9007199254740993}]`, `[{"id":9007199254740993},{"id":9007199254740992}]`, 1],
    [`[{"id":1.5},{"id":1.0}]`, `[{"id":1.50},{"id":1e0}]`, 2],
    [`[{"other":1},{"id":null},{"id":true},{"id":[1]},1,null]`, `[{"other":1},{"id":null},{"id":[1]},1,null]`, 0],
    [`[]`, `[{"id":1},{"id":1}]`, 1],
  ];
  for (const [first, second, expected] of cases) {
    for (const [a, b] of FORMS) {
      const found = repeats(resource(["id"]), [
        [first, a],
        [second, b],
      ]);
      assert.equal(found, expected, `${first} ${second} ${a} ${b}`);
    }
  }
});

test("of a key of several parts all must be equal", () => {
  for (const [a, b] of FORMS) {
    const pages = [
      [`[{"a":1,"b":"x"},{"b":"y","a":1}]`, a],
      [`[{"b":"x","a":1},{"a":2,"b":"y"},{"a":1}]`, b],
    ] as const;
    assert.equal(repeats(resource(["a", "b"]), pages), 1);
  }
});

test("the last 10 000 keys are remembered, not all", () => {
  const many = (from: number, count: number) =>
    JSON.stringify(Array.from({ length: count }, (_, index) => ({ id: from + index })));
  for (const form of ["records", "tokens"] as const) {
    const far = [
      [many(0, 10_000), form],
      [many(10_000, 9_999), form],
      [`[{"id":5000}]`, form],
    ] as const;
    assert.equal(repeats(resource(["id"]), far), 1);
    const gone = [
      [many(0, 25_000), form],
      [`[{"id":4}]`, form],
    ] as const;
    assert.equal(repeats(resource(["id"]), gone), 0);
  }
});

test("nothing is looked for without a primary key, under merge and under replace", () => {
  const twice = [
    [`[{"id":1}]`, "tokens"],
    [`[{"id":1}]`, "tokens"],
  ] as const;
  for (const one of [resource([]), resource(["id"], "merge"), resource(["id"], "replace")]) {
    assert.equal(repeats(one, twice), 0);
  }
});
