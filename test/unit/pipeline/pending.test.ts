/** What a run does with packages that an earlier one left behind. */
import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DestinationError, SluiceError } from "../../../src/core/errors.ts";
import type { PipelineRun } from "../../../src/pipeline/run.ts";
import { type Bench, bench } from "./support.ts";

const unavailable = () => {
  throw new DestinationError("E_DEST_UNAVAILABLE", "the connection was lost");
};

/** A run whose load fails in a way that another run can mend; its package stays. Gives its load id. */
async function leavePackage(b: Bench): Promise<string> {
  b.destination.onLoad = unavailable;
  const { trace } = await b.run({ documents: [{ id: 1 }, { id: 2 }] });
  assert.equal(trace.failure?.code, "E_DEST_UNAVAILABLE");
  assert.equal((await packagesOf(b)).length, 1);
  b.destination.onLoad = () => {};
  return trace.packages[0]?.loadId ?? "";
}

const packagesOf = (b: Bench) => readdir(join(b.folder, "packages"));
const warningsOf = ({ trace }: PipelineRun) => trace.warnings.map(({ code }) => code);

test("base as in the destination: the package is loaded first, then the run extracts", async (t) => {
  const b = await bench(t);
  const left = await leavePackage(b);
  const run = await b.run();
  assert.equal(run.trace.status, "loaded");
  assert.equal(b.destination.committed[0], left);
  assert.equal(b.destination.committed.length, 2);
  assert.deepEqual(
    run.trace.packages.map(({ loadId, tables }) => [loadId, tables[0]?.rows]),
    [
      [left, 2],
      [b.destination.committed[1], 1],
    ],
  );
  assert.deepEqual(warningsOf(run), []);
  assert.deepEqual(await packagesOf(b), []);
});

test("the same where a dataset stood before", async (t) => {
  const b = await bench(t);
  await b.run();
  const left = await leavePackage(b);
  await b.run();
  assert.equal(b.destination.committed[1], left);
  assert.equal(b.destination.committed.length, 3);
});

const MOVED: readonly (readonly [string, (b: Bench) => void | Promise<void>])[] = [
  ["another state came", (b) => void b.destination.stateRowIds.push("another")],
  ["a state has gone", (b) => void b.destination.stateRowIds.splice(0)],
  ["the dataset has gone", (b) => void Object.assign(b.destination, { datasetExists: false, stateRowIds: [] })],
];
for (const [what, change] of MOVED) {
  test(`base not as in the destination (${what}): dropped with a warning, its rows are extracted again`, async (t) => {
    const b = await bench(t);
    await b.run();
    const left = await leavePackage(b);
    await change(b);
    const run = await b.run();
    assert.equal(run.trace.status, "loaded");
    assert.ok(!b.destination.committed.includes(left));
    assert.deepEqual(warningsOf(run), ["W_PACKAGE_DROPPED"]);
    assert.equal(run.trace.warnings[0]?.subject, left);
    assert.deepEqual(await packagesOf(b), []);
  });
}

test("made for no dataset, but one is there now, or for another one: dropped", async (t) => {
  const b = await bench(t);
  await leavePackage(b);
  b.destination.datasetExists = true;
  assert.deepEqual(warningsOf(await b.run()), ["W_PACKAGE_DROPPED"]);
  await leavePackage(b);
  const other = await b.run({ dataset: "other_data" });
  assert.match(other.trace.warnings[0]?.detail ?? "", /dataset shop_data/);
  assert.equal(other.trace.status, "loaded");
});

test("a commit whose answer was lost is decided by the destination, whatever its state says", async (t) => {
  const b = await bench(t);
  b.destination.onLoad = async ({ beforeCommit, manifest }) => {
    await beforeCommit();
    // It came through, but nobody heard of it.
    b.destination.stateRowIds.push(manifest.state?.dltId ?? "");
    unavailable();
  };
  const lost = await b.run();
  const loadId = lost.trace.packages[0]?.loadId;
  b.destination.onLoad = () => {};
  const run = await b.run();
  assert.deepEqual(b.destination.asked.slice(1, 2), [{ loadId, maybeCommitted: true }]);
  assert.deepEqual(warningsOf(run), []);
  assert.deepEqual(await packagesOf(b), []);
});

test("what is committed and only not cleaned up, and what has no manifest, goes without a word", async (t) => {
  const b = await bench(t);
  const left = await leavePackage(b);
  const [name = ""] = await packagesOf(b);
  await writeFile(join(b.folder, "packages", name, "committed"), "");
  const first = await b.run();
  assert.ok(!b.destination.committed.includes(left));
  assert.deepEqual(warningsOf(first), []);
  await leavePackage(b);
  const [second = ""] = await packagesOf(b);
  await rm(join(b.folder, "packages", second, "manifest.json"));
  assert.deepEqual(warningsOf(await b.run()), []);
  assert.deepEqual(await packagesOf(b), []);
});

test("a damaged package is dropped with a warning", async (t) => {
  const b = await bench(t);
  const damages: readonly ((folder: string, files: string[]) => Promise<void>)[] = [
    // A byte of a row, a lost end, a manifest that is none.
    async (folder, [file = ""]) => {
      const text = await readFile(join(folder, file), "latin1");
      await writeFile(join(folder, file), text.replace("2", "3"), "latin1");
    },
    async (folder, [file = ""]) => writeFile(join(folder, file), (await readFile(join(folder, file))).subarray(0, 3)),
    async (folder, [file = ""]) => rm(join(folder, file)),
    async (folder) => writeFile(join(folder, "manifest.json"), "{"),
  ];
  for (const [index, damage] of damages.entries()) {
    const left = await leavePackage(b);
    const folder = join(b.folder, "packages", (await packagesOf(b))[0] ?? "");
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name !== "manifest.json")
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    await damage(folder, files);
    const run = await b.run();
    assert.equal(run.trace.status, "loaded", String(index));
    assert.deepEqual(warningsOf(run), ["W_PACKAGE_CORRUPT"], String(index));
    assert.ok(!b.destination.committed.includes(left));
    assert.deepEqual(await packagesOf(b), []);
  }
});

test("a failure that no retry mends puts the package aside; the next run is not blocked", async (t) => {
  const b = await bench(t);
  b.destination.onLoad = () => {
    throw new DestinationError("E_DEST_DATA", "a value is refused");
  };
  const failed = await b.run();
  assert.equal(failed.trace.failure?.code, "E_DEST_DATA");
  assert.equal(failed.trace.packages[0]?.state, "normalized");
  assert.deepEqual(await packagesOf(b), []);
  assert.equal((await readdir(join(b.folder, "failed"))).length, 1);
  b.destination.onLoad = () => {};
  assert.equal((await b.run()).trace.status, "loaded");
  assert.equal(b.destination.committed.length, 1);
});

test("a state that moved meanwhile: extracted again once, then given up", async (t) => {
  const b = await bench(t);
  let refusals = 1;
  b.destination.onLoad = () => {
    if (refusals-- > 0) throw new SluiceError("E_STATE_MOVED", "another run committed");
  };
  const run = await b.run();
  assert.equal(run.trace.status, "loaded");
  assert.equal(new Set(b.destination.asked.map(({ loadId }) => loadId)).size, 2, "under a new load id");
  refusals = 2;
  const lost = await b.run();
  assert.equal(lost.trace.failure?.code, "E_STATE_MOVED");
  assert.deepEqual(await packagesOf(b), []);
  assert.equal(b.destination.committed.length, 1);
});
