import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "./replay.ts";

test("the recorded results of dlt-init-openapi are met in every part, and so are its names", async () => {
  const { counts, failures } = await replay("openapi", () => undefined);
  assert.deepEqual(
    failures.map((failure) => `${failure.vector}: ${failure.why}`),
    [],
  );
  assert.ok(counts.passed > 1500, `${counts.passed} vectors were replayed`);
});
