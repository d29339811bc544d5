/**
 * The whole crash sweep: `npm run test:sweep [-- --bundle] [--parallel N] [--only TEXT]`. Prints each case that fails and
 * the count of those that are right; exit 1 when one is not.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { testDatabase } from "../support/postgres.ts";
import { allCases, CRASH_POINTS, caseName, DISPOSITIONS, EARLY_POINTS } from "./crash-cases.ts";
import { BUNDLE_ENTRY, crashSweep, SOURCES_ENTRY } from "./crash-sweep.ts";

const { values } = parseArgs({
  options: {
    bundle: { type: "boolean", default: false },
    parallel: { type: "string", default: "2" },
    only: { type: "string", default: "" },
  },
});
const endings: (() => Promise<void>)[] = [];
const cases = allCases().filter((one) => caseName(one).includes(values.only));
const folder = await mkdtemp(join(tmpdir(), "sluice-sweep-"));
try {
  const database = await testDatabase({ after: (end) => void endings.push(end) });
  let done = 0;
  const { right, failures } = await crashSweep({
    database,
    folder,
    entry: values.bundle ? BUNDLE_ENTRY : SOURCES_ENTRY,
    cases,
    parallel: Number(values.parallel),
    onCase: (name, failure) => {
      done++;
      if (failure !== undefined) console.log(`WRONG ${name}\n${failure instanceof Error ? failure.message : failure}`);
      else if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${cases.length}`);
    },
  });
  console.log(
    `\ncrash sweep: ${CRASH_POINTS.length} points x ${DISPOSITIONS.length} dispositions x disk kept or lost x first or second load, and ${EARLY_POINTS.length} points of a load begun early: ${right} of ${cases.length} right`,
  );
  process.exitCode = failures.length === 0 && cases.length > 0 ? 0 : 1;
} finally {
  for (const end of endings) await end();
  await rm(folder, { recursive: true, force: true });
}
