/** Cases on which the two programs once differed, made small: equal now, or named in the list of deviations. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { skipWithoutDlt } from "../support/dlt.ts";
import { DEVIATIONS } from "./deviations.ts";
import { type Case, startBoth } from "./random/both.ts";

interface Vector extends Case {
  readonly what: string;
  /** Name of the deviation that it shows; without one both must leave the same. */
  readonly deviation?: string;
}

const folder = join(import.meta.dirname, "vectors");
const vectors = readdirSync(folder).map((file) => ({
  file,
  ...(JSON.parse(readFileSync(join(folder, file), "utf8")) as Vector),
}));

test("vectors: equal, or different by the deviation that they name", { skip: skipWithoutDlt() }, async () => {
  assert.ok(vectors.length >= 8);
  const both = await startBoth();
  try {
    // Apart, for what differs anywhere is not looked at together.
    const equal = vectors.filter(({ deviation }) => deviation === undefined);
    const outcomes = await both.compare(equal);
    for (const [index, { file, what }] of equal.entries()) assert.deepEqual(outcomes[index], [], `${file}: ${what}`);
    for (const vector of vectors.filter(({ deviation }) => deviation !== undefined)) {
      const known = DEVIATIONS.find(({ name }) => name === vector.deviation);
      assert.ok(known !== undefined, `${vector.file}: no deviation "${vector.deviation}"`);
      const [lines = []] = await both.compare([vector]);
      // What dlt cannot load is known by its error, and no difference then.
      if (known.dltFails === undefined) assert.ok(lines.length > 0, `${vector.file}: no difference any more`);
      else assert.deepEqual(lines, [], vector.file);
    }
  } finally {
    await both.close();
  }
});
