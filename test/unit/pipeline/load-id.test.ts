import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLoadId } from "../../../src/pipeline/load-id.ts";

const at = (ms: number) => ({ now: () => ms, sleep: () => Promise.resolve() });
const random = (next: number) => ({ next: () => next, bytes: (n: number) => new Uint8Array(n) });

test("a load id is the time in seconds as Python prints the float, with microseconds", () => {
  assert.equal(createLoadId(at(1795476330675.529), random(0), null), "1795476330.675529");
  assert.equal(createLoadId(at(1795476330500), random(0), null), "1795476330.5");
  assert.equal(createLoadId(at(1795476330000), random(0), null), "1795476330.0");
});

test("with a clock that runs behind it comes after the newest state, by a random part of a second", () => {
  const newest = "1795476330.675529";
  assert.equal(createLoadId(at(1795470000000), random(0), newest), "1795476330.67553");
  assert.equal(createLoadId(at(1795470000000), random(0.5), newest), "1795476331.175529");
  assert.notEqual(
    createLoadId(at(1795470000000), random(0.1), newest),
    createLoadId(at(1795470000000), random(0.2), newest),
  );
  // A clock that is right wins; a load id that is no number says nothing.
  assert.equal(createLoadId(at(1795476400000), random(0), newest), "1795476400.0");
  assert.equal(createLoadId(at(1795476400000), random(0), "manual"), "1795476400.0");
  // Also by a little: an id ahead of the clock would be newer than that of the next load.
  assert.equal(createLoadId(at(1795476330675.53), random(0.9), newest), "1795476330.67553");
});

test("it sorts as text after the newest, whatever clocks and chance say", () => {
  // From 2001 to 2103, where a double of seconds still tells each microsecond.
  const micros = fc.integer({ min: 1_000_000_000_000_000, max: 4_200_000_000_000_000 });
  fc.assert(
    fc.property(micros, micros, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (a, b, chance) => {
      const newest = createLoadId(at(a / 1000), random(0), null);
      const next = createLoadId(at(b / 1000), random(chance), newest);
      assert.ok(next > newest, `${next} after ${newest}`);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
