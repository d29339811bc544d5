/**
 * Sluice and Python dlt take turns on one pipeline, each from an empty working folder as on a fresh runner. What is
 * left after three runs must be what dlt alone leaves: tables, columns, constraints, rows, loads, schema and state.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { skipWithoutDlt } from "../support/dlt.ts";
import { testDatabase } from "../support/postgres.ts";
import { compareDatasets, type Dataset, readDataset } from "./dataset.ts";
import { type EvolvingGitlab, type Step, startEvolvingGitlab } from "./evolving-gitlab.ts";
import { PROJECT, pipelineDocument, runWriter, type Writer } from "./handover.ts";

const skip = skipWithoutDlt();
const STEPS: readonly Step[] = [1, 2, 3];

let gitlab: EvolvingGitlab;
let url: string;
let folder: string;
let alone: Dataset;

const ends: (() => Promise<unknown>)[] = [];

if (skip === false) {
  before(async () => {
    const sample = await startSampleGitlab();
    ends.push(() => sample.stop());
    gitlab = await startEvolvingGitlab(`${sample.url}/api/v4`, sample.token, PROJECT);
    ends.push(() => gitlab.close());
    ({ url } = await testDatabase({ after: (end) => ends.push(end) }));
    folder = await mkdtemp(join(tmpdir(), "sluice-handover-"));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    ({ final: alone } = await takeTurns("alone", ["dlt", "dlt", "dlt"]));
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
}

interface Turns {
  /** The dataset after each run. */
  readonly snapshots: readonly Dataset[];
  readonly final: Dataset;
  /** `updated_after` of the first request for issues, in each run. */
  readonly starts: readonly (string | null)[];
}

async function takeTurns(dataset: string, writers: readonly [Writer, Writer, Writer], growing = false): Promise<Turns> {
  const document = pipelineDocument(gitlab.baseUrl);
  const snapshots: Dataset[] = [];
  const starts: (string | null)[] = [];
  for (const step of STEPS) {
    gitlab.show(step, growing);
    await runWriter(writers[step - 1]!, document, url, dataset, folder);
    snapshots.push(await readDataset(url, dataset));
    const first = gitlab.requests.find((request) => request.includes("/issues?"));
    starts.push(first === undefined ? null : new URL(first, gitlab.baseUrl).searchParams.get("updated_after"));
  }
  return { snapshots, final: snapshots[2]!, starts };
}

/** What must hold after each run and at the end, whoever wrote. */
function assertHandedOver({ snapshots, final, starts }: Turns): void {
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.loads.length),
    [1, 2, 3],
    "each run adds one load",
  );
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.versions.length),
    [1, 1, 1],
    "no run adds a schema version",
  );
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.states.length),
    [1, 2, 3],
    "each run adds one state",
  );
  assert.deepEqual(
    starts,
    ["2020-01-01T00:00:00.000Z", cursor(snapshots[0]!), cursor(snapshots[1]!)],
    "each run starts where the last one, by another writer, has ended",
  );
  assert.deepEqual(compareDatasets(final, alone), []);
}

function cursor(snapshot: Dataset): string {
  const { sources } = snapshot.states.at(-1) as {
    sources: { gitlab_handover: { resources: { issues: { incremental: { updated_at: { last_value: string } } } } } };
  };
  return sources.gitlab_handover.resources.issues.incremental.updated_at.last_value;
}

test("the three runs of dlt alone are what the comparison needs: changes, arrivals, shared cursors", { skip }, () => {
  const rows = (table: string): number => alone.tables.get(table)?.rows.length ?? 0;
  assert.equal(rows("issues"), 250);
  assert.ok(rows("pipelines") > 150, "changed pipelines are appended again");
  assert.ok(rows("issues__labels") > 0 && rows("issues__assignees") > 0 && rows("branches__commit__parent_ids") > 0);
  assert.equal(alone.versions.length, 1);
  assert.deepEqual(compareDatasets(alone, alone), []);
});

test("a difference is found: the comparison of two runs with that of three is not empty", { skip }, async () => {
  const document = pipelineDocument(gitlab.baseUrl);
  gitlab.show(1);
  await runWriter("dlt", document, url, "once", folder);
  assert.ok(compareDatasets(await readDataset(url, "once"), alone).length > 3);
});

test("Sluice, then dlt, then Sluice: dlt goes on where Sluice stopped, and the other way round", { skip }, async () => {
  assertHandedOver(await takeTurns("sluice_first", ["sluice", "dlt", "sluice"]));
});

test("dlt, then Sluice, then dlt", { skip }, async () => {
  assertHandedOver(await takeTurns("dlt_first", ["dlt", "sluice", "dlt"]));
});

test("Sluice alone leaves what dlt alone leaves", { skip }, async () => {
  assertHandedOver(await takeTurns("sluice_alone", ["sluice", "sluice", "sluice"]));
});

test("new columns, variants and nested tables of one writer are those of the other", { skip }, async () => {
  const { final: grown } = await takeTurns("grown_alone", ["dlt", "dlt", "dlt"], true);
  assert.equal(grown.versions.length, 3, "each step changes the schema");
  assert.ok(grown.tables.has("issues__reviews_2__marks"));
  for (const writers of [
    ["sluice", "dlt", "sluice"],
    ["dlt", "sluice", "dlt"],
  ] as const) {
    const { final } = await takeTurns(`grown_${writers[0]}_first`, writers, true);
    assert.deepEqual(compareDatasets(final, grown), []);
  }
});
