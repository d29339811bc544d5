import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { parseJson } from "../../../src/core/json-reader.ts";
import { prettyJson } from "../../../src/core/json-writer.ts";
import { yamlText } from "../../../src/core/yaml-writer.ts";

const DOCUMENT = String.raw`{"empty": {}, "none": [], "list": ["a", ["b", {"c": 1}], {"d": null, "e": []}, true], "numbers": [1, -2, 1.5, 1e+20, 1e-07], "texts": ["yes", "null", "1.5", "0x1F", "1:30", "2024-01-02", "x: y", "a #b", "- x", "it's", "", "  lead", "é 日本 😀", "a\nb", "tab\tx", "re:^_dlt", "1e5", "=", "Numeric version of the schema, incremented on each schema change and more words to fold it twice because it is long", "it's a long text: word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end"], "yes": "key", "1": "one", "a: b": "c"}`;

/** As PyYAML 6 writes the document: dump(default_flow_style=False, sort_keys=False, allow_unicode=True). */
const PYYAML = String.raw`empty: {}
none: []
list:
- a
- - b
  - c: 1
- d: null
  e: []
- true
numbers:
- 1
- -2
- 1.5
- 1.0e+20
- 1.0e-07
texts:
- 'yes'
- 'null'
- '1.5'
- '0x1F'
- '1:30'
- '2024-01-02'
- 'x: y'
- 'a #b'
- '- x'
- it's
- ''
- '  lead'
- é 日本 😀
- 'a

  b'
- "tab\tx"
- re:^_dlt
- 1e5
- '='
- Numeric version of the schema, incremented on each schema change and more words
  to fold it twice because it is long
- 'it''s a long text: word word word word word word word word word word word word
  word word word word word word word word word word word word word word word word
  word word end'
'yes': key
'1': one
'a: b': c
`;

test("YAML is written byte for byte as dlt's library does", () => {
  assert.equal(yamlText(parseJson(DOCUMENT)), PYYAML);
});

test("a quoted text that ends with a blank is folded all the same", () => {
  const text = `it: ${"long enough to be broken, ".repeat(4)}`;
  const [first, ...rest] = yamlText({ key: text }).split("\n");
  assert.equal(first, "key: 'it: long enough to be broken, long enough to be broken, long enough to be broken,");
  assert.deepEqual(rest, ["  long enough to be broken, '", ""]);
});

test("a text in double quotes is folded with backslashes", () => {
  const text = "\u007f two  blanks ".repeat(8);
  assert.equal(
    yamlText({ k: text }),
    'k: "\\x7F two  blanks \\x7F two  blanks \\x7F two  blanks \\x7F two  blanks \\x7F two \\\n  \\ blanks \\x7F two  blanks \\x7F two  blanks \\x7F two  blanks "\n',
  );
});

test("characters that cannot be printed are escaped", () => {
  assert.equal(yamlText({ a: "\u0000 \u0085 \u2028 \ufeff\ud800" }), 'a: "\\0 \\N \\L \\uFEFF\\uD800"\n');
});

test("indented JSON: two blanks, empty lists and objects on one line", () => {
  const text = prettyJson(parseJson('{"a":[],"b":{},"c":[1,2.0,{"d":null}]}'));
  assert.equal(
    text,
    [
      "{",
      '  "a": [],',
      '  "b": {},',
      '  "c": [',
      "    1,",
      "    2.0,",
      "    {",
      '      "d": null',
      "    }",
      "  ]",
      "}",
    ].join("\n"),
  );
});

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
