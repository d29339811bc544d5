import type { Clock } from "../../core/ports.ts";

/** So many requests in so many seconds. */
export interface RateLimit {
  readonly requests: number;
  readonly seconds: number;
}

/**
 * Gives each request the moment at which it may begin, so that never more than `requests` of them begin in any `seconds`.
 * A moment is taken when it is asked for; the result is how long to wait for it, in milliseconds.
 */
export function createRate({ requests, seconds }: RateLimit, clock: Clock): () => number {
  /** When the last ones may begin, at most `requests` of them, in order. */
  const taken: number[] = [];
  return () => {
    const now = clock.now();
    const first = taken.length < requests ? undefined : taken.shift();
    const at = first === undefined ? now : Math.max(now, first + seconds * 1000);
    taken.push(at);
    return at - now;
  };
}
