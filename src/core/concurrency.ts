/**
 * Bounded async helpers. Nothing here grows without a limit: producers wait for consumers, and work in flight is
 * bounded by count ({@link TaskPool}) and by bytes ({@link ByteBudget}).
 */

/** At most `limit` tasks at a time. `add` waits for a free place, so whoever adds is held back. */
export interface TaskPool {
  /** Starts the task as soon as there is a place; resolves when it has started. */
  add(task: () => Promise<void>): Promise<void>;
  /** Resolves when every task has ended; rejects with the first failure. */
  idle(): Promise<void>;
}

/** Makes a pool. The first failure of a task is kept: `add` and `idle` reject with it from then on. */
export function createTaskPool(limit: number): TaskPool {
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  const check = () => {
    if (failed !== undefined) throw failed.error;
  };
  return {
    async add(task) {
      while (running.size >= limit && failed === undefined) await Promise.race(running);
      check();
      const promise = task()
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => running.delete(promise));
      running.add(promise);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
      check();
    },
  };
}

/**
 * Counts bytes that are held somewhere. `ready` waits while the budget is used up; `take` never waits, so one page may
 * go over it, and pages larger than the whole budget still pass.
 */
export interface ByteBudget {
  readonly used: number;
  ready(signal?: AbortSignal): Promise<void>;
  take(bytes: number): void;
  give(bytes: number): void;
}

export function createByteBudget(limit: number): ByteBudget {
  let used = 0;
  const waiting: (() => void)[] = [];
  return {
    get used() {
      return used;
    },
    async ready(signal) {
      while (used >= limit) {
        signal?.throwIfAborted();
        await new Promise<void>((resolve, reject) => {
          const stop = () => {
            const index = waiting.indexOf(go);
            if (index >= 0) waiting.splice(index, 1);
            reject(signal?.reason);
          };
          const go = () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          };
          waiting.push(go);
          signal?.addEventListener("abort", stop, { once: true });
        });
      }
    },
    take(bytes) {
      used += bytes;
    },
    give(bytes) {
      used -= bytes;
      if (used < limit) for (const go of waiting.splice(0)) go();
    },
  };
}

/** Values pushed by many producers, pulled by one consumer. Bounded by whoever pushes. */
export interface Channel<T> {
  push(value: T): void;
  /** No more values; with an error, the consumer gets it after the values that were pushed before. */
  close(error?: { readonly error: unknown }): void;
  pull(): Promise<IteratorResult<T, undefined>>;
}

/** Places of a queue that may be empty before it is moved up. */
const MOST_TAKEN = 1024;

export function createChannel<T>(): Channel<T> {
  const values: ({ readonly value: T } | undefined)[] = [];
  let head = 0;
  let closed: { readonly error?: unknown; readonly failed: boolean } | undefined;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  return {
    push(value) {
      if (closed !== undefined) return;
      values.push({ value });
      notify();
    },
    close(error) {
      closed ??= error === undefined ? { failed: false } : { failed: true, error: error.error };
      notify();
    },
    async pull() {
      for (;;) {
        const first = values[head];
        if (first !== undefined) {
          // A queue that never runs empty must not keep what was taken from it.
          values[head] = undefined;
          head += 1;
          if (head === values.length || head >= MOST_TAKEN) {
            values.splice(0, head);
            head = 0;
          }
          return { value: first.value, done: false };
        }
        if (closed?.failed === true) throw closed.error;
        if (closed !== undefined) return { value: undefined, done: true };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** A controller that is aborted with its parent. `unlink` ends the connection, so that a long-lived parent keeps nothing. */
export interface LinkedController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  unlink(): void;
}

export function linkController(parent: AbortSignal): LinkedController {
  const controller = new AbortController();
  const stop = () => controller.abort(parent.reason);
  if (parent.aborted) stop();
  else parent.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent.removeEventListener("abort", stop),
  };
}
