/** A JSON pipeline file is merged by its values: what the user changed stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeJsonPipeline } from "../../../../src/generate/update/merge-json.ts";
import { BlocksError } from "../../../../src/generate/update/pipeline-blocks.ts";

const resource = (name: string, params: object = {}) => ({ name, endpoint: { path: `/${name}`, params } });
const file = (resources: readonly object[], more: object = {}) =>
  JSON.stringify({ pipeline: "p", ...more, source: { client: { paginator: { type: "auto" } }, resources } });

test("values of the user stay, those of the document come in, at every depth", () => {
  const base = file([resource("a", { id: "FILL_ME_IN", page: 1, old: 1 }), resource("c")]);
  const mine = file([resource("a", { id: 42, page: 1, old: 1, mine: true }), resource("c")], { limit: 3 });
  const fresh = file([resource("a", { id: "FILL_ME_IN", page: 2, size: 9 }), resource("b"), resource("c")]);
  const merged = mergeJsonPipeline(base, mine, fresh);
  assert.deepEqual(
    JSON.parse(merged.text),
    JSON.parse(
      file([resource("a", { id: 42, page: 2, mine: true, size: 9 }), resource("b"), resource("c")], { limit: 3 }),
    ),
  );
  assert.deepEqual(
    [merged.added, merged.changed, merged.removed, merged.leftOut, merged.kept],
    [["b"], ["a"], [], [], []],
  );
});

test("the same value changed on both sides: the user's stays and it is said", () => {
  const merged = mergeJsonPipeline(
    file([resource("a", { x: 1 })]),
    file([resource("a", { x: 2 })]),
    file([resource("a", { x: 3 })]),
  );
  assert.deepEqual([JSON.parse(merged.text).source.resources[0].endpoint.params, merged.kept], [{ x: 2 }, ["a"]]);
});

test("gone from the document: named; taken out by the user: stays out; nothing to do: the text stays as it is", () => {
  const base = file([resource("a"), resource("b"), resource("c")]);
  const mine = `${file([resource("own"), resource("b"), resource("c")])}  `;
  const merged = mergeJsonPipeline(base, mine, file([resource("a"), resource("b")]));
  assert.deepEqual([merged.removed, merged.leftOut, merged.added, merged.changes], [["c"], ["a"], [], []]);
  assert.equal(merged.text, mine);
});

test("without a baseline only new endpoints are added", () => {
  const merged = mergeJsonPipeline(
    undefined,
    file([resource("a", { x: 2 })]),
    file([resource("b"), resource("a", { x: 1 })]),
  );
  assert.deepEqual(JSON.parse(merged.text).source.resources, [resource("b"), resource("a", { x: 2 })]);
  assert.deepEqual([merged.added, merged.changed], [["b"], []]);
});

test("refused: what is no pipeline file", () => {
  for (const text of ["{", "[]", "{}", '{"source":{"resources":1}}', "[".repeat(600)]) {
    assert.throws(() => mergeJsonPipeline(undefined, text, file([])), BlocksError, text);
  }
});
