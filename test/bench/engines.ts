import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DLT_VERSION, findDlt } from "../support/dlt.ts";
import type { Command } from "./measure.ts";

/** One engine in one series: its own dataset and working folder, kept from run to run. */
export interface Engine {
  readonly name: "sluice" | "default" | "tuned";
  readonly engine: "sluice" | "dlt";
  readonly profile: string;
  readonly dataset: string;
  /** The command of one run of the pipeline in `document`, whose working folder is below `folder`. */
  prepare(document: Readonly<Record<string, unknown>>, folder: string, url: string): Promise<Command>;
  /** What the engine itself tells of a run that has ended well. */
  read(stdout: string, folder: string): Promise<EngineReport>;
}

export interface EngineReport {
  readonly version: string;
  /** The run without the start of the process. */
  readonly wallSeconds: number | null;
  readonly extractSeconds: number | null;
  readonly normalizeSeconds: number | null;
  readonly loadSeconds: number | null;
}

/** Sluice as users run it: the bundle's command under this Node, with `nodeOptions` before it. */
export function sluiceEngine(entry: string, nodeOptions: readonly string[] = []): Engine {
  const dataset = "bench_sluice";
  return {
    name: "sluice",
    engine: "sluice",
    profile: "default",
    dataset,
    async prepare(document, folder, url) {
      const file = await writeDocument({ ...document, dataset, destination: "postgres" }, folder);
      return {
        program: process.execPath,
        args: [
          ...[...nodeOptions, entry, "run", file],
          ...["--json", "--progress", "none", "--working-directory", join(folder, "work")],
        ],
        cwd: folder,
        environment: { DESTINATION__POSTGRES__CREDENTIALS: url },
      };
    },
    async read(stdout, folder) {
      const info = objectIn(stdout);
      if (info.ok !== true) throw new Error(`no load info: ${stdout.slice(-500)}`);
      return { version: String(info.version), ...(await stepsOf(join(folder, "work"))) };
    },
  };
}

/** Times of the steps, as the trace of the last run has them. */
async function stepsOf(workFolder: string): Promise<Omit<EngineReport, "version">> {
  const trace = JSON.parse(await readFile(join(workFolder, "pipelines", "bench", "trace.json"), "utf8")) as {
    startedAt: string;
    endedAt: string;
    steps: { step: string; seconds: number }[];
  };
  const seconds = (step: string): number | null => trace.steps.find((one) => one.step === step)?.seconds ?? null;
  return {
    wallSeconds: (Date.parse(trace.endedAt) - Date.parse(trace.startedAt)) / 1000,
    extractSeconds: seconds("extract"),
    normalizeSeconds: seconds("normalize"),
    loadSeconds: seconds("load"),
  };
}

/** Python dlt from `.venv-dlt`; undefined when it is not there. */
export function dltEngine(profile: "default" | "tuned"): Engine | undefined {
  const python = findDlt();
  if (python === undefined) return undefined;
  const dataset = `bench_dlt_${profile}`;
  return {
    name: profile,
    engine: "dlt",
    profile,
    dataset,
    async prepare(document, folder, url) {
      const file = await writeDocument(document, folder);
      const script = join(import.meta.dirname, "dlt_bench.py");
      const options = ["--dataset", dataset, "--folder", join(folder, "work"), "--profile", profile];
      return {
        program: python,
        args: ["-B", script, file, ...options],
        cwd: folder,
        environment: { DSN: url },
      };
    },
    async read(stdout) {
      const line = objectIn(stdout);
      if (line.version !== DLT_VERSION) throw new Error(`dlt is ${line.version}, compared with is ${DLT_VERSION}`);
      const seconds = (key: string): number | null => (typeof line[key] === "number" ? line[key] : null);
      return {
        version: DLT_VERSION,
        wallSeconds: seconds("wall_s"),
        extractSeconds: seconds("extract_s"),
        normalizeSeconds: seconds("normalize_s"),
        loadSeconds: seconds("load_s"),
      };
    },
  };
}

async function writeDocument(document: Readonly<Record<string, unknown>>, folder: string): Promise<string> {
  await mkdir(join(folder, "work"), { recursive: true });
  const file = join(folder, "bench.json");
  await writeFile(file, JSON.stringify(document, null, 2));
  return file;
}

/** The last line of an output, which is a JSON object. */
function objectIn(stdout: string): Record<string, unknown> {
  const value: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  if (typeof value !== "object" || value === null) throw new Error(`no object: ${stdout.slice(-500)}`);
  return value as Record<string, unknown>;
}
