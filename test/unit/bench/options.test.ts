import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "../../bench/options.ts";
import { seriesOf } from "../../bench/scenarios.ts";

test("the plain command measures everything but memory, the quick one less of it", () => {
  const plain = parseOptions([]);
  assert.equal(plain.records, 50_000);
  assert.equal(plain.rounds, 3);
  assert.deepEqual(plain.engines, ["default", "tuned", "sluice", "floor"]);
  assert.ok(plain.scenarios.length === 7 && !plain.scenarios.includes("memory"));
  const quick = parseOptions(["--quick"]);
  assert.deepEqual([quick.records, quick.rounds], [10_000, 1]);
});

test("names may stand in any order; latency is both runs", () => {
  assert.deepEqual(parseOptions(["--engines", "floor, sluice"]).engines, ["sluice", "floor"]);
  assert.deepEqual(parseOptions(["--only", "latency,append"]).scenarios, [
    "append",
    "latency-known",
    "latency-unknown",
  ]);
  assert.deepEqual(parseOptions(["--only", "latency-known"]).scenarios, ["latency-known"]);
});

test("what is not known is refused", () => {
  assert.throws(() => parseOptions(["--only", "appand"]), /--only: "appand" is none of append/);
  assert.throws(() => parseOptions(["--rounds", "0"]), /--rounds: "0"/);
  assert.throws(() => parseOptions(["--records", "many"]), /--records: "many"/);
  assert.throws(() => parseOptions(["--fast"]), /--fast/);
});

test("a later run brings those before it along, unshown where they are not wanted", () => {
  const runs = (only: string) => seriesOf(parseOptions(["--only", only]).scenarios, 100, true).map((one) => one.runs);
  assert.deepEqual(runs("merge-full"), [[null, "merge-full"]]);
  assert.deepEqual(runs("merge"), [["merge"]]);
  assert.deepEqual(runs("merge,merge-full"), [["merge", "merge-full"]]);
  assert.deepEqual(runs("small"), [[null, "small"]]);
});
