import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { deflateSync } from "node:zlib";
import { SluiceError } from "../../../src/core/errors.ts";
import { isJsonObject, type JsonObject } from "../../../src/core/json.ts";
import { parseJson } from "../../../src/core/json-reader.ts";
import { canonicalJson, compactJson } from "../../../src/core/json-writer.ts";
import { nextState, sourceState, stateSchemaNames } from "../../../src/state/pipeline-state.ts";
import { decodeState, encodeState } from "../../../src/state/stored.ts";
import { stateVersionHash } from "../../../src/state/version-hash.ts";

const golden = parseJson(readFileSync(new URL("../../golden/cases/interop/system.json", import.meta.url), "utf8"));

interface StateVector {
  readonly state_blob: string;
  readonly state_text: string;
  readonly canonical_json: string;
  readonly version_hash: string;
  readonly state_version: number;
}

function vectors(): readonly StateVector[] {
  assert.ok(isJsonObject(golden));
  return golden.state_hash as unknown as StateVector[];
}

const CHANGES = { pipelineName: "p", datasetName: "d", schemaName: "gitlab", sourceName: "gitlab" };

suite("pipeline state", () => {
  test("golden: stored text decodes to the recorded document and hash", () => {
    assert.ok(vectors().length >= 2);
    for (const vector of vectors()) {
      const state = decodeState(vector.state_blob);
      assert.equal(compactJson(state), vector.state_text);
      assert.equal(stateVersionHash(state), vector.version_hash);
      const content = parseJson(vector.canonical_json) as JsonObject;
      assert.equal(stateVersionHash(content), vector.version_hash);
      assert.equal(canonicalJson(content), vector.canonical_json);
    }
  });

  test("golden: the recorded states follow from one another by nextState", () => {
    let previous: JsonObject | null = null;
    for (const vector of vectors()) {
      const recorded = decodeState(vector.state_blob);
      const next = nextState(previous, {
        pipelineName: "golden_sys",
        datasetName: "golden_sys",
        schemaName: "gitlab",
        sourceName: "gitlab",
        sourceState: sourceState(recorded, "gitlab"),
      });
      assert.equal(next.version, vector.state_version);
      assert.equal(next.versionHash, vector.version_hash);
      assert.equal(next.changed, true);
      assert.deepEqual(decodeState(encodeState(next.state)), next.state);
      previous = next.state;
    }
  });

  test("the version grows only with the content", () => {
    const first = nextState(null, { ...CHANGES, sourceState: { a: 1 } });
    const same = nextState(first.state, { ...CHANGES, sourceState: { a: 1 } });
    const other = nextState(first.state, { ...CHANGES, sourceState: { a: 2 } });
    assert.deepEqual([first.version, same.version, other.version], [1, 1, 2]);
    assert.deepEqual([first.changed, same.changed, other.changed], [true, false, true]);
    assert.equal(same.versionHash, first.versionHash);
  });

  test("keys of others survive, _local does not", () => {
    const previous = {
      ...nextState(null, { ...CHANGES, sourceState: {} }).state,
      custom: { x: [1] },
      _local: { y: 1 },
    };
    const next = nextState(previous, { ...CHANGES, schemaName: "other", sourceName: "other", sourceState: { z: 1 } });
    assert.deepEqual(next.state.custom, { x: [1] });
    assert.equal("_local" in next.state, false);
    assert.deepEqual(stateSchemaNames(next.state), ["gitlab", "other"]);
    assert.deepEqual(next.state.sources, { other: { z: 1 } });
    assert.equal("_local" in decodeState(encodeState(previous)), false);
  });

  test("typed strings of dlt and odd keys come back unchanged", () => {
    const state = parseJson(
      '{"_state_engine_version":4,"v":["\uf0272024-01-02T03:04:05+00:00","\uf0261.50"],"__proto__":{"10":1,"9":1.0},"n":9007199254740993}',
    ) as JsonObject;
    assert.equal(compactJson(decodeState(encodeState(state))), compactJson(state));
  });

  test("plain JSON is read as it is; damaged or newer text is an error, never an empty state", () => {
    assert.deepEqual(decodeState('{"_state_engine_version":4,"a":1}'), { _state_engine_version: 4, a: 1 });
    const packed = (text: string) => deflateSync(text).toString("base64");
    for (const text of [
      "",
      "AAAA",
      "{",
      "[]",
      "null",
      packed("[1]"),
      packed("{"),
      packed('{"a":1}'),
      packed('{"_state_engine_version":5}'),
      packed("{}").slice(0, -8),
    ]) {
      assert.throws(
        () => decodeState(text),
        (error) => error instanceof SluiceError && error.code === "E_STATE_UNREADABLE",
        text,
      );
    }
  });
});
