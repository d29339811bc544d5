/**
 * Random documents through dlt and through Sluice, for long: `npm run differential:random [-- --documents N] [--seed N]`.
 * Each case that differs is made small and printed as a vector; exit 1 then.
 */
import { parseArgs } from "node:util";
import { skipWithoutDlt } from "../../support/dlt.ts";
import { findDifferences } from "./find.ts";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "5000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
if (skipWithoutDlt() === false) {
  const found = await findDifferences({
    seed: Number(values.seed),
    documents: Number(values.documents),
    say: (line) => console.log(line),
  });
  process.exitCode = found.differing.length === 0 ? 0 : 1;
} else process.exitCode = 2;
