import { parseArgs } from "node:util";
import { ENGINES, type EngineName } from "./lines.ts";
import { ON_DEMAND, SCENARIOS, type ScenarioName, TITLES } from "./scenarios.ts";

export interface BenchOptions {
  readonly engines: readonly EngineName[];
  readonly scenarios: readonly ScenarioName[];
  readonly records: number;
  readonly rounds: number;
  readonly quick: boolean;
  /** Only the profile of one run. */
  readonly profile: boolean;
  /** File that gets a JSON line a run. */
  readonly out: string | undefined;
  /** Puts the tables into `docs/performance.md`. */
  readonly write: boolean;
  /** What is run as Sluice, instead of the bundle. */
  readonly entry: string | undefined;
}

export const USAGE = `usage: npm run bench -- [options]
  --engines LIST   of ${ENGINES.join(", ")} (default: all)
  --only LIST      of ${Object.keys(TITLES).join(", ")};
                   latency stands for both (default: all but ${ON_DEMAND.join(", ")})
  --records N      issues of the large runs (default 50000)
  --rounds N       interleaved rounds (default 3; small has at least 5)
  --quick          10000 records, one round: under two minutes
  --profile        one run of Sluice with the CPU profiler: the functions that take most time
  --out FILE       a JSON line for each run
  --write          puts the tables into docs/performance.md
  --entry FILE     measures another entry than the bundle dist/cli/index.js
The database is DATABASE_URL (PG_PID_FILE names its postmaster.pid), else an embedded one that is removed afterwards.`;

/** Reads the command line; throws an Error with one line that says what is wrong. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engines: { type: "string", default: ENGINES.join(",") },
      only: { type: "string" },
      records: { type: "string" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      out: { type: "string" },
      write: { type: "boolean", default: false },
      entry: { type: "string" },
    },
  });
  const quick = values.quick || values.profile;
  return {
    engines: namesOf("--engines", values.engines, ENGINES),
    scenarios: scenariosOf(values.only, values.profile),
    records: countOf("--records", values.records ?? (quick ? "10000" : "50000")),
    rounds: countOf("--rounds", values.rounds ?? (quick ? "1" : "3")),
    quick: values.quick,
    profile: values.profile,
    out: values.out,
    write: values.write,
    entry: values.entry,
  };
}

function scenariosOf(only: string | undefined, profile: boolean): readonly ScenarioName[] {
  if (only === undefined) return profile ? ["append"] : SCENARIOS;
  const spelled = only.replace(/\blatency\b(?!-)/, "latency-known,latency-unknown");
  const known: readonly ScenarioName[] = [...SCENARIOS, ...ON_DEMAND];
  return namesOf("--only", spelled, known);
}

/** In the order of `known`, whatever the order given. */
function namesOf<T extends string>(option: string, text: string, known: readonly T[]): readonly T[] {
  const given = text.split(",").map((name) => name.trim());
  const unknown = given.find((name) => !known.some((other) => other === name));
  if (unknown !== undefined) throw new Error(`${option}: "${unknown}" is none of ${known.join(", ")}`);
  return known.filter((name) => given.includes(name));
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${option}: "${text}" is no whole number above zero`);
  return count;
}
