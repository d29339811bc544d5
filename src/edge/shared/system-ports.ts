import { randomBytes } from "node:crypto";
import type { Clock, Random } from "../../core/ports.ts";

/** The machine's clock, with the microseconds that `performance` knows. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** Random bytes of the operating system. */
export const systemRandom: Random = {
  bytes: (n) => randomBytes(n),
  next: () => Math.random(),
};
