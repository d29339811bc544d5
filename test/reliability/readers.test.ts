/** Readers beside a load of some ten thousand rows. A million of them: `npm run test:sweep -- --part readers`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { folder } from "../cli/support.ts";
import { testDatabase } from "../support/postgres.ts";
import { startRowSource } from "../support/row-source.ts";
import { PROBE_CASES, probeReaders } from "./reader-probe.ts";

for (const { disposition, newColumn } of PROBE_CASES) {
  test(`readers beside ${disposition}${newColumn ? " with a new column" : ""}: all or nothing, no read of a second`, async (t) => {
    const database = await testDatabase(t);
    const source = await startRowSource();
    t.after(() => source.close());
    const options = { database, folder: await folder(t), source };
    const found = await probeReaders(options, { disposition, newColumn, rows: 40_000 });
    t.diagnostic(JSON.stringify(found));
    assert.ok(found.reads > 10);
    assert.ok(Math.max(found.committed, found.snapshot ?? 0) < 1000, JSON.stringify(found));
  });
}
