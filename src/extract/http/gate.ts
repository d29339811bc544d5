import type { Clock } from "../../core/ports.ts";

/** Lets requests to one origin through: so many at a time, and none while the origin asked to pause. */
export interface Gate {
  /** Waits for a place and for the end of a pause. Call the result when the exchange is over. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Holds all requests back for so long. Pauses do not add up: the latest end counts. */
  pause(seconds: number, signal: AbortSignal): Promise<void>;
}

/** @param rate at which requests may begin, when there is a limit: how long the next one waits, in milliseconds */
export function createGate(places: number, clock: Clock, rate?: () => number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  let paused: Promise<void> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
      } else {
        await new Promise<void>((resolve, reject) => {
          const go = () => {
            signal.removeEventListener("abort", stop);
            resolve();
          };
          const stop = () => {
            waiting.splice(waiting.indexOf(go), 1);
            reject(signal.reason);
          };
          waiting.push(go);
          signal.addEventListener("abort", stop, { once: true });
        });
      }
      try {
        while (paused !== undefined) await orAborted(paused, signal);
        const wait = rate?.() ?? 0;
        if (wait > 0) await clock.sleep(wait, signal);
        while (paused !== undefined) await orAborted(paused, signal);
        signal.throwIfAborted();
      } catch (error) {
        leave();
        throw error;
      }
      let left = false;
      return () => {
        if (left) return;
        left = true;
        leave();
      };
    },
    async pause(seconds, signal) {
      const until = clock.now() + seconds * 1000;
      if (until > pausedUntil) {
        pausedUntil = until;
        const pause = Promise.all([paused, clock.sleep(seconds * 1000, signal)]).then(() => undefined);
        paused = pause;
        const over = () => {
          if (paused === pause) paused = undefined;
        };
        // Whoever waits gets the rejection too; perhaps nobody does.
        pause.then(over, over);
      }
      while (paused !== undefined) await orAborted(paused, signal);
    },
  };
}

/** The promise, or the signal's reason when it is aborted first: the pause may be another request's. */
async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
