/**
 * `npm run test:golden -- [interop|rest-api|openapi]...`: replays the recorded answers of the reference programs.
 * Exit status 1 on any failing vector, 2 when a set is unknown or has no cases.
 */
import { NoCasesError, replay, SETS } from "./replay.ts";

const write = (line: string) => process.stdout.write(`${line}\n`);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(SETS, name));
if (unknown.length > 0) {
  process.stderr.write(`unknown set ${unknown.join(", ")}; known: ${Object.keys(SETS).join(", ")}\n`);
  process.exit(2);
}
let status = 0;
for (const set of asked.length > 0 ? asked : Object.keys(SETS)) {
  try {
    const { counts } = await replay(set, write);
    if (counts.failed > 0) status = Math.max(status, 1);
  } catch (error) {
    if (!(error instanceof NoCasesError)) throw error;
    process.stderr.write(`${set}: ${error.message}\n`);
    status = 2;
  }
}
process.exitCode = status;
