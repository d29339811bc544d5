/**
 * Every write disposition and strategy, with documents that change from run to run: Sluice and Python dlt take turns on one
 * dataset, in both orders. Tables, rows, ids, loads, schema versions and states are what dlt alone leaves.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { testDatabase } from "../support/postgres.ts";
import { type ChangingDocuments, serveChangingDocuments } from "./changing-documents.ts";
import { compareDatasets, type Dataset, readDataset } from "./dataset.ts";
import { runWriter, type Writer } from "./handover.ts";
import { STRATEGIES, strategiesDocument } from "./strategies.ts";

const skip = skipWithoutDlt();
const NAMES = Object.keys(STRATEGIES);
const EXACT = new Set(NAMES.filter((name) => STRATEGIES[name]?.exactIds === true));

let source: ChangingDocuments;
let url: string;
let folder: string;
let alone: readonly Dataset[];
const ends: (() => Promise<unknown>)[] = [];

if (skip === false) {
  before(async () => {
    source = await serveChangingDocuments(Object.fromEntries(NAMES.map((name) => [name, STRATEGIES[name]!.runs])));
    ends.push(() => source.close());
    ({ url } = await testDatabase({ after: (end) => ends.push(end) }));
    folder = await mkdtemp(join(tmpdir(), "sluice-strategies-"));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    alone = await takeTurns("alone", ["dlt", "dlt", "dlt"]);
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
}

/** The dataset after each run. */
async function takeTurns(dataset: string, writers: readonly Writer[]): Promise<readonly Dataset[]> {
  const snapshots: Dataset[] = [];
  for (const [step, writer] of writers.entries()) {
    source.show(step);
    await runWriter(writer, strategiesDocument(source.baseUrl, step, NAMES), url, dataset, folder);
    snapshots.push(await readDataset(url, dataset, EXACT));
  }
  return snapshots;
}

test("the runs of dlt alone are what the comparison needs", { skip }, () => {
  const rows = (table: string): number => alone[2]?.tables.get(table)?.rows.length ?? 0;
  for (const name of NAMES) assert.ok(rows(name) > 0, `${name} has rows`);
  assert.ok(rows("scd2_lists") > 6, "versions that have ended stay");
  assert.deepEqual(compareDatasets(alone[2]!, alone[2]!), []);
  assert.ok(compareDatasets(alone[1]!, alone[2]!).length > 10, "each run changes tables");
});

for (const writers of [
  ["sluice", "sluice", "sluice"],
  ["sluice", "dlt", "sluice"],
  ["dlt", "sluice", "dlt"],
] as const) {
  test(`${writers.join(", then ")}: each run leaves what dlt alone leaves`, { skip }, async () => {
    const snapshots = await takeTurns(writers.map((writer) => writer[0]).join(""), writers);
    for (const step of [0, 1, 2])
      assert.deepEqual(compareDatasets(snapshots[step]!, alone[step]!), [], `run ${step + 1}`);
  });
}
