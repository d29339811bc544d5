import { ERROR_CODES } from "../core/error-codes.ts";
import { SluiceError, type Step } from "../core/errors.ts";
import type { ResourceReport } from "../core/source.ts";
import { WarningLog } from "../core/warnings.ts";
import type { PipelineOptions } from "./options.ts";
import type { FailureTrace, PackageTrace, StepTrace, Trace } from "./trace.ts";

/** Gathers what happens in a run and makes the trace of it. */
export interface TraceRecorder {
  readonly warnings: WarningLog;
  /** Runs a step, with its events and its time. The step of an error that names none is filled in. */
  step<T>(step: Step, work: () => Promise<T>): Promise<T>;
  /** Time of a step that ran within another one. */
  within(step: Step, startedAt: string, seconds: number, ok: boolean): void;
  resources(reports: readonly ResourceReport[]): void;
  package(trace: PackageTrace): void;
  /** Load ids of the packages that are committed. */
  committed(): readonly string[];
  set(facts: Partial<TraceFacts>): void;
  /** The trace of the run as it stands. */
  finish(failure?: unknown): Trace;
}

type TraceFacts = Pick<Trace, "firstRun" | "stateSource" | "stateFound" | "schemaName" | "dataset">;

export function createTraceRecorder(options: PipelineOptions): TraceRecorder {
  const { clock, onEvent } = options;
  const iso = () => new Date(clock.now()).toISOString();
  const startedAt = iso();
  const steps: StepTrace[] = [];
  const packages: PackageTrace[] = [];
  let resources: readonly ResourceReport[] = [];
  let facts: TraceFacts = {
    firstRun: false,
    stateSource: "new",
    schemaName: options.source.name,
    dataset: options.dataset,
  };
  const warnings = new WarningLog();

  return {
    warnings,
    step: async (step, work) => {
      const begin = clock.now();
      const at = iso();
      onEvent({ type: "step-started", step });
      let ok = false;
      try {
        const result = await work();
        ok = true;
        return result;
      } catch (error) {
        throw error instanceof SluiceError ? error.with({}, step) : error;
      } finally {
        const seconds = (clock.now() - begin) / 1000;
        steps.push({ step, startedAt: at, seconds, ok });
        onEvent({ type: "step-ended", step, seconds, ok });
      }
    },
    within: (step, at, seconds, ok) => {
      steps.push({ step, startedAt: at, seconds, ok });
    },
    resources: (reports) => {
      resources = reports;
    },
    package: (trace) => {
      packages.push(trace);
    },
    committed: () => packages.filter(({ state }) => state === "loaded").map(({ loadId }) => loadId),
    set: (more) => {
      facts = { ...facts, ...more };
    },
    finish: (failure) => {
      const failed = failure === undefined ? undefined : failureTrace(failure);
      return {
        format: 1,
        runId: Buffer.from(options.random.bytes(16)).toString("hex"),
        version: options.version,
        pipeline: options.pipeline,
        ...facts,
        destination: options.destinationKind,
        destinationName: options.destination.displayName,
        status:
          failed === undefined
            ? packages.some((one) => one.state === "loaded")
              ? "loaded"
              : "no-new-data"
            : failed.code === "E_CANCELLED"
              ? "cancelled"
              : "failed",
        startedAt,
        endedAt: iso(),
        steps,
        resources,
        packages,
        warnings: warnings.all,
        ...(failed === undefined ? {} : { failure: failed }),
        settings: options.settings,
      };
    },
  };
}

/** An error as the trace tells it. What is not ours is a bug; its stack goes to the debug log, not here. */
export function failureTrace(error: unknown): FailureTrace {
  if (error instanceof SluiceError) {
    return {
      code: error.code,
      ...(error.step === undefined ? {} : { step: error.step }),
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      retryable: error.retryable,
      context: error.context,
      ...(error.places.length === 0 ? {} : { places: error.places }),
    };
  }
  return {
    code: "E_INTERNAL",
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    hint: ERROR_CODES.E_INTERNAL.meaning,
    retryable: false,
    context: {},
  };
}
