/** `npm run differential -- --help`: see {@link USAGE}. The code of the comparison is `differential.ts`. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { SluiceError } from "../../src/core/errors.ts";
import { startSampleGitlab } from "../../src/edge/demo/gitlab/start.ts";
import { skipWithoutDlt } from "../support/dlt.ts";
import { SMALL_WORLD } from "../support/gitlab.ts";
import { testDatabase } from "../support/postgres.ts";
import { type DifferentialResult, differential } from "./differential.ts";
import type { Writer } from "./handover.ts";

const USAGE = `Usage: npm run differential -- --source FILE [options]

Loads a pipeline file with Python dlt 1.31 and with Sluice into two datasets and prints what differs: tables, columns, types,
constraints, rows (ids by what they stand for, load ids by their place), loads, stored schemas and decoded states.
Deliberate deviations (ARCHITECTURE.md) that showed are printed by name. Exit 0: equal but for those; 1: different; 2: not run.

  --source FILE     a pipeline file, or gitlab: the built-in source
  --runs N          so many runs by each program, each in an empty working folder (1)
  --turns A,B,...   instead: who writes each run, sluice or dlt; compared with dlt alone. sluice,dlt,sluice is a hand-over
  --sample WORLD    ask a sample GitLab of our own: small, full, nasty. gitlab sees its first day, then the second

Settings, tokens and base URLs are read as by "sluice run": environment, file, .dlt/*.toml. DATABASE_URL names the database
(its role must be able to create databases), else an embedded PostgreSQL is started. dlt is looked for in .venv-dlt;
SLUICE_DLT_PYTHON names another Python.

Examples:
  npm run differential -- --source examples/gitlab-walkthrough/gitlab.yaml --sample full --runs 2
  npm run differential -- --source gitlab --sample small --turns sluice,dlt,sluice`;

/** Lines that are printed of each kind; the rest is counted. */
const MOST_LINES = 200;
const WORLDS = { small: SMALL_WORLD, full: {}, nasty: { ...SMALL_WORLD, nasty: true } } as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const wrong = (text: string): number => {
    console.error(`differential: ${text}\n\n${USAGE}`);
    return 2;
  };
  let values: ReturnType<typeof read>;
  try {
    values = read();
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const { source, sample } = values;
  if (source === undefined) return wrong("--source is missing");
  if (source !== "gitlab" && !existsSync(source)) return wrong(`there is no file ${source}`);
  if (sample !== undefined && !Object.hasOwn(WORLDS, sample))
    return wrong(`--sample ${sample}: expected small, full or nasty`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) return wrong(`--runs ${values.runs}: expected a number from 1`);
  const turns = values.turns === undefined ? Array.from({ length: runs }, () => "sluice") : values.turns.split(",");
  if (!turns.every(isWriter)) return wrong(`--turns ${values.turns}: expected sluice and dlt, with commas`);
  if (skipWithoutDlt() !== false) {
    console.error("differential: NOT RUN, nothing was compared");
    return 2;
  }
  const ends: (() => Promise<void>)[] = [];
  try {
    const { url } = await testDatabase({ after: (end) => ends.push(end) });
    const world = sample === undefined ? undefined : WORLDS[sample as keyof typeof WORLDS];
    const gitlab = world === undefined ? undefined : await startSampleGitlab({ world });
    if (gitlab !== undefined) ends.push(() => gitlab.stop());
    const environment = process.env;
    const say = (line: string): void => console.error(line);
    const common = { source, turns, url, environment, say };
    return report(await differential(gitlab === undefined ? common : { ...common, gitlab }));
  } catch (error) {
    console.error(`differential: ${error instanceof Error ? error.message : error}`);
    if (error instanceof SluiceError && error.hint !== undefined) console.error(error.hint);
    return 2;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function read() {
  return parseArgs({
    options: {
      source: { type: "string" },
      runs: { type: "string", default: "1" },
      turns: { type: "string" },
      sample: { type: "string" },
      help: { type: "boolean" },
    },
  }).values;
}

function isWriter(word: string): word is Writer {
  return word === "sluice" || word === "dlt";
}

function report({ faults, deviations, tables, rows }: DifferentialResult): number {
  for (const line of faults.slice(0, MOST_LINES)) console.log(line);
  if (faults.length > MOST_LINES) console.log(`... and ${faults.length - MOST_LINES} more`);
  for (const [{ name, why }, count] of deviations)
    console.log(`deliberate: ${name.replaceAll("`", "")} (${count} differences): ${why}`);
  console.log(`differential: ${faults.length} differences, ${tables} tables, ${rows} rows`);
  return faults.length === 0 ? 0 : 1;
}
