import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { yamlText } from "../../../src/schema/yaml-text.ts";

/** As PyYAML 6 prints them with `default_flow_style=False, sort_keys=False, allow_unicode=True`. */
test("documents in the form of PyYAML", () => {
  const document = {
    version: 2,
    hash: "12",
    plain: "a text, with /abc+= in it",
    list: ["x", ["y", []], { a: 1, b: [null] }],
    empty: {},
    words: ["yes", "null", "1.5", "2024-01-02", "=", "it's", "it's: so", "- x", "", " x", "#x", "a #b"],
    "key: x": true,
  };
  const expected = `version: 2
hash: '12'
plain: a text, with /abc+= in it
list:
- x
- - y
  - []
- a: 1
  b:
  - null
empty: {}
words:
- 'yes'
- 'null'
- '1.5'
- '2024-01-02'
- '='
- it's
- 'it''s: so'
- '- x'
- ''
- ' x'
- '#x'
- 'a #b'
'key: x': true
`;
  assert.equal(yamlText(document), expected);
  assert.deepEqual(parse(yamlText(document)), document);
});

test("long texts are broken at blanks, others never; control characters are escaped", () => {
  const long = `${"word ".repeat(30)}end`;
  const text = yamlText({ tables: { t: { description: long, quoted: `x: ${long}`, odd: "a\tb\u2028c" } } });
  const lines = text.split("\n");
  assert.ok(
    lines.every((line) => line.length <= 100),
    text,
  );
  assert.ok(lines.some((line) => line.startsWith("      word")));
  assert.deepEqual(parse(text), { tables: { t: { description: long, quoted: `x: ${long}`, odd: "a\tb\u2028c" } } });
});
