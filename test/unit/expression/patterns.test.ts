/** No other file of this process may load the engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileExpression, ExpressionError } from "../../../src/expression/compile.ts";
import { withPatterns } from "../../../src/expression/patterns.ts";

function counted(text: string) {
  let times = 0;
  const work = () => {
    times += 1;
    return compileExpression(text, "record", "bool");
  };
  return { work, times: () => times };
}

test("the engine is loaded when a pattern is met, and not before", async () => {
  const plain = counted("record.a == 1");
  await withPatterns(plain.work);
  assert.equal(plain.times(), 1);
  await assert.rejects(
    withPatterns(() => compileExpression("record.a ++", "record", "bool")),
    ExpressionError,
  );

  const wrong = counted('record.a.matches("[")');
  await assert.rejects(withPatterns(wrong.work), /missing closing ]/);
  assert.equal(wrong.times(), 2);

  const right = counted('record.a.matches("^b")');
  const expression = await withPatterns(right.work);
  assert.equal(right.times(), 1, "it is there now");
  assert.equal(expression.evaluate({ record: { a: "bc" } }), true);
});

test("patterns are those of RE2, found anywhere in a text, also those that records bring", async () => {
  const matches = async (text: string, pattern: string) =>
    (await withPatterns(() => compileExpression("record.t.matches(record.p)", "record", "bool"))).evaluate({
      record: { t: text, p: pattern },
    });
  for (const [text, pattern, found] of [
    ["a Bug here", "(?i)bug\\b", true],
    ["Ärger", "^\\p{Lu}", true],
    ["x1", "^[[:alpha:]]+\\z", false],
    ["😀", "^.$", true],
    ["line\nend", "^end$", false],
    ["line\nend", "(?m)^end$", true],
    ["a.b", "\\Qa.b\\E", true],
  ] as const) {
    assert.equal(await matches(text, pattern), found, pattern);
  }
  await assert.rejects(matches("a", "a(?!b)"), /invalid or unsupported Perl syntax/);
});

test("no pattern takes longer than its text is long", async () => {
  const text = `${"a".repeat(100_000)}!`;
  for (const pattern of ["^(a+)+$", "^(a|a)*b", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
    const expression = await withPatterns(() => compileExpression(`record.t.matches("${pattern}")`, "record", "bool"));
    const begin = performance.now();
    assert.equal(expression.evaluate({ record: { t: text } }), false);
    assert.ok(performance.now() - begin < 2000, pattern);
  }
});
