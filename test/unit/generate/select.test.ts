import assert from "node:assert/strict";
import { test } from "node:test";
import { selectResources } from "../../../src/generate/select.ts";
import { generate, get, integer, listOf, object } from "../../support/generate.ts";

const records = listOf(object({ id: integer }));
const pipeline = generate({
  paths: {
    "/a": get(records),
    "/a/{a_id}/b": get(records),
    "/a/{a_id}/b/{b_id}/c": get(records),
    "/other": get(records),
  },
});

test("what a chosen resource takes values from comes along, and is loaded only as far as needed", () => {
  const chosen = selectResources(pipeline, ({ endpoint }) => endpoint.path.endsWith("/c"));
  assert.deepEqual(
    chosen.resources.map(({ endpoint, selected }) => [endpoint.path, selected]),
    [
      ["/a", false],
      ["/a/{a_id}/b", false],
      ["/a/{a_id}/b/{b_id}/c", true],
    ],
  );
});

test("nothing chosen is everything", () => {
  assert.equal(
    selectResources(pipeline, () => false),
    pipeline,
  );
});
