import { WARNING_CODES, type WarningCode } from "../core/error-codes.ts";
import type { Trace } from "../pipeline/trace.ts";
import { changesByTable, count, describeChanges, formatCount, listed, loadFacts, sum } from "./facts.ts";
import { clip } from "./markdown.ts";

/** What GitHub shows beside a run, ready to be printed as a workflow command. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  /** The code, or what it is about. */
  readonly title: string;
  readonly message: string;
  /** A file of the repository, as the user named it, and the line, when the cause stands there. */
  readonly file?: string;
  readonly line?: number;
}

/** GitHub shows so many of each level per step. */
const MOST_OF_A_KIND = 10;
/** A longer message is cut by GitHub. */
const MOST_CHARACTERS = 4000;

/**
 * The annotations of a run, most useful first: the failure, warnings (one per code, with counts), schema changes (one
 * per table). At most ten of a kind; the tenth tells how many more there are.
 */
export function renderAnnotations(trace: Trace): readonly Annotation[] {
  return [...failures(trace), ...folded(warnings(trace), "warning"), ...folded(changes(trace), "notice")].map(
    (one) => ({
      ...one,
      message: clip(one.message, MOST_CHARACTERS),
    }),
  );
}

function failures(trace: Trace): readonly Annotation[] {
  const failure = trace.failure;
  if (failure === undefined) return [];
  const { file, line } = failure.context;
  return [
    {
      level: "error",
      title: failure.code,
      message: failure.hint === undefined ? failure.message : `${failure.message}\n${failure.hint}`,
      ...(typeof file === "string" ? { file } : {}),
      ...(typeof file === "string" && typeof line === "number" ? { line } : {}),
    },
  ];
}

function warnings(trace: Trace): readonly Annotation[] {
  const codes = new Set<WarningCode>(trace.warnings.map((warning) => warning.code));
  return [...codes].map((code) => {
    const all = trace.warnings.filter((warning) => warning.code === code);
    const subjects = all.map(({ subject, count: times, detail }) => {
      const more = detail === undefined ? "" : `: ${detail}`;
      return times === 1 ? `${subject}${more}` : `${subject} (${formatCount(times)})${more}`;
    });
    const total = sum(all, (warning) => warning.count);
    return {
      level: "warning",
      title: code,
      message: `${WARNING_CODES[code]} ${count(total, "time")}: ${listed(subjects, 5)}`,
    };
  });
}

function changes(trace: Trace): readonly Annotation[] {
  return changesByTable(loadFacts(trace).changes).map((each) => ({
    level: "notice",
    title: `Schema of ${each.table}`,
    message: `${each.table}: ${describeChanges(each, 20)}`,
  }));
}

function folded(all: readonly Annotation[], level: "warning" | "notice"): readonly Annotation[] {
  if (all.length <= MOST_OF_A_KIND) return all;
  const shown = all.slice(0, MOST_OF_A_KIND - 1);
  const left = formatCount(all.length - shown.length);
  const what = level === "warning" ? `${left} more warning codes` : `schema changes of ${left} more tables`;
  return [...shown, { level, title: "More in the job summary", message: `The job summary also tells ${what}.` }];
}
