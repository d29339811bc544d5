/** The generated YAML is read back to the same value by two libraries, whatever stands in texts, keys and comments. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CORE_SCHEMA, load, YAML11_SCHEMA } from "js-yaml";
import { parseDocument } from "yaml";
import type { JsonObject } from "../../../../src/core/json.ts";
import { commentedYaml, type Note, type NoteTree } from "../../../../src/generate/render/commented-yaml.ts";
import { oneLine } from "../../../../src/generate/render/one-line.ts";

/** Pieces of which hostile texts are made. */
const PIECES = [
  "\n",
  "\r",
  "\r\n",
  ": ",
  " #",
  "#",
  "- ",
  "*a",
  "&a",
  "!!str",
  "{",
  "}",
  "[",
  "]",
  ",",
  "'",
  '"',
  "\\",
];
const MORE = [
  "\t",
  " ",
  "\x00",
  "\x07",
  "\x7f",
  "\x85",
  "\xa0",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\uffff",
  "\ud800",
  "😀",
];
const WORDS = [
  "yes",
  "No",
  "null",
  "~",
  "on",
  "1",
  "1.5",
  "0x1f",
  "1:30",
  "2024-01-01",
  "1e3",
  ".inf",
  "<<",
  "=",
  "---",
  "?",
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, ...MORE, ...WORDS), fc.string({ maxLength: 4 })), { maxLength: 6 })
  .map((parts) => parts.join(""));
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__" && !/^\d+$/.test(key)),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}));

test("any value with any comments is read back as it was", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("a", "b c", "x"), value), fc.array(text), (object, texts) => {
      let at = 0;
      const line = () => oneLine(texts[at++ % Math.max(texts.length, 1)] ?? "");
      const note = (): Note => ({ before: [line()], beside: line(), inside: [line()] });
      const treeOf = (item: unknown, depth: number): NoteTree =>
        typeof item === "object" && item !== null
          ? {
              note: depth % 2 === 1 && texts.length > 0 ? note() : undefined,
              parts: new Map(
                Object.entries(item).map(([key, part]) => [
                  Array.isArray(item) ? Number(key) : key,
                  treeOf(part, depth + 1),
                ]),
              ),
            }
          : { note: depth % 2 === 1 && texts.length > 0 ? note() : undefined };
      const yaml = commentedYaml(object as JsonObject, treeOf(object, 0));
      const expected = wellFormed(object);
      assert.deepEqual(parseDocument(yaml).toJS(), expected, yaml);
      assert.deepEqual(load(yaml, { schema: CORE_SCHEMA }), expected, yaml);
      assert.deepEqual(load(yaml, { schema: YAML11_SCHEMA }), expected, yaml);
    }),
    { numRuns: 400 },
  );
});

test("short mappings stand on one line; what is said about a part makes it a block", () => {
  const object = {
    a: { type: "resolve", field: "id" },
    b: { x: "/a/{b}", z: "{id}" },
    list: [{ name: "one" }, { name: "two" }],
  };
  const b: NoteTree = { parts: new Map([["x", { note: { beside: "why" } }]]) };
  const list: NoteTree = { parts: new Map([[1, { note: { before: ["above"], inside: ["below"] } }]]) };
  const yaml = commentedYaml(object, { parts: new Map(Object.entries({ b, list })) });
  assert.equal(
    yaml,
    `a: { type: resolve, field: id }
b:
  x: /a/{b} # why
  z: "{id}"
list:
  - name: one

  # above
  - name: two
    # below
`,
  );
});

test("a key beyond what stands before a colon, and an empty mapping with lines in it", () => {
  const long = "k".repeat(5000);
  const object = { [long]: { [long]: 1 }, params: {} };
  const yaml = commentedYaml(object, { parts: new Map([["params", { note: { inside: ["page: 1"] } }]]) });
  assert.deepEqual(parseDocument(yaml).toJS(), object);
  assert.deepEqual(load(yaml), object);
  assert.match(yaml, /^params: \{\}\n {2}# page: 1\n$/m);
});

/** Lone surrogates become U+FFFD on the way. */
function wellFormed(item: unknown): unknown {
  if (typeof item === "string") return item.toWellFormed();
  if (Array.isArray(item)) return item.map(wellFormed);
  if (typeof item !== "object" || item === null) return item;
  return Object.fromEntries(Object.entries(item).map(([key, part]) => [key.toWellFormed(), wellFormed(part)]));
}
