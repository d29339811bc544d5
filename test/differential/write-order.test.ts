/** Which resource of a table decides in dlt is a question of order: random resource trees, in both programs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { writeOrder } from "../../src/normalize/write-order.ts";
import { findDlt, skipWithoutDlt } from "../support/dlt.ts";

interface Node {
  readonly name: string;
  readonly parent?: string;
  readonly selected?: boolean;
}

test("resources are written in dlt's order", { skip: skipWithoutDlt() }, () => {
  const shape = fc.record({
    child: fc.integer({ min: 0, max: 9 }),
    parent: fc.nat(),
    left: fc.integer({ min: 0, max: 4 }),
  });
  const tree = (maxLength: number): fc.Arbitrary<Node[]> =>
    fc.tuple(fc.array(shape, { minLength: 1, maxLength, size: "max" }), fc.boolean()).map(([shapes, parentsLast]) => {
      const nodes = shapes.map(({ child, parent, left }, index) => ({
        name: `r${index}`,
        ...(index > 0 && child < 7 ? { parent: `r${parent % index}` } : {}),
        ...(left === 0 ? { selected: false } : {}),
      }));
      return parentsLast ? nodes.reverse() : nodes;
    });
  const trees = fc.sample(fc.oneof(tree(8), tree(80)), { seed: 20_261_128, numRuns: 40 });
  const script = join(import.meta.dirname, "write_order.py");
  const { stdout, stderr } = spawnSync(findDlt()!, [script], { input: JSON.stringify(trees), encoding: "utf8" });
  assert.notEqual(stdout, "", stderr);
  const expected = JSON.parse(stdout) as string[][];
  assert.equal(expected.length, trees.length);
  for (const [index, nodes] of trees.entries()) {
    assert.deepEqual(
      writeOrder(nodes).map(({ name }) => name),
      expected[index],
      JSON.stringify(nodes),
    );
  }
});
