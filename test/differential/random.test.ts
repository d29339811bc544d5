/**
 * Random documents through Python dlt and Sluice: equal tables, columns, types, rows, stored schemas and hashes. A failure
 * prints the seed, and each case made small, as a file for `vectors/`. Long: `npm run differential:random`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { findDifferences } from "./random/find.ts";

// The same documents each time, so that a commit is not judged by luck; new ones with `npm run differential:random`.
const seed = Number(process.env.DIFFERENTIAL_SEED ?? 305_317_484);
const documents = Number(process.env.DIFFERENTIAL_DOCUMENTS ?? 80);

test("random documents, several loads in a row, leave the same with both programs", {
  skip: skipWithoutDlt(),
}, async (t) => {
  t.diagnostic(`seed ${seed} (DIFFERENTIAL_SEED=${seed})`);
  const found = await findDifferences({ seed, documents, say: (line) => t.diagnostic(line) });
  assert.ok(found.documents >= documents);
  assert.ok(found.refused * 4 < found.cases, `${found.refused} of ${found.cases} cases were loaded by neither`);
  assert.deepEqual(found.differing, [], `seed ${seed}`);
});
