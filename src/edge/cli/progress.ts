import type { EventSink } from "../../core/events.ts";
import { createProgressBar, createProgressLog, type LineLevel } from "../../report/progress.ts";
import type { CliContext } from "./context.ts";

const RANK: Readonly<Record<LineLevel | "error", number>> = { debug: 0, info: 1, warning: 2, error: 3 };

/** Progress of a run on standard error, as `--progress` and `--log-level` ask for. */
export function showProgress(
  context: CliContext,
  settings: { readonly progress: "log" | "bar" | "none"; readonly logLevel: LineLevel | "error" },
  verbose: boolean,
): EventSink {
  if (settings.progress === "none") return () => {};
  const now = () => performance.now();
  if (settings.progress === "bar" && context.isTerminal) {
    const bar = createProgressBar(now, context.columns);
    return (event) => context.err(bar(event));
  }
  const log = createProgressLog(now);
  const least = verbose ? RANK.debug : RANK[settings.logLevel];
  return (event) => {
    for (const line of log(event)) if (RANK[line.level] >= least) context.err(`${line.text}\n`);
  };
}
