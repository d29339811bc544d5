const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work` once when the process exits, or when a signal ends it that nobody else handles; work must not wait. A
 * program with its own handlers keeps them: it ends by `process.exit`, which runs the work too. Returns how to forget
 * it.
 */
export function onProcessEnd(work: () => void): () => void {
  let done = false;
  const run = (): void => {
    if (done) return;
    done = true;
    work();
  };
  const handlers = SIGNALS.map((name) => {
    const handler = (): void => {
      if (process.listeners(name).some((listener) => !ours.has(listener))) return;
      run();
      forget();
      // All of ours are called in turn; the last one lets the signal do what it does by default.
      if (process.listenerCount(name) === 0) process.kill(process.pid, name);
    };
    ours.add(handler);
    process.on(name, handler);
    return { name, handler };
  });
  const forget = (): void => {
    process.off("exit", run);
    for (const { name, handler } of handlers) process.off(name, handler);
  };
  process.on("exit", run);
  return forget;
}

// biome-ignore lint/complexity/noBannedTypes: that is how node types its listeners
const ours = new WeakSet<Function>();
