import { WARNING_CODES, type WarningCode } from "../core/error-codes.ts";
import type { FailureTrace, Trace } from "../pipeline/trace.ts";
import { changesByTable, count, describeChanges, formatCount, loadFacts, sum } from "./facts.ts";
import { clip } from "./markdown.ts";
import { printable } from "./printable.ts";

/** What GitHub shows beside a run, ready to be printed as a workflow command. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  /** The code, or what it is about. */
  readonly title: string;
  readonly message: string;
  /** A file of the repository and the line and column in it, when the cause stands there. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A place in a file. */
export type FilePlace = Required<Pick<Annotation, "file" | "line">> & Pick<Annotation, "column">;

export interface AnnotationOptions {
  /** Where each resource is declared, when that is in a file. */
  readonly resources?: ReadonlyMap<string, FilePlace>;
  /** Path of a file from the root of the repository; undefined for what is not in it, which GitHub cannot show. */
  readonly repositoryPath?: (file: string) => string | undefined;
}

/** GitHub shows so many of each level per step. */
const MOST_OF_A_KIND = 10;
/** `setFailed` prints the failure itself as one more error. */
const MOST_FAULTS = MOST_OF_A_KIND - 1;
/** A longer message is cut by GitHub. */
const MOST_CHARACTERS = 4000;

/** Rows are missing or the state is not what it was: told before all others. */
const GRAVE: readonly WarningCode[] = [
  "W_STATE_REWOUND",
  "W_NULL_KEY_SKIPPED",
  "W_RESOURCE_SKIPPED",
  "W_NOTHING_SELECTED",
  "W_PARENT_SKIPPED",
  "W_NAME_COLLISION",
  "W_DUPLICATE_KEY",
  "W_TLS",
  "W_VARIANT_COLUMN",
];
/** The rows are as they should be. */
const MINOR: readonly WarningCode[] = ["W_VACUUM", "W_CACHE_IGNORED", "W_CONTENT_TYPE", "W_PAGINATOR_GUESSED"];

/**
 * The annotations of a run: faults at their places in files, warnings (one per code, with counts), schema changes (one per
 * table). At most ten of a kind together with the failure itself, which `setFailed` tells; the most useful come first, equal
 * ones are one, the last tells how many more there are.
 */
export function renderAnnotations(trace: Trace, options: AnnotationOptions = {}): readonly Annotation[] {
  return [
    ...folded(faults(trace, options), MOST_FAULTS, (left) => `${count(left, "more fault")}`),
    ...folded(warnings(trace, options), MOST_OF_A_KIND, (left) => `${formatCount(left)} more warning codes`),
    ...folded(changes(trace, options), MOST_OF_A_KIND, (left) => `schema changes of ${formatCount(left)} more tables`),
  ].map((one) => ({
    ...one,
    title: clip(printable(one.title), 200),
    message: cleaned(one.message),
    ...(one.file === undefined ? {} : { file: printable(one.file) }),
  }));
}

/** Each fault that stands in a file of the repository; the others are told by the failure itself. */
function faults(trace: Trace, options: AnnotationOptions): readonly Annotation[] {
  const failure = trace.failure;
  if (failure === undefined) return [];
  const byKey = new Map<string, { readonly annotation: Annotation; times: number }>();
  for (const { message, ...place } of faultPlaces(failure, options)) {
    const file = options.repositoryPath === undefined ? place.file : options.repositoryPath(place.file);
    if (file === undefined) continue;
    const key = JSON.stringify([file, place.line, message]);
    const known = byKey.get(key);
    if (known !== undefined) known.times += 1;
    else byKey.set(key, { annotation: { level: "error", title: failure.code, message, ...place, file }, times: 1 });
  }
  return [...byKey.values()].map(({ annotation, times }, index) => ({
    ...annotation,
    message: [
      times === 1 ? annotation.message : `${annotation.message} (${count(times, "time")})`,
      ...(index > 0 || failure.hint === undefined ? [] : [failure.hint]),
    ].join("\n"),
  }));
}

