import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { SluiceError } from "../core/errors.ts";
import type { SyncResult } from "../load/destination.ts";
import { warnAlikeNames } from "../normalize/alike-names.ts";
import { datasetName, schemaName as normalizeSchemaName } from "../schema/naming/snake-case.ts";
import { stateMark } from "../state/pipeline-state.ts";
import { loadPackage } from "./load-step.ts";
import { makePackage } from "./make-package.ts";
import type { PipelineOptions } from "./options.ts";
import { findPending } from "./pending.ts";
import { firstRound, type Round } from "./rounds.ts";
import { committedText, limitTime, timeoutError } from "./time-limit.ts";
import type { Trace } from "./trace.ts";
import { createTraceRecorder, type TraceRecorder } from "./trace-recorder.ts";
import { lockPipelineFolder, pipelineFolder, traceFile } from "./work-folder.ts";

/** A finished run: its trace, and the error itself when there was one (for a stack in the debug log). */
export interface PipelineRun {
  readonly trace: Trace;
  readonly error?: unknown;
}

/**
 * One run of a pipeline: state and schema from the destination, packages left by an earlier run, then extract, normalize
 * and load. Never throws: what went wrong is in the trace, and the trace is written to the work folder either way, unless
 * another run has the folder.
 */
export async function runPipeline(given: PipelineOptions): Promise<PipelineRun> {
  const time = limitTime(given.timeLimit, given.signal, given.clock);
  const options = { ...given, signal: time.signal };
  const recorder = createTraceRecorder(options);
  let error: unknown;
  let unlock: (() => Promise<void>) | undefined;
  try {
    unlock = await lockPipelineFolder(options.workFolder, options.pipeline);
    await runSteps(options, recorder);
    // A signal that came while the last COMMIT was under way: all is done, and the run was stopped all the same.
    error = cancelledBy(given.signal, recorder);
  } catch (caught) {
    const late = time.expired && given.timeLimit !== undefined ? given.timeLimit : undefined;
    error =
      cancelledBy(given.signal, recorder) ?? (late === undefined ? caught : timeoutError(late, recorder.committed()));
  }
  time.end();
  for (const warning of recorder.warnings.all) options.onEvent({ type: "warning", warning });
  const trace = recorder.finish(error);
  // Without the lock the folder is another run's, and so is the trace in it.
  if (unlock !== undefined) await keepTrace(options, trace);
  await unlock?.();
  return error === undefined ? { trace } : { trace, error };
}

async function keepTrace(options: PipelineOptions, trace: Trace): Promise<void> {
  try {
    const path = traceFile(options.workFolder, options.pipeline);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const kept = options.maskTrace?.(trace) ?? trace;
    await writeFile(path, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    // The load has ended one way or the other; a trace that cannot be kept must not turn it round.
    options.onEvent({ type: "message", level: "warning", text: `the trace could not be written: ${String(cause)}` });
  }
}

async function runSteps(options: PipelineOptions, recorder: TraceRecorder): Promise<void> {
  const dataset = datasetName(options.dataset);
  const schemaName = normalizeSchemaName(options.source.name);
  recorder.set({ dataset, schemaName });
  const folder = pipelineFolder(options.workFolder, options.pipeline);
  let synced = await sync(options, dataset, schemaName, recorder);
  recorder.set({
    firstRun: synced.state === null,
    stateSource: synced.state === null ? "new" : "destination",
    ...(synced.state === null ? {} : { stateFound: stateMark(synced.state) }),
  });

  const pending = await findPending(folder, dataset, synced, recorder.warnings.warn);
  for (const found of pending) {
    try {
      await loadPackage(options, found, found.maybeCommitted, recorder);
    } catch (error) {
      // Its rows are extracted again below.
      if (!(error instanceof SluiceError && error.code === "E_STATE_MOVED")) throw error;
      recorder.warnings.warn("W_PACKAGE_DROPPED", found.manifest.loadId, { detail: error.message });
    }
  }
  if (pending.length > 0) synced = await sync(options, dataset, schemaName, recorder);

  warnAlikeNames(options.source.resources, recorder.warnings.warn);
  const first = firstRound(options.source, options.limit);
  let attempt = 1;
  for (let round: Round | undefined = first; round !== undefined; ) {
    const { only, reports }: Round = round;
    const { made, next } = await makePackage(options, dataset, schemaName, synced, round, recorder);
    round = next;
    if (made === undefined) continue;
    try {
      await loadPackage(options, made, false, recorder);
    } catch (error) {
      if (attempt > 1 || !(error instanceof SluiceError && error.code === "E_STATE_MOVED")) throw error;
      attempt += 1;
      options.onEvent({
        type: "message",
        level: "info",
        text: "another run has committed a new state; extracting again",
      });
      // Its windows are where that run has left them.
      round = { ...first, only, reports };
    }
    if (round !== undefined) synced = await sync(options, dataset, schemaName, recorder);
  }
}

function sync(
  options: PipelineOptions,
  dataset: string,
  schemaName: string,
  recorder: TraceRecorder,
): Promise<SyncResult> {
  return recorder.step("sync", () =>
    options.destination.sync({
      dataset,
      pipeline: options.pipeline,
      schemas: [schemaName],
      signal: options.signal,
      warn: recorder.warnings.warn,
    }),
  );
}

/** A signal ends the run whatever error it caused on the way; what was committed before stays, and is named. */
function cancelledBy(signal: AbortSignal, recorder: TraceRecorder): SluiceError | undefined {
  if (!signal.aborted) return undefined;
  const why = signal.reason instanceof SluiceError ? signal.reason.message : "the run was cancelled";
  const committed = recorder.committed();
  if (committed.length === 0) {
    return new SluiceError("E_CANCELLED", why, { hint: "Run it again; nothing was left half done." });
  }
  return new SluiceError("E_CANCELLED", `${why}; ${committedText(committed)}`, {
    hint: "Run it again; what is committed is not loaded a second time.",
  });
}
