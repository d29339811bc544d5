/** A sample of the crash sweep: every point once. All of it: `npm run test:sweep`. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { testDatabase } from "../support/postgres.ts";
import { sampleCases } from "./crash-cases.ts";
import { crashSweep, SOURCES_ENTRY } from "./crash-sweep.ts";

test("killed at every named point: the rows of an undisturbed pipeline after the next run", async (t) => {
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), "sluice-sweep-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const cases = sampleCases();
  const result = await crashSweep({ database, folder, entry: SOURCES_ENTRY, cases, parallel: 2 });
  assert.deepEqual(
    result.failures.map(({ name, failure }) => `${name}: ${failure}`),
    [],
  );
  assert.equal(result.right, cases.length);
});
