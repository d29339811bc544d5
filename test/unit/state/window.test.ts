import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "../../../src/core/duration.ts";
import type { JsonObject, JsonValue } from "../../../src/core/json.ts";
import { compareMoments, nextWindow, type WindowLength } from "../../../src/state/window.ts";
import { readWindowState, writeWindowState } from "../../../src/state/window-state.ts";

const NONE = { end: null, open: false };
const NOW = Date.UTC(2024, 5, 30, 12);

function window(
  length: string | number,
  last: JsonValue,
  more: { end?: JsonValue; lag?: number; initial?: JsonValue } = {},
) {
  const parsed: WindowLength | undefined = typeof length === "number" ? length : parseDuration(length);
  assert.ok(parsed !== undefined);
  const { end = null, lag = 0, initial = last } = more;
  return nextWindow({ length: parsed, initial, last, lag, now: NOW }, { end, open: false });
}

test("a window ends so much later in the form of the value where it begins", () => {
  for (const [length, last, end] of [
    ["P30D", "2024-01-01T00:00:00Z", "2024-01-31T00:00:00Z"],
    ["P30D", "2024-01-01", "2024-01-31"],
    ["P1M", "2024-01-31T10:00:00Z", "2024-02-29T10:00:00Z"],
    ["P1Y", "2023-06-01T10:00:00+02:00", "2024-06-01T10:00:00+02:00"],
    ["PT12H", "2024-01-01T00:00:00.250Z", "2024-01-01T12:00:00.250000Z"],
    [86_400, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"],
    [7, "2024-01-01", "2024-01-08"],
    [1000, 5, 1005],
    [1000, 2n ** 60n, 2n ** 60n + 1000n],
    [0.5, 1.25, 1.75],
  ] as const) {
    assert.deepEqual(window(length, last), { start: null, end, reach: end }, `${length} from ${String(last)}`);
  }
});

test("it begins where the one before has ended, unless the cursor is further", () => {
  const end = "2024-02-01T00:00:00Z";
  assert.equal(window("P1D", "2024-01-20T00:00:00Z", { end })?.start, end);
  assert.equal(window("P1D", "2024-01-20T00:00:00Z", { end })?.end, "2024-02-02T00:00:00Z");
  const further = window("P1D", "2024-02-01T03:00:00+02:00", { end });
  assert.deepEqual([further?.start, further?.end], [null, "2024-02-02T03:00:00+02:00"]);
});

test("the last one is open: it would end within the last hour, or within the lag before it", () => {
  const open = { start: null, end: null, reach: "2024-06-30T12:00:00Z" };
  assert.equal(window("P1D", "2024-06-29T11:00:00Z")?.end, "2024-06-30T11:00:00Z");
  assert.deepEqual(window("P1D", "2024-06-29T11:00:01Z"), open);
  assert.deepEqual(window("P1D", "2024-06-29T11:00:00Z", { lag: 60 }), open);
  assert.deepEqual(window("P9000Y", "2024-01-01T00:00:00Z"), open);
  assert.deepEqual(nextWindow({ length: 5, initial: 0, last: 3, lag: 0, now: NOW }, { end: 2, open: true }), {
    start: null,
    end: null,
    reach: null,
  });
});

test("a date, or a time without zone, may be twelve hours behind", () => {
  assert.equal(window("P1D", "2024-06-28T22:59:59")?.end, "2024-06-29T22:59:59");
  assert.equal(window("P1D", "2024-06-28T23:00:01")?.end, null);
  assert.equal(window("P1D", "2024-06-28T23:00:01+00:00")?.end, "2024-06-29T23:00:01+00:00");
  assert.equal(window("P1D", "2024-06-28")?.end, "2024-06-29");
  assert.equal(window("P1D", "2024-06-29")?.end, null);
});

test("a place that cannot be is none: of another kind, or still to come", () => {
  assert.equal(window("P1D", "2024-01-01T00:00:00Z", { end: 5 })?.start, null);
  assert.equal(window(10, 7, { end: "2024-01-01" })?.start, null);
  assert.equal(window("P1D", "2024-01-01T00:00:00Z", { end: "2024-06-30T12:00:01Z" })?.start, null);
});

test("values that cannot be moved, or not by so little, have no window", () => {
  assert.equal(window("P1D", "yesterday"), undefined);
  assert.equal(window("P1D", 5), undefined);
  assert.equal(window("PT1H", "2024-01-01"), undefined);
  assert.equal(window(0.5, 5), undefined);
});

test("moments compare by time whatever their zone and fraction, other values as they are", () => {
  assert.equal(compareMoments("2024-01-01T01:00:00+02:00", "2023-12-31T23:00:00Z"), 0);
  assert.ok(compareMoments("2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00Z") > 0);
  assert.ok(compareMoments("b", "a") > 0);
  assert.ok(compareMoments(2, 10n) < 0);
  assert.throws(() => compareMoments("a", 1));
});

test("the state of windows stands beside the partitions of parents and goes without a trace", () => {
  const before: JsonObject = {
    incremental: { at: { last_value: 1 } },
    sluice: { partitions: { a: { last_value: 1 } } },
  };
  const after = writeWindowState(before, { end: "2024-02-01", open: false });
  assert.deepEqual(after, {
    incremental: { at: { last_value: 1 } },
    sluice: { partitions: { a: { last_value: 1 } }, window: { end: "2024-02-01" } },
  });
  assert.deepEqual(readWindowState(after), { end: "2024-02-01", open: false });
  assert.deepEqual(writeWindowState(after, undefined), before);
  const alone = writeWindowState({}, { end: 5, open: true });
  assert.deepEqual(readWindowState(alone), { end: 5, open: true });
  assert.deepEqual(writeWindowState(alone, undefined), {});
  assert.equal(writeWindowState(before, undefined), before);
  for (const window of [5, { end: [1] }, { end: true, open: 1 }])
    assert.deepEqual(readWindowState({ sluice: { window } }), NONE);
});
