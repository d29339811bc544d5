/** `docs/reliability.md` names a test for every row of the fault matrix, or says why there is none; the tests exist. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..", "..");
const lines = readFileSync(join(root, "docs", "reliability.md"), "utf8").split("\n");
const matrix = lines.filter((line) => /^\| \d+ \|/.test(line));

/** Path and name of the tests in a row. */
function testsOf(line: string): readonly { readonly path: string; readonly name: string }[] {
  return [...line.matchAll(/`(test\/[^`]+\.test\.ts)`: "(.*?)"(?=<br>| \|)/g)].map(([, path = "", name = ""]) => ({
    path,
    name,
  }));
}

test("rows 1 to 92 stand once each, with a test or the reason why there is none", () => {
  const numbers = matrix.map((line) => Number(/^\| (\d+) /.exec(line)?.[1]));
  assert.deepEqual(
    numbers,
    Array.from({ length: 92 }, (_, index) => index + 1),
  );
  for (const line of matrix) assert.ok(testsOf(line).length > 0 || /\| (not built|skipped): /.test(line), line);
});

test("every test that the document names exists in its file", () => {
  const named = lines.flatMap(testsOf);
  assert.ok(named.length > 90, `${named.length}`);
  for (const { path, name } of named) {
    const text = readFileSync(join(root, path), "utf8");
    const found = ['"', "'", "`"].some((quote) => {
      const at = text.indexOf(`${quote}${name}${quote}`);
      return at > 0 && /\b(?:test|describe)\(\s*$/.test(text.slice(0, at));
    });
    assert.ok(found, `${path} has no test ${JSON.stringify(name)}`);
  }
});
