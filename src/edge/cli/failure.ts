import { exitStatus } from "../../core/error-codes.ts";
import type { FailureTrace } from "../../pipeline/trace.ts";
import { failureTrace } from "../../pipeline/trace-recorder.ts";
import { failureText } from "../../report/load-info.ts";
import { printableLines } from "../../report/printable.ts";
import type { CliContext, CommonFlags } from "./context.ts";

/** Ends a command with a failure: two lines for people, one object with `--json`; the exit status of the code. */
export function reportFailure(context: CliContext, flags: CommonFlags, error: unknown): void {
  reportFailureTrace(context, flags, failureTrace(error), error);
}

/** The same for a failure that is in a trace already. */
export function reportFailureTrace(
  context: CliContext,
  flags: CommonFlags,
  failure: FailureTrace,
  error: unknown,
): void {
  tell(context, flags, failure, error);
  if (flags.json === true) context.out(JSON.stringify({ ok: false, ...failureFacts(failure) }));
  context.setExit(exitOf(context, failure));
}

/**
 * Ends a command that found several things wrong. Exit status and the facts of the JSON object are those of the first
 * that no retry can mend, else of the first; the object lists all under `failures` and has the given facts beside.
 */
export function reportFailures(
  context: CliContext,
  flags: CommonFlags,
  errors: readonly unknown[],
  facts: object = {},
): void {
  const failures = errors.map(failureTrace);
  const first = failures.find(({ retryable }) => !retryable) ?? failures[0];
  if (first === undefined) return;
  for (const [index, failure] of failures.entries()) tell(context, flags, failure, errors[index]);
  if (flags.json === true) {
    const all = failures.length > 1 ? { failures: failures.map(failureFacts) } : {};
    context.out(JSON.stringify({ ok: false, ...failureFacts(first), ...all, ...facts }));
  }
  context.setExit(exitOf(context, first));
}

function tell(context: CliContext, flags: CommonFlags, failure: FailureTrace, error: unknown): void {
  const { code, hint } = failure;
  context.err(printableLines(`${code}: ${failureText(failure)}\n${hint === undefined ? "" : `${hint}\n`}`));
  // A bug needs its stack; a user's mistake does not.
  if ((code === "E_INTERNAL" || flags.verbose === true) && error instanceof Error) {
    context.err(printableLines(`${error.stack}\n`));
  }
}

function failureFacts({ code, message, retryable, hint, context }: FailureTrace): object {
  const { resource, table } = context;
  return { code, message, resource, table, retryable, hint, context };
}

function exitOf(context: CliContext, { code }: FailureTrace): number {
  return code === "E_CANCELLED" && context.received() === "SIGTERM" ? 143 : exitStatus(code);
}
