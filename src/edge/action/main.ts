/**
 * Entry of the Action. It masks secrets, reads the inputs, runs the pipeline and writes what came of it: log groups,
 * outputs, job summary, annotations and files, in success and in failure. The exit status is that of the error code.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as core from "@actions/core";
import type { Configuration } from "../../config/load-configuration.ts";
import { openConfiguration } from "../../config/open-configuration.ts";
import { SluiceError } from "../../core/errors.ts";
import { createRedactor, SHORTEST_SECRET, secretForms } from "../../core/redact.ts";
import type { FailureTrace, Trace } from "../../pipeline/trace.ts";
import type { FilePlace } from "../../report/annotations.ts";
import { failureText, renderFailure, renderLoadInfo } from "../../report/load-info.ts";
import { printable } from "../../report/printable.ts";
import { redactTrace } from "../../report/redact-trace.ts";
import { boundYoungHeap } from "../shared/bound-young-heap.ts";
import type { Checkout } from "../shared/load-modules.ts";
import { runConfigured } from "../shared/run-configured.ts";
import { VERSION } from "../shared/version.ts";
import { openStateCache, type StateCache } from "./cache.ts";
import { eventPayload, explainMissingCredentials, NO_CREDENTIALS } from "./event.ts";
import { exitStatusOf, skippedTrace, traceOfFailure } from "./failure.ts";
import { readInputs, secretValues } from "./inputs.ts";
import { type ActionLog, createActionLog, createRunLog, type LogLevel } from "./log.ts";
import { type Reporter, reportRun } from "./outputs.ts";
import { datasetOfEvent } from "./pull-request.ts";
import { writeSaveOrder } from "./state.ts";
import { foreignFiles } from "./trust.ts";

const startedAt = new Date();
const secrets = new Set(secretValues(process.env));
maskForRunner(secrets);

boundYoungHeap();
const inputs = readInputs(process.env);
const stop = stopOnSignal();
let redact = createRedactor([...secrets]);
let log = makeLog("info");
let reported = false;
/** Where the resources of the pipeline file stand. */
let declared: ReadonlyMap<string, FilePlace> = new Map();

// A bug outside of the awaited path (a stream's callback) must not end the process without outputs; the database rolls
// back when the connection is gone.
process.on("uncaughtException", (error) => {
  void finish(traceOfFailure(error, { inputs, startedAt, version: VERSION }), error).finally(() => process.exit());
});

await main();

async function main(): Promise<void> {
  let cache: StateCache | undefined;
  try {
    const configuration = await configure();
    const workingDirectory = resolve(
      configuration.settings.workingDirectory ?? join(process.env.RUNNER_TEMP ?? ".", "sluice"),
    );
    cache = await openStateCache(configuration, process.env);
    const { trace, error } = await runConfigured(configuration, {
      workingDirectory,
      // The database goes with the machine; its rows must not.
      exportFolder: join(workingDirectory, "export"),
      startedAt: performance.timeOrigin,
      signal: stop.signal,
      checkout: await checkout(),
      onRequest: ({ method, url, status, attempt, ms, bytes }) =>
        log.line({
          level: "debug",
          text: `${method} ${url} ${status} (attempt ${attempt}, ${Math.round(ms)} ms, ${bytes} bytes)`,
        }),
      onEvent: createRunLog(log, {
        now: () => performance.now(),
        progress: configuration.settings.progress !== "none",
      }),
    });
    const concluded = await cache?.conclude(trace);
    await finish(concluded?.trace ?? trace, error);
    if (concluded?.order !== undefined) writeSaveOrder(core, concluded.order);
  } catch (caught) {
    const error = await explainMissingCredentials(caught, process.env, inputs, eventPayload);
    const trace = traceOfFailure(error, { inputs, startedAt, version: VERSION });
    if (mayBeSkipped(error)) return finish(skippedTrace(trace, process.env.GITHUB_EVENT_NAME ?? ""), undefined);
    await finish((await cache?.conclude(trace))?.trace ?? trace, error);
  }
  // A handle that somebody forgot must not keep a finished job running.
  setTimeout(() => process.exit(), 5000).unref();
}

