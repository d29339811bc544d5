import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "../../../src/core/duration.ts";

const SECOND = 1_000_000n;
const DAY = 86_400n * SECOND;

test("durations in ISO form and in short form", () => {
  for (const [text, months, micros] of [
    ["P30D", 0, 30n * DAY],
    ["P1M", 1, 0n],
    ["P1Y2M3W4DT5H6M7.5S", 14, 25n * DAY + 5n * 3600n * SECOND + 6n * 60n * SECOND + 7_500_000n],
    ["PT90M", 0, 5400n * SECOND],
    ["30d", 0, 30n * DAY],
    ["2W", 0, 14n * DAY],
    ["12h", 0, 43_200n * SECOND],
    ["90m", 0, 5400n * SECOND],
    ["45s", 0, 45n * SECOND],
  ] as const) {
    assert.deepEqual(parseDuration(text), { months, micros }, text);
  }
});

test("anything else is none, and neither is no time at all", () => {
  for (const text of [
    "",
    "P",
    "PT",
    "P0D",
    "0d",
    "30",
    "d",
    "P1",
    "30 d",
    "-P1D",
    "P-1D",
    "1.5d",
    "P1H",
    "PT1D",
    "month",
  ])
    assert.equal(parseDuration(text), undefined, text);
});
