import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, shortDuration } from "../../../src/report/duration.ts";

test("durations read as humanize.precisedelta of Python writes them", () => {
  // Printed by humanize 4.17.0.
  const cases: readonly (readonly [number, string])[] = [
    [0, "0 seconds"],
    [0.004, "0 seconds"],
    [0.005, "0.01 seconds"],
    [0.07, "0.07 seconds"],
    [0.125, "0.12 seconds"],
    [0.375, "0.38 seconds"],
    [0.995, "0.99 seconds"],
    [0.996, "1 second"],
    [1, "1 second"],
    [1.0001, "1 second"],
    [1.5, "1.50 seconds"],
    [2.675, "2.67 seconds"],
    [59.996, "1 minute"],
    [60.5, "1 minute and 0.50 seconds"],
    [61, "1 minute and 1 second"],
    [119.999, "2 minutes"],
    [3661.25, "1 hour, 1 minute and 1.25 seconds"],
    [7322, "2 hours, 2 minutes and 2 seconds"],
    [90061.5, "1 day, 1 hour, 1 minute and 1.50 seconds"],
  ];
  for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
});

test("short durations keep three figures and never show 60 seconds", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0.071, "0.07 s"],
    [9.999, "10.0 s"],
    [59.94, "59.9 s"],
    [59.96, "1 min 00 s"],
    [245.2, "4 min 05 s"],
    [3599.7, "1 h 00 min"],
    [7380, "2 h 03 min"],
  ];
  for (const [seconds, text] of cases) assert.equal(shortDuration(seconds), text);
});
