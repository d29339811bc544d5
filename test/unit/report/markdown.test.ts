import assert from "node:assert/strict";
import { test } from "node:test";
import { clip, code, escapeMarkdown, table } from "../../../src/report/markdown.ts";
import { HOSTILE } from "./sample-trace.ts";

/** What a reader sees: entities decoded. */
function decoded(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, point: string) => String.fromCodePoint(Number(point)));
}

test("escaped text shows the same and holds no markup", () => {
  const escaped = escapeMarkdown(HOSTILE);
  assert.doesNotMatch(escaped, /[\n|`<>*[\]()@$\u202e]/);
  assert.doesNotMatch(escaped, /:\/\//);
  assert.equal(decoded(escaped), HOSTILE.replace("\n", " ").replace("\u202e", "\ufffd"));
});

test("ordinary names stay readable", () => {
  assert.equal(escapeMarkdown("merge_requests in 0.1.0, 50 % done"), "merge_requests in 0.1.0, 50 % done");
  assert.equal(escapeMarkdown("_dlt_loads"), "&#95;dlt_loads");
  assert.equal(escapeMarkdown("1. first"), "1&#46; first");
  assert.equal(escapeMarkdown("--- x"), "&#45;-- x");
  assert.equal(escapeMarkdown("www.evil.example"), "www&#46;evil.example");
});

test("names are code spans unless they would break out", () => {
  assert.equal(code("GET /projects/{id}"), "`GET /projects/{id}`");
  assert.equal(code("a|b"), "<code>a&#124;b</code>");
  assert.equal(code("a`b"), "<code>a&#96;b</code>");
  assert.equal(code("a\nb"), "`a b`");
  assert.equal(code(" "), "");
});

test("a table has as many cells in each row as it has columns", () => {
  const text = table([{ title: "A" }, { title: "B", align: "right" }], [[code(HOSTILE), escapeMarkdown(HOSTILE)]]);
  const lines = text.split("\n");
  assert.equal(lines.length, 3);
  for (const line of lines) assert.equal(line.match(/\|/g)?.length, 3, line);
});

test("clipping keeps whole characters", () => {
  assert.equal(clip("abcdef", 4), "abc…");
  assert.equal(clip("abcd", 4), "abcd");
  assert.ok(clip("ab😀d", 4).isWellFormed());
});