/** Faults of the configuration, or the failure of a resource at its declaration. */
function faultPlaces(
  { places, context, message }: FailureTrace,
  { resources }: AnnotationOptions,
): readonly (FilePlace & { readonly message: string })[] {
  if (places !== undefined) return places;
  const { file, line, resource } = context;
  if (typeof file === "string") return [{ message, file, line: typeof line === "number" ? line : 1 }];
  const declared = typeof resource === "string" ? resources?.get(resource) : undefined;
  return declared === undefined ? [] : [{ message, ...declared }];
}

function warnings(trace: Trace, options: AnnotationOptions): readonly Annotation[] {
  const byCode = new Map<WarningCode, Trace["warnings"][number][]>();
  for (const warning of trace.warnings) {
    const known = byCode.get(warning.code);
    if (known === undefined) byCode.set(warning.code, [warning]);
    else known.push(warning);
  }
  const place = declarations(trace, options);
  return [...byCode]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([code, unsorted]) => {
      const all = unsorted.toSorted((a, b) => b.count - a.count);
      const subjects = all.slice(0, 6).map(({ subject, count: times, detail }) => {
        const more = detail === undefined ? "" : `: ${clip(detail, 500)}`;
        return times === 1 ? `${clip(subject, 300)}${more}` : `${clip(subject, 300)} (${formatCount(times)})${more}`;
      });
      const total = sum(all, (warning) => warning.count);
      const left = all.length > 5 ? `, and ${formatCount(all.length - 5)} more` : "";
      return {
        level: "warning",
        title: code,
        message: `${WARNING_CODES[code]} ${count(total, "time")}: ${subjects.slice(0, 5).join(", ")}${left}`,
        ...place(all.map(({ subject }) => subject)),
      };
    });
}

function rank(code: WarningCode): number {
  const grave = GRAVE.indexOf(code);
  return grave >= 0 ? grave - GRAVE.length : MINOR.indexOf(code) + 1;
}

/** Tables that were there change for those who read them; a new one surprises nobody. */
function changes(trace: Trace, options: AnnotationOptions): readonly Annotation[] {
  const place = declarations(trace, options);
  const all = changesByTable(loadFacts(trace).changes);
  return [...all.filter(({ added }) => !added), ...all.filter(({ added }) => added)].map((each) => ({
    level: "notice",
    title: `Schema of ${each.table}`,
    message: `${each.table}: ${describeChanges(each, 20)}`,
    ...place([each.table]),
  }));
}

/** The place of the one resource that all subjects (resources, tables, `table.column`) belong to. */
function declarations(
  trace: Trace,
  { resources = new Map(), repositoryPath = (file) => file }: AnnotationOptions,
): (subjects: readonly string[]) => Partial<FilePlace> {
  if (resources.size === 0) return () => ({});
  const byTable = new Map(
    trace.packages.flatMap((each) => each.tables.map(({ table, resource }) => [table, resource] as const)),
  );
  const resourceOf = (subject: string): string | undefined => {
    if (resources.has(subject)) return subject;
    return byTable.get(subject) ?? byTable.get(subject.slice(0, Math.max(0, subject.indexOf("."))));
  };
  return (subjects) => {
    const found = new Set(subjects.map(resourceOf));
    const [only] = found;
    const place = found.size === 1 && only !== undefined ? resources.get(only) : undefined;
    const file = place === undefined ? undefined : repositoryPath(place.file);
    return place === undefined || file === undefined ? {} : { ...place, file };
  };
}

function folded(all: readonly Annotation[], most: number, tellLeft: (left: number) => string): readonly Annotation[] {
  const [first] = all;
  if (first === undefined || all.length <= most) return all;
  const shown = all.slice(0, most - 1);
  const message = `The job summary also tells ${tellLeft(all.length - shown.length)}.`;
  return [...shown, { level: first.level, title: "More in the job summary", message }];
}

/** Line breaks stay: GitHub shows them. */
function cleaned(message: string): string {
  return clip(
    message
      .split(/\r\n|[\r\n]/)
      .map(printable)
      .join("\n"),
    MOST_CHARACTERS,
  );
}
