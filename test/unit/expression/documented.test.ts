/** The examples of docs/expressions.md give what the page says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseJson } from "../../../src/core/json-reader.ts";
import { compactJson } from "../../../src/core/json-writer.ts";
import "../../../src/expression/patterns-at-once.ts";
import { compileExpression } from "../../../src/expression/compile.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/expressions.md"), "utf8");

function between(name: string): string {
  return page.split(`<!-- ${name}:start -->`)[1]?.split(`<!-- ${name}:end -->`)[0] ?? "";
}

test("each expression of the page gives what stands beside it", () => {
  const record = parseJson(/```json\n([\s\S]*?)```/.exec(between("record"))?.[1] ?? "");
  const rows = [...between("examples").matchAll(/^\| `(.+)` \| `(.+)` \|$/gm)];
  assert.ok(rows.length > 20, `${rows.length} examples`);
  for (const [, text = "", expected] of rows) {
    assert.equal(compactJson(compileExpression(text, "record", "any").evaluate({ record })), expected, text);
  }
});
