import { ERROR_CODES } from "../../core/error-codes.ts";
import type { Trace } from "../../pipeline/trace.ts";
import { failureTrace } from "../../pipeline/trace-recorder.ts";

/** The trace of a run that ended before there was one: the configuration is wrong, or a bug. */
export function traceOfFailure(
  error: unknown,
  facts: { readonly inputs: Readonly<Record<string, string>>; readonly startedAt: Date; readonly version: string },
): Trace {
  const { inputs, startedAt, version } = facts;
  const failure = failureTrace(error);
  return {
    format: 1,
    runId: crypto.randomUUID(),
    version,
    pipeline: inputs["pipeline-name"]?.trim() || "",
    dataset: inputs["dataset-name"]?.trim() || "",
    schemaName: "",
    destination: inputs.destination?.trim() || "postgres",
    destinationName: "",
    status: failure.code === "E_CANCELLED" ? "cancelled" : "failed",
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    firstRun: false,
    stateSource: "new",
    steps: [],
    resources: [],
    packages: [],
    warnings: [],
    failure,
    settings: [],
  };
}

/** The trace of a run that was not begun, because GitHub passed no secrets to it. */
export function skippedTrace(failed: Trace, event: string): Trace {
  const { failure, ...rest } = failed;
  const [why = ""] = (failure?.message ?? "").split("\n");
  return {
    ...rest,
    status: "skipped",
    warnings: [{ code: "W_NO_CREDENTIALS", subject: event, count: 1, detail: why.replace(/^.*?: /, "") }],
  };
}

/** Exit status of a finished run: 0, that of the error code, or that of the signal that ended it. */
export function exitStatusOf(trace: Trace, signal: NodeJS.Signals | undefined): number {
  if (trace.failure === undefined) return 0;
  if (trace.failure.code === "E_CANCELLED") return signal === "SIGTERM" ? 143 : 130;
  return ERROR_CODES[trace.failure.code].exit;
}
