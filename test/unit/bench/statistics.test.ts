import assert from "node:assert/strict";
import { test } from "node:test";
import { ratio, spreadOf } from "../../bench/statistics.ts";

test("the median of an even number of values lies between the middle two", () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3, count: 3 });
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4, count: 4 });
  assert.deepEqual(spreadOf([7]), { median: 7, min: 7, max: 7, count: 1 });
});

test("numbers are ordered as numbers", () => {
  assert.equal(spreadOf([10, 9, 100])?.median, 10);
});

test("what could not be measured is left out; nothing gives nothing", () => {
  assert.deepEqual(spreadOf([null, 2, null]), { median: 2, min: 2, max: 2, count: 1 });
  assert.equal(spreadOf([null]), undefined);
  assert.equal(spreadOf([]), undefined);
});

test("a ratio is one of medians, and none without both", () => {
  assert.equal(ratio(spreadOf([9, 10, 30]), spreadOf([2])), 5);
  assert.equal(ratio(undefined, spreadOf([2])), undefined);
  assert.equal(ratio(spreadOf([2]), spreadOf([0])), undefined);
});
