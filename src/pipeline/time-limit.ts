import { SluiceError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";

/** How long a run may take. */
export interface TimeLimit {
  readonly seconds: number;
  /** Time of the clock from which on it counts, in milliseconds. */
  readonly startedAt: number;
}

/** A signal that is aborted with the run's own, or when the time is up. */
export interface LimitedSignal {
  readonly signal: AbortSignal;
  /** The time is up. */
  readonly expired: boolean;
  /** Lets go of the timer. */
  end(): void;
}

/** Most that is kept for the way out: rolling back, the report, the post step. */
const MOST_RESERVED = 30_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** Time of the clock at which a run is stopped, in milliseconds: 30 s before its end, of a short one a quarter before. */
export function stopAt({ seconds, startedAt }: TimeLimit): number {
  return startedAt + seconds * 1000 - Math.min(MOST_RESERVED, (seconds * 1000) / 4);
}

/** Starts the clock of a run. Without a limit the signal is the given one. */
export function limitTime(limit: TimeLimit | undefined, signal: AbortSignal, clock: Clock): LimitedSignal {
  const rest = limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, stopAt(limit) - clock.now());
  // A timer cannot be set further ahead, and no job lives as long.
  if (limit === undefined || rest > LONGEST_TIMER) return { signal, expired: false, end: () => {} };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timeoutError(limit, [])), rest);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    get expired() {
      return controller.signal.aborted;
    },
    end: () => clearTimeout(timer),
  };
}

/** @param committed load ids that were committed before */
export function timeoutError({ seconds }: TimeLimit, committed: readonly string[]): SluiceError {
  const text = `the run was stopped because its timeout of ${seconds} s is near`;
  const [what, hint] =
    committed.length === 0
      ? ["", "nothing was left half done"]
      : [`; ${committedText(committed)}`, "what is committed is not loaded a second time"];
  return new SluiceError("E_TIMEOUT", `${text}${what}`, {
    hint: `Raise timeout, load fewer resources, or run it again; ${hint}.`,
  });
}

/** Which loads are committed, for a message. */
export function committedText(loadIds: readonly string[]): string {
  if (loadIds.length <= 3) return `load ${loadIds.join(", ")} is committed`;
  return `${loadIds.length} loads are committed, the last one is ${loadIds.at(-1)}`;
}
