import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "./replay.ts";

test("the recorded answers of dlt are met", async (t) => {
  const lines: string[] = [];
  const { counts, failures } = await replay("interop", (line) => lines.push(line));
  for (const line of lines) t.diagnostic(line);
  assert.deepEqual(
    failures.map((failure) => `${failure.file} ${failure.vector}: ${failure.why}`),
    [],
  );
  assert.ok(counts.passed > 0, "no vector was replayed");
});
