import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceResource } from "../../../src/core/source.ts";
import { replacedResources } from "../../../src/pipeline/refresh.ts";
import { nextState } from "../../../src/state/pipeline-state.ts";
import { resourceHints } from "../../support/normalize.ts";

const resource = (name: string, disposition: "append" | "replace", more: Partial<SourceResource> = {}) => ({
  name,
  selected: true,
  endpoint: "",
  hints: resourceHints({ writeDisposition: { disposition } }),
  ...more,
});

test("resources that are replaced begin from the start: those selected and their parents", () => {
  const resources = [
    resource("parent", "replace", { selected: false }),
    resource("child", "append", { parent: "parent" }),
    resource("own", "replace"),
    resource("left out", "replace", { selected: false }),
    resource("kept", "append"),
  ];
  assert.deepEqual([...replacedResources({ resources })], ["parent", "own"]);
});

test("a source that was looked at has a state, even an empty one", () => {
  const changes = { pipelineName: "p", datasetName: "d", schemaName: "s", sourceName: "s", sourceState: {} };
  assert.equal(nextState(null, changes).state.sources, undefined);
  assert.deepEqual(nextState(null, { ...changes, sourceTouched: true }).state.sources, { s: {} });
});
