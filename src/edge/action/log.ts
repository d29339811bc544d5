import type { RunEvent } from "../../core/events.ts";
import { printable } from "../../report/printable.ts";
import { createProgressLog, type Line, stepTitle } from "../../report/progress.ts";

/** The part of `@actions/core` that prints. */
export interface Commands {
  info(text: string): void;
  debug(text: string): void;
  startGroup(title: string): void;
  endGroup(): void;
}

export type LogLevel = "debug" | "info" | "warning" | "error";

/** Prints for the log of a workflow: everything masked, and nothing in it can be read as a command. */
export interface ActionLog {
  line(line: Line): void;
  group(title: string, lines: readonly Line[]): void;
  /** Text of several lines, whatever the level. */
  text(text: string): void;
}

/** Makes the log. `level` filters; debug lines go to the runner, which shows them when its own debug is on. */
export function createActionLog(
  commands: Commands,
  options: { readonly level: LogLevel; readonly runnerDebug: boolean; readonly redact: (text: string) => string },
): ActionLog {
  const { level, runnerDebug, redact } = options;
  const shows = (line: Line) => RANK[line.level] >= RANK[level] || (line.level === "debug" && runnerDebug);
  const print = (line: Line) => {
    const text = harmless(redact(line.text));
    if (line.level === "debug" && level !== "debug") commands.debug(text);
    else commands.info(line.level === "warning" ? `warning: ${text}` : text);
  };
  return {
    line: (line) => {
      if (shows(line)) print(line);
    },
    group: (title, lines) => {
      const shown = lines.filter(shows);
      if (shown.length === 0) {
        if (RANK.info >= RANK[level]) commands.info(harmless(redact(title)));
        return;
      }
      commands.startGroup(redact(title));
      for (const line of shown) print(line);
      commands.endGroup();
    },
    text: (text) => {
      for (const line of redact(text).split(/\r\n|[\r\n]/)) commands.info(harmless(line));
    },
  };
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warning: 2, error: 3 };

/**
 * A line that the runner does not take for a command. It takes a line that begins with `::` (after blanks) and one that
 * holds `##[`, and it reads a line break as the end of one. What would move or colour the text of a log is written out.
 */
export function harmless(line: string): string {
  return printable(line.replace(/[\r\n\u2028\u2029\u0085]+/g, " "))
    .replace(/^(\s*):(?=:)/, "$1:\u200b")
    .replaceAll("##[", "##\u200b[");
}

/**
 * Tells a run as log groups: what a step did is collected and printed as one group, with the step's duration in its
 * title, when it ends; meanwhile progress is told now and then, so that a long step is not silent.
 */
export function createRunLog(
  log: ActionLog,
  options: { readonly now: () => number; readonly progress: boolean; readonly everyMs?: number },
): (event: RunEvent) => void {
  const lines = createProgressLog(options.now, options.everyMs ?? 10_000);
  const collected: Line[] = [];
  return (event) => {
    const told = lines(event);
    switch (event.type) {
      case "step-started":
        return;
      case "step-ended":
        log.group(stepTitle(event.step, event.seconds, event.ok), collected.splice(0));
        return;
      case "resource-ended":
      case "table-loaded":
        collected.push(...told);
        return;
      case "resource-progress":
        if (options.progress) for (const line of told) log.line(line);
        return;
      case "warning":
        // Told by the load info and by an annotation.
        return;
      case "message":
        for (const line of told) log.line(line);
    }
  };
}
