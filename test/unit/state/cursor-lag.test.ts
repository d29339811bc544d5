import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../../../src/core/json.ts";
import { Double } from "../../../src/core/json.ts";
import { applyLag } from "../../../src/state/cursor-lag.ts";

/** lag, initial value, last value, direction, start of the next run: as dlt 1.31 computes them. */
const CASES: readonly (readonly [number, JsonValue, JsonValue, "max" | "min", JsonValue])[] = [
  [5, null, 12, "max", 7],
  [5, 10, 12, "max", 10],
  [5, null, 12, "min", 17],
  [1.5, null, 12, "max", 10],
  [0.5, null, new Double(3), "max", 2.5],
  [1, null, 2.5, "max", 1.5],
  [3600, null, "2024-01-02T10:00:00Z", "max", "2024-01-02T09:00:00Z"],
  [3600, "2024-01-02T09:30:00Z", "2024-01-02T10:00:00Z", "max", "2024-01-02T09:30:00Z"],
  [3600, null, "2024-01-02T10:00:00.500Z", "max", "2024-01-02T09:00:00.500000Z"],
  [3600, null, "2024-01-02T00:30:00+02:00", "max", "2024-01-01T23:30:00+02:00"],
  [60, null, "2024-01-02T00:30:00-0530", "max", "2024-01-02T00:29:00-0530"],
  [2, null, "2024-03-01", "max", "2024-02-28"],
  [2, null, "20240301", "max", "20240228"],
  [1, null, "2024-02-28", "min", "2024-02-29"],
  [60, null, "2024-01-01T00:00", "max", "2023-12-31T23:59"],
  [1, "2024-01-01", "2024-03-01T10:00:00Z", "max", "2024-02-29T00:00:00Z"],
  [1, "2024-01-01", "2024-03-01T10:00:00Z", "min", "2024-01-01"],
  [1.5, null, "2024-03-01", "max", "2024-02-28"],
  [60, null, "2024-01", "max", "2023-12"],
  [60, null, "0001-01-02T00:00:00Z", "max", "0001-01-01T23:59:00Z"],
  // dlt goes over to a datetime here; the form is kept.
  [3600, null, "2024-01-02 10:00:00", "max", "2024-01-02 09:00:00"],
];

for (const [lag, initial, last, direction, expected] of CASES) {
  test(`lag ${lag} takes ${JSON.stringify(last)} (${direction}, from ${JSON.stringify(initial)}) to ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(applyLag(lag, initial, last, direction, "r"), expected);
  });
}

for (const [what, lag, initial, last] of [
  ["a lag that leaves the calendar", 99_999_999_999_999, null, "2024-01-02T10:00:00Z"],
  ["a lag of days that leaves the calendar", 99_999_999_999_999, "2024-01-01", "2024-01-02"],
  ["a lag beyond all numbers", 1e308, null, "2024-01-02"],
  ["an initial value of another type than the stored one", 1, 5, "2024-01-02T10:00:00Z"],
] as const) {
  test(`${what} is a mistake with a name`, () => {
    assert.throws(
      () => applyLag(lag, initial, last, "max", "r"),
      (error) =>
        error instanceof Error && "reason" in error && error.reason === "cursor_type" && error.message.includes(last),
    );
  });
}

test("a text that is no moment cannot be moved", () => {
  assert.throws(
    () => applyLag(1, null, "abc", "max", "r"),
    (error) => error instanceof Error && "reason" in error && error.reason === "cursor_type",
  );
});
