/**
 * `npm run differential:all`: every comparison with dlt, the long ones too. `npm test` leaves out the full sample GitLab,
 * the walkthrough and their hand-overs, and tries 200 random documents instead of 3 000.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const { status } = spawnSync(
  process.execPath,
  ["--test", "--test-concurrency=1", "--test-timeout=1800000", join(import.meta.dirname, "**", "*.test.ts")],
  { stdio: "inherit", env: { ...process.env, DIFFERENTIAL: "all", DIFFERENTIAL_DOCUMENTS: "3000" } },
);
process.exitCode = status ?? 1;
