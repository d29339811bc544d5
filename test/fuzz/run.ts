/** The properties for long: `npm run fuzz [-- --runs N] [--seed N] [--only TEXT]`. Exit 1 with seed and input of each failure. */
import { parseArgs } from "node:util";
import fc from "fast-check";
import { testDatabase } from "../support/postgres.ts";
import { PROPERTIES } from "./properties.ts";
import { quotingOnServer, roundTrip } from "./round-trip.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string", default: "" },
  },
});
const parameters = { seed: Number(values.seed), numRuns: Number(values.runs) };
const endings: (() => Promise<void>)[] = [];
const database = await testDatabase({ after: (end) => void endings.push(end) });
// A load is a thousand times dearer than a parse.
const loads = { ...parameters, numRuns: Math.max(1, Math.round(parameters.numRuns / 100)) };
const all: readonly (readonly [string, () => unknown])[] = [
  ...PROPERTIES.map(({ name, property }) => [name, () => fc.assert(property, parameters)] as const),
  ["round trip through PostgreSQL", () => roundTrip(database, loads)],
  ["quoting on the server", () => quotingOnServer(database, loads)],
];
console.log(`seed ${parameters.seed}, ${parameters.numRuns} runs`);
for (const [name, check] of all.filter(([one]) => one.includes(values.only))) {
  const started = performance.now();
  try {
    await check();
    console.log(`ok    ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    process.exitCode = 1;
    const cause = error instanceof Error && error.cause !== undefined ? `\n${error.cause}` : "";
    console.log(`WRONG ${name}\n${error instanceof Error ? error.message : error}${cause}`);
  }
}
for (const end of endings) await end();
