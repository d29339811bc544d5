import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "./replay.ts";

test("the recorded REST cases of dlt are met, in strict and, where they are no quirk, by default", async () => {
  const { counts, failures } = await replay("rest-api", () => undefined);
  assert.deepEqual(
    failures.map((failure) => `${failure.vector}: ${failure.why}`),
    [],
  );
  assert.equal(counts.notYet, 0);
  assert.ok(counts.passed > 0, "no case was replayed");
});
