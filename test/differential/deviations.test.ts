/** The list of deviations, ARCHITECTURE.md and docs/dlt.md say the same; the tool names what it finds by it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BEYOND, beyondTable } from "./beyond-dlt.ts";
import { DEVIATIONS, deviationTable, explain } from "./deviations.ts";

const root = join(import.meta.dirname, "..", "..");

/** What a document has between two markers. */
function between(file: string, name: string): string {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.split(`<!-- ${name}:start -->`)[1]?.split(`<!-- ${name}:end -->`)[0];
  assert.ok(found !== undefined, `${file} has no table "${name}"`);
  return found.trim();
}

test("ARCHITECTURE.md has the list of deviations", () => {
  for (const part of ["load", "extract"] as const)
    assert.equal(between("ARCHITECTURE.md", `deviations-${part}`), deviationTable(part));
});

test("docs/dlt.md has the list of what dlt does not survive", () => {
  assert.equal(between("docs/dlt.md", "beyond-dlt"), beyondTable());
  assert.ok(Object.keys(BEYOND).length >= 20);
});

test("each deviation has a name of its own and a reason", () => {
  assert.equal(new Set(DEVIATIONS.map(({ name }) => name)).size, DEVIATIONS.length);
  for (const { name, why } of DEVIATIONS) assert.ok(why.length > 15, name);
});

test("a difference is a fault, unless a deviation explains it and its sign was seen", () => {
  const lines = [
    "row of t__l only in the first: {}",
    "row of other only in the second: {}",
    "order of columns of t: a",
  ];
  const quiet = explain(lines, { warnings: [], keys: new Set() });
  assert.deepEqual(quiet.faults, lines);
  assert.equal(quiet.deviations.size, 0);
  const seen = explain(lines, {
    warnings: [{ code: "W_DUPLICATE_KEY", subject: "t" }],
    keys: new Set(["child resources"]),
  });
  assert.deepEqual(seen.faults, [lines[1]]);
  assert.deepEqual(
    [...seen.deviations].map(([{ name }, count]) => [name, count]),
    [
      ["several records of one key in a package (delete-insert)", 1],
      ["order of new columns of a child resource", 1],
    ],
  );
});