/** Reads the configuration; its secrets (those of the file and of dlt's files too) are masked from here on. */
async function configure(): Promise<Configuration> {
  const configuration = await openConfiguration({ kind: "action", flags: inputs, environment: process.env, readText });
  const found = configuration.secrets.map((secret) => secret.reveal()).filter((value) => !secrets.has(value));
  for (const value of found) secrets.add(value);
  maskForRunner(found);
  redact = createRedactor([...secrets]);
  log = makeLog(configuration.settings.logLevel);
  declared = declaredResources(configuration);
  const datasetName = await datasetOfEvent(configuration, process.env, eventPayload);
  if (datasetName === configuration.datasetName) return configuration;
  log.line({
    level: "info",
    text: `This run of a pull request writes to the dataset ${datasetName} (allow-pr-writes: true writes to ${configuration.datasetName}).`,
  });
  return { ...configuration, datasetName };
}

/** Where modules of the pipeline file lie, and whether they may be loaded for this event. */
async function checkout(): Promise<Checkout> {
  const folder = process.env.GITHUB_WORKSPACE ?? ".";
  const refused = await foreignFiles(process.env, eventPayload);
  return { folder, root: folder, ...(refused === undefined ? {} : { refused }) };
}

function declaredResources({ source, locate }: Configuration): ReadonlyMap<string, FilePlace> {
  const places = new Map<string, FilePlace>();
  if (source.kind !== "rest-api") return places;
  source.config.resources.forEach((resource, index) => {
    const place = locate(["source", "resources", index]);
    const name = typeof resource === "string" ? resource : resource.name;
    if (name != null && place !== undefined) places.set(name, place);
  });
  return places;
}

/** Read from the input alone: the configuration could not be read to its end. */
function mayBeSkipped(error: unknown): boolean {
  const wanted = inputs["skip-without-credentials"]?.trim().toLowerCase() === "true";
  return wanted && error instanceof SluiceError && error.reason === NO_CREDENTIALS;
}

/** Reports once, whatever ends first. */
async function finish(trace: Trace, error: unknown): Promise<void> {
  if (reported) return;
  reported = true;
  const masked = redactTrace(redact, trace);
  if (masked.packages.length > 0 || masked.failure === undefined) log.text(renderLoadInfo(masked));
  if (masked.failure !== undefined) {
    log.text(renderFailure(masked));
    if (masked.failure.code === "E_INTERNAL" && error instanceof Error) log.text(error.stack ?? "");
  }
  const problems = await reportRun(masked, reporter(), process.env, declared);
  for (const problem of problems) log.line({ level: "warning", text: problem });
  if (masked.failure !== undefined) core.setFailed(failedLine(masked.failure));
  process.exitCode = exitStatusOf(masked, stop.received());
}

/** `<code>: <one line>`; further faults of a configuration stand in the log and in the summary. */
function failedLine(failure: FailureTrace): string {
  const [first = "", ...more] = failureText(failure).split(/\r?\n/);
  return `${failure.code}: ${printable(first)}${more.length === 0 ? "" : ` (and ${more.length} more, see the log)`}`;
}

/** Before anything else is printed. The runner masks whole values only, so each form is registered. */
function maskForRunner(values: Iterable<string>): void {
  for (const value of values) {
    for (const form of secretForms(value)) core.setSecret(form);
    if (value.trim().length < SHORTEST_SECRET) {
      core.warning(`A secret input is shorter than ${SHORTEST_SECRET} characters and cannot be masked.`);
    }
  }
}

/**
 * The first SIGINT or SIGTERM stops the run: the pipeline rolls back or waits for a commit under way. The runner sends
 * SIGTERM 7.5 s after SIGINT, so only a second SIGINT means "at once".
 */
function stopOnSignal(): { readonly signal: AbortSignal; readonly received: () => NodeJS.Signals | undefined } {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (first !== undefined && signal === "SIGINT") process.exit(first === "SIGTERM" ? 143 : 130);
      if (first !== undefined) return;
      first = signal;
      controller.abort(new SluiceError("E_CANCELLED", `the run was stopped by ${signal}`));
    });
  }
  return { signal: controller.signal, received: () => first };
}

function makeLog(level: LogLevel): ActionLog {
  const runnerDebug = process.env.RUNNER_DEBUG === "1";
  return createActionLog(core, { level, runnerDebug, redact: (text) => redact(text) });
}

function reporter(): Reporter {
  return {
    setOutput: (name, value) => core.setOutput(name, value),
    error: (text, at) => core.error(text, at),
    warning: (text, at) => core.warning(text, at),
    notice: (text, at) => core.notice(text, at),
    writeSummary: async (markdown) => {
      if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown).write();
    },
  };
}

/** Paths of a pipeline file are relative to the checkout. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(resolve(process.env.GITHUB_WORKSPACE ?? ".", path), "utf8");
  } catch {
    // Absent, a folder, or not readable: the configuration names the path.
    return undefined;
  }
}
