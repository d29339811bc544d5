/**
 * Whole sources through both programs: the built-in GitLab source, the walkthrough's 33 resources, hostile data; on the first
 * day of the sample GitLab and on the second, alone and in turns.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type DltServer, skipWithoutDlt, startDlt } from "../support/dlt.ts";
import { SMALL_WORLD, sampleGitlab } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { SHARED_TABLE } from "./deviations.ts";
import { type DifferentialResult, differential } from "./differential.ts";
import type { Writer } from "./handover.ts";

const skip = skipWithoutDlt();
/** Long ones run by `npm run differential:all`. */
const long = skip === false && process.env.DIFFERENTIAL !== "all" ? "long: npm run differential:all" : skip;
const WALKTHROUGH = join(import.meta.dirname, "..", "..", "examples", "gitlab-walkthrough", "gitlab.yaml");
/** What may show: nothing else does. */
const CURSOR = "cursor of a child resource";
const ORDER = "order of new columns of a child resource";

let dlt: DltServer;
let url: string;
const ends: (() => Promise<unknown>)[] = [];

if (skip === false) {
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-sources-"));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    ({ url } = await testDatabase({ after: (end) => ends.push(end) }));
    dlt = startDlt(folder);
    ends.push(() => dlt.close());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
}

async function compare(
  t: { after(end: () => Promise<void>): void },
  source: string,
  world: Readonly<Record<string, unknown>>,
  turns: readonly Writer[],
): Promise<DifferentialResult> {
  const gitlab = await sampleGitlab(t, { world });
  const result = await differential({ source, turns, url, environment: process.env, gitlab, dlt });
  assert.deepEqual(result.faults, []);
  for (const { name } of result.deviations.keys()) assert.ok([CURSOR, ORDER, SHARED_TABLE].includes(name), name);
  assert.equal(result.dataset.loads.length, turns.length);
  return result;
}

const hostile = { ...SMALL_WORLD, nasty: true };

test("the built-in GitLab source with hostile data, day 1 and day 2", { skip }, async (t) => {
  const { dataset, tables } = await compare(t, "gitlab", hostile, ["sluice", "sluice"]);
  assert.ok(tables > 30);
  const issues = dataset.tables.get("issues");
  assert.ok(issues?.columns.includes("weird_key_with_dots character varying"), issues?.columns.join());
  assert.ok(dataset.tables.has("issues__matrix__list"));
  assert.ok(dataset.states.length > 0, "cursors are kept");
});

for (const turns of [
  ["sluice", "dlt", "sluice"],
  ["dlt", "sluice", "dlt"],
] as const) {
  test(`the built-in GitLab source, ${turns.join(", then ")}`, { skip: long }, async (t) => {
    await compare(t, "gitlab", hostile, turns);
  });
  test(`the walkthrough's 33 resources, ${turns.join(", then ")}`, { skip: long }, async (t) => {
    await compare(t, WALKTHROUGH, {}, turns);
  });
}

test("the built-in GitLab source on the whole sample, day 1 and day 2", { skip: long }, async (t) => {
  await compare(t, "gitlab", {}, ["sluice", "sluice"]);
});

test("the walkthrough's 33 resources, twice", { skip: long }, async (t) => {
  const { tables } = await compare(t, WALKTHROUGH, {}, ["sluice", "sluice"]);
  assert.ok(tables > 18);
});
