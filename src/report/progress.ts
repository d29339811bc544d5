import type { RunEvent } from "../core/events.ts";
import type { Warning } from "../core/warnings.ts";
import { shortDuration } from "./duration.ts";
import { count, formatBytes, warningMeaning } from "./facts.ts";
import { printable } from "./printable.ts";

/** How grave a line is; `debug` lines are for those who asked. */
export type LineLevel = "debug" | "info" | "warning";

/** One line to print, without a line break. */
export interface Line {
  readonly level: LineLevel;
  readonly text: string;
}

/** The lines that tell an event, for logs: one per step, resource, table and warning. Names in them are harmless. */
export function eventLines(event: RunEvent): readonly Line[] {
  return linesOf(event).map((line) => ({ ...line, text: printable(line.text) }));
}

function linesOf(event: RunEvent): readonly Line[] {
  switch (event.type) {
    case "step-started":
      return [{ level: "info", text: `${event.step} started` }];
    case "step-ended":
      return [{ level: "info", text: stepTitle(event.step, event.seconds, event.ok) }];
    case "resource-progress":
      return [
        {
          level: "info",
          text: `${event.resource}: ${count(event.pages, "page")}, ${count(event.records, "record")} so far`,
        },
      ];
    case "resource-ended": {
      const figures = `${count(event.records, "record")} in ${count(event.requests, "request")}`;
      return [{ level: "info", text: `${event.resource}: ${figures}, ${shortDuration(event.seconds)}` }];
    }
    case "table-loaded":
      return [
        { level: "info", text: `${event.table}: ${count(event.rows, "row")} (${formatBytes(event.bytes)}) copied` },
      ];
    case "warning":
      return [{ level: "warning", text: warningText(event.warning) }];
    case "message":
      return [{ level: event.level, text: event.text }];
  }
}

/** `extract finished in 31.0 s`. */
export function stepTitle(step: string, seconds: number, ok: boolean): string {
  return `${step} ${ok ? "finished in" : "failed after"} ${shortDuration(seconds)}`;
}

/** A warning in one line. */
export function warningText(warning: Warning): string {
  return `${warning.code} ${warning.subject}: ${warningMeaning(warning)}`;
}

/**
 * Lines for `--progress log`: as {@link eventLines}, but progress of a resource at most once in `everyMs`, and the same
 * warning (code and subject) once; the report at the end has the counts.
 */
export function createProgressLog(now: () => number, everyMs = 5000): (event: RunEvent) => readonly Line[] {
  const told = new Map<string, number>();
  const warned = new Set<string>();
  return (event) => {
    if (event.type === "resource-progress") {
      const last = told.get(event.resource);
      const time = now();
      if (last === undefined) {
        // The first page says little; the clock starts with it.
        told.set(event.resource, time);
        return [];
      }
      if (time - last < everyMs) return [];
      told.set(event.resource, time);
    }
    if (event.type === "warning") {
      const key = `${event.warning.code}\0${event.warning.subject}`;
      if (warned.has(key)) return [];
      warned.add(key);
    }
    return eventLines(event);
  };
}

/**
 * Text for a terminal: what is done stays as lines, what goes on is one line at the bottom that is drawn anew, at most
 * ten times a second. `columns` is asked each time, as a window may be resized.
 */
export function createProgressBar(now: () => number, columns: () => number): (event: RunEvent) => string {
  const running = new Map<string, { pages: number; records: number }>();
  let step = "";
  let done = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let turn = 0;
  const draw = () => {
    const busy = [...running].map(([resource, at]) => `${resource} ${count(at.records, "record")}`);
    const finished = done === 0 ? [] : [`${count(done, "resource")} done`];
    const spinner = SPINNER[turn++ % SPINNER.length] ?? "";
    const text = [`${spinner} ${step}`, ...finished, ...busy].join("  ");
    return `${printable(text).slice(0, Math.max(1, columns() - 1))}`;
  };
  return (event) => {
    if (event.type === "resource-progress") {
      running.set(event.resource, event);
      if (now() - drawnAt < 100) return "";
      drawnAt = now();
      return `${CLEAR_LINE}${draw()}`;
    }
    if (event.type === "resource-ended") {
      running.delete(event.resource);
      done += 1;
    }
    if (event.type === "step-started") step = event.step;
    if (event.type === "step-ended" && event.step === "extract") running.clear();
    const shown = eventLines(event).filter((line) => line.level !== "debug" && event.type !== "step-started");
    const lines = shown.map((line) => `${line.level === "warning" ? "! " : "  "}${line.text}\n`).join("");
    // After the last step nothing is left to draw.
    const rest = event.type === "step-ended" ? "" : draw();
    return `${CLEAR_LINE}${lines}${rest}`;
  };
}

const CLEAR_LINE = "\r\u001b[2K";
const SPINNER = ["|", "/", "-", "\\"];
