import { exitStatus } from "../../core/error-codes.ts";
import type { FailureTrace } from "../../pipeline/trace.ts";
import { failureTrace } from "../../pipeline/trace-recorder.ts";
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
  const { code, message, hint, retryable } = failure;
  context.err(`${code}: ${message}\n`);
  if (hint !== undefined) context.err(`${hint}\n`);
  // A bug needs its stack; a user's mistake does not.
  if ((code === "E_INTERNAL" || flags.verbose === true) && error instanceof Error) context.err(`${error.stack}\n`);
  if (flags.json === true) {
    const { resource, table } = failure.context;
    context.out(
      JSON.stringify({ ok: false, code, message, resource, table, retryable, hint, context: failure.context }),
    );
  }
  context.setExit(code === "E_CANCELLED" && context.received() === "SIGTERM" ? 143 : exitStatus(code));
}
