/** The properties with few inputs each, from a new seed; a failure prints the seed that repeats it. Long: `npm run fuzz`. */
import { test } from "node:test";
import fc from "fast-check";
import { testDatabase } from "../support/postgres.ts";
import { PROPERTIES } from "./properties.ts";
import { quotingOnServer, roundTrip } from "./round-trip.ts";

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

for (const { name, property } of PROPERTIES) {
  test(name, (t) => {
    t.diagnostic(`seed ${seed} (FUZZ_SEED=${seed})`);
    fc.assert(property, { seed, numRuns: 300 });
  });
}

test("random records through normalize, COPY and PostgreSQL come back as the model says", async (t) => {
  t.diagnostic(`seed ${seed} (FUZZ_SEED=${seed})`);
  await roundTrip(await testDatabase(t), { seed, numRuns: 12 });
});

test("quoting: names and constants come back from the server as they went", async (t) => {
  t.diagnostic(`seed ${seed} (FUZZ_SEED=${seed})`);
  await quotingOnServer(await testDatabase(t), { seed, numRuns: 60 });
});
