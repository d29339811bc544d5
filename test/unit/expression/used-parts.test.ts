import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { lexemeJson } from "../../../src/core/json-writer.ts";
import { compileExpression, ExpressionFailure } from "../../../src/expression/compile.ts";

/** Ways to reach parts of a record; `R` stands for it. */
const EXPRESSIONS = [
  "R.a",
  "R.a.b",
  "[R.a, R.a.b]",
  "[R.a.b, R.a]",
  'R["a"].b',
  "R.?a.?b.orValue(R.?b)",
  'R[?"a"].orValue(0)',
  "has(R.a.b) || has(R.b)",
  'has(R.a) ? R.a : "none"',
  '"a" in R',
  "size(R) > 2",
  "R.map(k, k)",
  "R.a.map(x, x)",
  "R.a.exists(x, x == R.b)",
  "R.a[0]",
  "R.a[0].b",
  "R.b == R.a",
  '{"x": R.a, "y": {"z": [R.b]}}',
  "toJson(R.a)",
  'merge(R, {"a": R.b})',
  "cel.bind(q, R.a, [q, R.b])",
  "type(R.a) == type(R.b)",
];

const leaf = fc.oneof(fc.constantFrom("1", "1.0", "2.50", "12345678901234567890123", "null", "true", '"t"', "1e3"));
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "2", "1", "constructor"), tie("value")), {
        maxLength: 4,
        selector: ([key]) => key,
      })
      .map((entries) => `{${entries.map(([key, item]) => `"${key}":${item}`).join(",")}}`),
  ),
}));

function outcome(text: string, record: JsonValue): string {
  try {
    return lexemeJson(compileExpression(text, "record", "any").evaluate({ record }));
  } catch (error) {
    assert.ok(error instanceof ExpressionFailure, String(error));
    return `fails: ${error.message}`;
  }
}

test("an expression gives the same whether it sees the parts that it reads or all of the record", () => {
  fc.assert(
    fc.property(value, fc.constantFrom(...EXPRESSIONS), (text, expression) => {
      const record = parseJson(`{"a":${text},"b":2.50,"c":[1.0]}`, { keepLexemes: true });
      const whole = `cel.bind(r, record, ${expression.replaceAll("R", "r")})`;
      assert.equal(outcome(expression.replaceAll("R", "record"), record), outcome(whole, record));
    }),
    { numRuns: 1500 },
  );
});
