import assert from "node:assert/strict";
import { test } from "node:test";
import { dropState } from "../../../src/state/drop-state.ts";
import { stateVersionHash } from "../../../src/state/version-hash.ts";

const STATE = {
  _state_version: 4,
  _state_engine_version: 4,
  pipeline_name: "p",
  schema_names: ["s", "other"],
  _version_hash: "as it was",
  sources: {
    other: { resources: { issues: { at: 1 } } },
    s: { resources: { issues: { at: 2 }, notes: { at: 3 } }, watermark: 7, archives: ["a", "b", "c"] },
  },
};

test("state of resources goes by name in its own source; the version grows with the content", () => {
  const { next, resources, paths, unmatched } = dropState(STATE, "s", (name) => name === "issues", []);
  assert.deepEqual([resources, paths, unmatched], [["issues"], [], []]);
  assert.deepEqual(next.state.sources, {
    other: STATE.sources.other,
    s: { resources: { notes: { at: 3 } }, watermark: 7, archives: ["a", "b", "c"] },
  });
  assert.deepEqual([next.version, next.state._state_version, next.changed], [5, 5, true]);
  assert.equal(next.versionHash, stateVersionHash(next.state));
  assert.equal(next.state._version_hash, next.versionHash);
  assert.deepEqual(STATE.sources.s.resources.issues, { at: 2 });
});

test("paths: a wildcard keeps the resources, items of one list go together, what selects nothing is told", () => {
  const all = dropState(STATE, "s", () => false, ["*"]);
  assert.deepEqual(all.paths, ["s.watermark", "s.archives"]);
  assert.deepEqual(all.next.state.sources, { ...STATE.sources, s: { resources: STATE.sources.s.resources } });
  const some = dropState(STATE, "s", () => false, ["archives[0,1]", "nothing", "$"]);
  assert.deepEqual(
    [some.paths, some.unmatched],
    [
      ["s.archives.[0]", "s.archives.[1]"],
      ["nothing", "$"],
    ],
  );
  assert.deepEqual(some.next.state.sources, { ...STATE.sources, s: { ...STATE.sources.s, archives: ["c"] } });
  assert.throws(() => dropState(STATE, "s", () => false, ["archives[?(@.x)]"]), /keys, indexes and wildcards/);
});

test("a source without state, and nothing to drop: neither hash nor version changes", () => {
  for (const source of ["nobody", "other"]) {
    const { next } = dropState(STATE, source, (name) => name === "nothing", ["nothing"]);
    assert.deepEqual([next.version, next.changed, next.versionHash], [4, false, stateVersionHash(STATE)]);
    assert.deepEqual(next.state.sources, STATE.sources);
  }
});
