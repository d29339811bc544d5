/** What is measured: the data, the pipeline and the runs that follow one another. */
import { loadConfiguration } from "../../src/config/load-configuration.ts";
import { referenceOf } from "../differential/reference.ts";

export type ScenarioName =
  | "append"
  | "replace"
  | "merge"
  | "merge-full"
  | "latency-known"
  | "latency-unknown"
  | "small"
  | "gitlab"
  | "memory";

/** A scenario is one run of a series: `merge-full` is the second run of the series that begins with `merge`. */
export interface Series {
  /** Names of the runs in order, each a process of its own over the same tables; null for one that is not shown. */
  readonly runs: readonly (ScenarioName | null)[];
  readonly disposition: "append" | "replace" | "merge";
  readonly world: World;
  /** `gitlab`: all resources of the built-in source. */
  readonly resources: "issues" | "jobs-of-projects" | "gitlab";
  /** How often the same issues are asked for, by as many resources of one table. */
  readonly copies: number;
  /** What the sample server is told before the runs. */
  readonly server: Readonly<Record<string, string>>;
  /** The floor says nothing where waiting decides. */
  readonly floor: boolean;
}

/** Sizes of the sample server's data. */
export interface World {
  readonly projects: number;
  readonly issuesPerProject: number;
  readonly jobsPerProject: number;
}

export const TITLES: Readonly<Record<ScenarioName, string>> = {
  append: "append",
  replace: "replace, empty tables",
  merge: "merge (delete-insert), empty tables",
  "merge-full": "merge (delete-insert), every key present",
  "latency-known": "200 ms a page, number of pages known",
  "latency-unknown": "200 ms a page, number of pages unknown",
  small: "small: 2 000 records, second run",
  gitlab: "200 ms a page, all of the built-in GitLab source",
  memory: "memory: twenty times the records",
};

/** In the order in which they are measured, those of `ON_DEMAND` only when asked for. */
export const SCENARIOS: readonly ScenarioName[] = [
  "append",
  "replace",
  "merge",
  "merge-full",
  "latency-known",
  "latency-unknown",
  "small",
];

/** dlt takes minutes a round for these, or is not asked. */
export const ON_DEMAND: readonly ScenarioName[] = ["gitlab", "memory"];

export const SMALL_RECORDS = 2000;
export const MEMORY_COPIES = 20;
const LATENCY_MS = "200";

/** The series that have one of the wanted scenarios; `records` is the size of the large ones. */
export function seriesOf(wanted: readonly ScenarioName[], records: number, quick: boolean): Series[] {
  const large: World = { projects: 1, issuesPerProject: records, jobsPerProject: 0 };
  const small: World = { projects: 1, issuesPerProject: SMALL_RECORDS, jobsPerProject: 0 };
  // Some pages a project: what can be overlapped are projects, and pages only where their number is known.
  const slow: World = quick
    ? { projects: 4, issuesPerProject: 0, jobsPerProject: 300 }
    : { projects: 8, issuesPerProject: 0, jobsPerProject: 500 };
  const whole: World = { projects: 10, issuesPerProject: 150, jobsPerProject: 100 };
  const issues = { resources: "issues", copies: 1, server: {}, floor: true } as const;
  const jobs = { disposition: "append", resources: "jobs-of-projects", copies: 1, world: slow, floor: false } as const;
  const all: readonly Series[] = [
    { ...issues, runs: ["append"], disposition: "append", world: large },
    { ...issues, runs: ["replace"], disposition: "replace", world: large },
    { ...issues, runs: ["merge", "merge-full"], disposition: "merge", world: large },
    // Quirks of the sample server: it leaves the totals of jobs out.
    { ...jobs, runs: ["latency-known"], server: { latency: LATENCY_MS, quirks: "off" } },
    { ...jobs, runs: ["latency-unknown"], server: { latency: LATENCY_MS, quirks: "on" } },
    { ...issues, runs: [null, "small"], disposition: "append", world: small },
    { ...jobs, resources: "gitlab", runs: ["gitlab"], world: whole, server: { latency: LATENCY_MS, quirks: "on" } },
    { ...issues, runs: ["memory"], disposition: "append", world: large, copies: MEMORY_COPIES, floor: false },
  ];
  return all.flatMap((series) => {
    const runs = series.runs.map((name) => (name !== null && wanted.includes(name) ? name : null));
    const last = runs.findLastIndex((name) => name !== null);
    return last < 0 ? [] : [{ ...series, runs: runs.slice(0, last + 1) }];
  });
}

/** The pipeline file, in JSON so that both engines read the same one; of the built-in source what dlt is given for it. */
export function pipelineDocument(
  series: Series,
  baseUrl: string,
  token: string,
  engine: "sluice" | "dlt",
): Record<string, unknown> {
  if (series.resources === "gitlab") return builtInDocument(baseUrl, token, engine);
  return {
    pipeline: "bench",
    source: {
      name: "bench",
      client: {
        base_url: `${baseUrl}/api/v4/`,
        auth: { type: "api_key", name: "PRIVATE-TOKEN", api_key: token, location: "header" },
        paginator: { type: "header_link" },
      },
      resource_defaults: {
        primary_key: "id",
        write_disposition: series.disposition,
        endpoint: { params: { per_page: 100 }, data_selector: "$" },
      },
      resources: series.resources === "issues" ? issueResources(series.copies) : JOBS_OF_PROJECTS,
    },
  };
}

function builtInDocument(baseUrl: string, token: string, engine: "sluice" | "dlt"): Record<string, unknown> {
  const flags = { source: "gitlab", token, "base-url": `${baseUrl}/api/v4` };
  if (engine === "sluice") return { pipeline: "bench", source: "gitlab", token, base_url: flags["base-url"] };
  const configuration = loadConfiguration({
    kind: "cli",
    flags,
    environment: {},
    needsDestination: false,
    readText: () => undefined,
  });
  return { ...referenceOf(configuration).document, pipeline: "bench" };
}

function issueResources(copies: number): unknown[] {
  const endpoint = { path: "projects/100/issues" };
  if (copies === 1) return [{ name: "issues", endpoint }];
  return Array.from({ length: copies }, (_, copy) => ({ name: `issues_${copy + 1}`, table_name: "issues", endpoint }));
}

const JOBS_OF_PROJECTS: readonly unknown[] = [
  { name: "projects", endpoint: { path: "projects" } },
  { name: "jobs", endpoint: { path: "projects/{resources.projects.id}/jobs" } },
];
