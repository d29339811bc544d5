import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceReport, Source, SourceResource, WriteDisposition } from "../../../src/core/source.ts";
import { addReports, firstRound, nextRound, sourceOf } from "../../../src/pipeline/rounds.ts";
import { resourceHints } from "../../support/normalize.ts";

function resource(
  name: string,
  more: Partial<SourceResource> = {},
  writeDisposition?: WriteDisposition,
): SourceResource {
  const hints = resourceHints();
  return {
    name,
    selected: true,
    endpoint: `GET ${name}`,
    hints: writeDisposition === undefined ? hints : { ...hints, writeDisposition },
    ...more,
  };
}

function source(...resources: readonly SourceResource[]): Source {
  return {
    name: "s",
    resources,
    extract: () => {
      throw new Error("not asked");
    },
  };
}

const windowed = { windowed: true };

test("a range is read at once where its table, or one below it, is filled at once", () => {
  const scd2: WriteDisposition = { disposition: "merge", strategy: "scd2" };
  for (const disposition of [{ disposition: "replace" }, scd2] as const) {
    assert.deepEqual(firstRound(source(resource("a", windowed, disposition)), undefined).windows, new Set());
    const child = resource("b", { parent: "a" }, disposition);
    assert.deepEqual(firstRound(source(resource("a", windowed), child), undefined).windows, new Set());
    assert.deepEqual(
      firstRound(source(resource("a", windowed), { ...child, selected: false }), undefined).windows,
      new Set(["a"]),
    );
    assert.deepEqual(
      firstRound(source(resource("a", windowed), resource("c", {}, disposition)), undefined).windows,
      new Set(["a"]),
    );
  }
  assert.deepEqual(firstRound(source(resource("a", windowed)), 1).windows, new Set());
});

test("a round that follows loads what has more to read, and all below it; the rest is not touched", () => {
  const all = source(resource("a", windowed), resource("b", { parent: "a" }), resource("c", windowed), resource("d"));
  const first = firstRound(all, undefined);
  const windows = [
    { resource: "a", start: "1", end: "2" },
    { resource: "c", start: "1" },
  ];
  const end = { sourceState: { resources: {} }, windows, reports: [], packed: true };
  const second = nextRound(all, first, end);
  assert.deepEqual(second, { windows: new Set(["a"]), only: new Set(["a", "b"]), read: [], reports: [] });
  assert.ok(second !== undefined);
  assert.deepEqual(
    sourceOf(all, second).resources.map(({ selected }) => selected),
    [true, true, false, false],
  );
  // Without a package, state and windows go on to the next one.
  assert.deepEqual(nextRound(all, first, { ...end, packed: false })?.read, windows);
  assert.deepEqual(nextRound(all, first, { ...end, packed: false })?.sourceState, { resources: {} });
  assert.equal(nextRound(all, second, { ...end, windows: [{ resource: "a", start: "2" }] }), undefined);
});

test("the figures of rounds add up, the cursor is the last one", () => {
  const report = (name: string, figure: number, cursor: string): ResourceReport => ({
    resource: name,
    endpoint: name,
    requests: figure,
    retries: figure,
    rateLimitWaitSeconds: figure,
    bytes: figure,
    pages: figure,
    records: figure,
    skipped: { 404: figure },
    seconds: figure,
    cursor,
  });
  assert.deepEqual(addReports([report("a", 1, "x"), report("b", 5, "y")], [report("a", 2, "z"), report("c", 1, "w")]), [
    report("a", 3, "z"),
    report("b", 5, "y"),
    report("c", 1, "w"),
  ]);
});
