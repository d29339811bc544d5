import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { overlay, readDocument } from "../../../src/config/document.ts";
import { nearest } from "../../../src/config/nearest.ts";
import { Double } from "../../../src/core/json.ts";

const value = (text: string) => readDocument(text, "f").value;

test("YAML and JSON give the same values, numbers of every kind included", () => {
  const expected = { a: [1, new Double(1, "1.0"), 1.5, 12345678901234567890n, null, true, "no"], "2024": "x" };
  assert.deepEqual(value("a: [1, 1.0, 1.5, 12345678901234567890, null, true, no]\n2024: x\n"), expected);
  assert.deepEqual(
    value('{\n\t"a": [1, 1.0, 1.5, 12345678901234567890, null, true, "no"],\n\t"2024": "x"\n}'),
    expected,
  );
  assert.deepEqual(value(""), {});
  assert.deepEqual(value("\uFEFFa: 1\r\nb: 2\r\n"), { a: 1, b: 2 });
});

test("anchors, aliases and merge keys", () => {
  const { value: read, faults } = readDocument("base: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3\nd: *b\n", "f");
  assert.deepEqual(faults, []);
  assert.deepEqual(read, { base: { x: 1, y: 2 }, c: { y: 3, x: 1 }, d: { x: 1, y: 2 } });
});

test("aliases that multiply, or that contain themselves, end in a fault", () => {
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(12).fill(`*l${i}`).join(", ")}]`);
  const bomb = readDocument(`l0: &l0 [x]\n${levels.join("\n")}\n`, "f");
  assert.match(bomb.faults[0]?.message ?? "", /too large or too deep/);
  assert.match(readDocument("a: &a\n  b: *a\n", "f").faults[0]?.message ?? "", /contains itself|no anchor/);
  assert.match(
    readDocument(`${"[".repeat(2000)}${"]".repeat(2000)}`, "f").faults[0]?.message ?? "",
    /too deep|not valid/,
  );
});

test("a place is that of the key, or of the nearest part around it; what is laid over has its own", () => {
  const base = readDocument("a:\n  b:\n    - x\n    - y: 1\n", "base.yaml");
  const over = readDocument("a:\n  c: 1\n", "over");
  const both = overlay(base, over);
  assert.deepEqual(both.value, { a: { b: ["x", { y: 1 }], c: 1 } });
  assert.deepEqual(both.locate(["a", "b", 1, "y"]), { file: "base.yaml", line: 4, column: 7 });
  assert.deepEqual(both.locate(["a", "b", 1, "z"]), { file: "base.yaml", line: 4, column: 7 });
  assert.deepEqual(both.locate(["a", "c"]), { file: "over", line: 2, column: 3 });
});

test("no text makes the reader throw", () => {
  const piece = fc.constantFrom(
    "a",
    ":",
    " ",
    "\n",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    '"',
    "'",
    "|",
    "#",
    "<<",
    "\t",
    "!!",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (source) => {
      readDocument(source, "f");
    }),
    { numRuns: 500 },
  );
});

test("the nearest word: swaps and case count little, other words are not suggested", () => {
  const words = ["page_number", "offset", "cursor"];
  assert.equal(nearest("page-nubmer", words), "page_number");
  assert.equal(nearest("OFFSET", words), "offset");
  assert.equal(nearest("single", words), undefined);
  assert.equal(nearest("x", words), undefined);
});
