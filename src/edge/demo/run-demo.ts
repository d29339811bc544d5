import { rmSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "../../core/secret.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../destination/postgres/embedded/start.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { compareDays } from "./compare-days.ts";
import type { WorldOptions } from "./gitlab/options.ts";
import { type SampleGitlab, startSampleGitlab } from "./gitlab/start.ts";

/** What one run of the demo's pipeline needs. */
export interface DemoSettings {
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly source: "gitlab";
  readonly baseUrl: string;
  readonly token: Secret;
  readonly connectionString: Secret;
  /** Folder of the pipeline's packages and traces. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
}

export interface DemoOptions {
  /** The demo keeps everything in `demo` below it, which it empties before and removes after. */
  readonly workFolder: string;
  /** Aborted by Ctrl-C: the demo ends where it is and cleans up. */
  readonly signal: AbortSignal;
  /** Runs the pipeline; what goes wrong in the run is in the trace. */
  readonly runPipelineOnce: (settings: DemoSettings) => Promise<Trace>;
  readonly renderLoadInfo: (trace: Trace) => string;
  readonly say: (text: string) => void;
  /** Leaves database and server running until Ctrl-C, to look at them. */
  readonly keep?: boolean;
  /** The command that does so: `sluice demo --keep`. */
  readonly keepCommand: string;
  /** Told once, so that outputs can mask it. */
  readonly onSecret?: (value: string) => void;
  readonly world?: Partial<WorldOptions>;
}

export interface DemoResult {
  /** The traces of the runs that were made: two unless one failed or was stopped. */
  readonly traces: readonly Trace[];
}

/**
 * The main job, twice: starts the sample GitLab and an embedded PostgreSQL, loads everything, lets a day pass on the
 * server, loads incrementally, and says what changed. Leaves no process and no file behind, however it ends. Throws what
 * the start of the servers throws, and the signal's reason when it was stopped.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const folder = join(options.workFolder, "demo");
  let gitlab: SampleGitlab | undefined;
  let database: EmbeddedPostgres | undefined;
  try {
    rmSync(folder, { recursive: true, force: true });
    options.say("Starting a sample GitLab and an embedded PostgreSQL ...");
    gitlab = await startSampleGitlab(options.world === undefined ? {} : { world: options.world });
    database = await startEmbeddedPostgres({ folder });
    options.onSecret?.(new URL(database.connectionString).password);
    options.signal.throwIfAborted();
    options.say(`GitLab answers on ${gitlab.url}, PostgreSQL ${database.version} on 127.0.0.1:${database.port}.`);
    return { traces: await runTwoDays(options, gitlab, database, folder) };
  } finally {
    await gitlab?.stop();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runTwoDays(
  options: DemoOptions,
  gitlab: SampleGitlab,
  database: EmbeddedPostgres,
  folder: string,
): Promise<readonly Trace[]> {
  const { say } = options;
  const settings: DemoSettings = {
    pipelineName: "gitlab_pipeline",
    datasetName: "gitlab_data",
    source: "gitlab",
    baseUrl: gitlab.url,
    token: new Secret(gitlab.token),
    connectionString: new Secret(database.connectionString),
    workFolder: folder,
    signal: options.signal,
  };
  const day = async (): Promise<{ trace: Trace; requests: number }> => {
    gitlab.reset();
    const trace = await options.runPipelineOnce(settings);
    options.signal.throwIfAborted();
    say(options.renderLoadInfo(trace));
    return { trace, requests: gitlab.counts.requests };
  };
  say("\nDay 1: the first run loads everything that the token may read.\n");
  const first = await day();
  if (first.trace.status !== "loaded") return [first.trace];

  gitlab.setDay(2);
  say(
    "\nDay 2: on the server some records are new, some changed, some have new fields. The second run is incremental.\n",
  );
  const second = await day();
  if (second.trace.status !== "loaded") return [first.trace, second.trace];

  say(`\n${compareDays(first, second)}`);
  say(howToLook(options, database, settings));
  if (options.keep) await aborted(options.signal);
  return [first.trace, second.trace];
}

function howToLook(options: DemoOptions, database: EmbeddedPostgres, settings: DemoSettings): string {
  if (!options.keep) return `\nTo look at the rows: \`${options.keepCommand}\` leaves the database running.`;
  const file = join(settings.workFolder, "postgres", "password");
  return [
    "\nLook at the rows with psql or any other client, for example:",
    `  PGPASSWORD=$(cat '${file}') psql -h 127.0.0.1 -p ${database.port} -U postgres sluice \\`,
    `    -c 'SELECT state, count(*) FROM ${settings.datasetName}.issues GROUP BY state'`,
    "Ctrl-C ends the demo and removes it all.",
  ].join("\n");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // A timer keeps the process alive: neither the server's sockets nor a signal handler does so for sure.
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener(
      "abort",
      () => {
        clearInterval(alive);
        resolve();
      },
      { once: true },
    );
  });
}
