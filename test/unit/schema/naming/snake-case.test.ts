import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError, DataError } from "../../../../src/core/errors.ts";
import {
  datasetName,
  normalizeIdentifier,
  normalizeKey,
  normalizePath,
  schemaName,
  shorten,
  shortenFragments,
} from "../../../../src/schema/naming/snake-case.ts";

// The recorded names are replayed by the golden set; here stand the properties and what dlt does not record.

const anyKey = fc.string({ unit: fc.constantFrom(..."abcXYZ09_-+*@|$ .é٣日😀\u001c\ufeff"), maxLength: 90 });

test("a normalized name is lower case, within the limit and begins with no digit", () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const name = orEmpty(() => normalizeIdentifier(key));
      assert.ok([...name].length <= 63);
      assert.match(name, /^(?:(?!\p{Nd})[a-z\p{Nd}_]+)?$/u);
      assert.doesNotMatch(name, /__|_$/);
    }),
  );
});

test("normalizing a column name again changes nothing", () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const name = normalizePath(key);
      assert.equal(normalizePath(name), name);
    }),
  );
});

test("names that differ beyond the cut stay different", () => {
  const [a, b] = [
    normalizePath(`${"x".repeat(70)}A${"y".repeat(40)}`),
    normalizePath(`${"x".repeat(70)}B${"y".repeat(40)}`),
  ];
  assert.notEqual(a, b);
  assert.equal(a.length, 63);
});

test("lengths count code points", () => {
  const name = "𝟘".repeat(63);
  assert.equal(shorten(name, name, 63), name);
  assert.equal([...shorten(`${name}𝟘`, name, 63)].length, 63);
});

test("a blank key becomes _empty, a key of separators only is refused with its name", () => {
  assert.equal(normalizeKey(""), "_empty");
  assert.equal(normalizeKey(" \u001c"), "_empty");
  assert.equal(normalizeKey("a__b"), "a__b");
  assert.throws(
    () => normalizeKey("____"),
    (error) => error instanceof DataError && error.code === "E_DATA_VALUE" && error.message.includes('"____"'),
  );
});

test("an empty name of a schema or dataset is a fault of the configuration", () => {
  for (const call of [schemaName, datasetName, normalizeIdentifier]) {
    assert.throws(
      () => call(" \t"),
      (error) => error instanceof ConfigError && error.code === "E_CONFIG" && error.hint !== undefined,
    );
  }
  assert.equal(schemaName("GitLab Source"), "git_lab_source");
  assert.equal(datasetName("gitlab-data"), "gitlab_data");
});

test("fragments are joined as they are, blanks left out", () => {
  assert.equal(shortenFragments(["t", "", " ", "Key"]), "t__Key");
  assert.throws(() => shorten("abcdefgh", "abcdefgh", 5), ConfigError);
});

function orEmpty(call: () => string): string {
  try {
    return call();
  } catch (error) {
    if (error instanceof ConfigError) return "";
    throw error;
  }
}
