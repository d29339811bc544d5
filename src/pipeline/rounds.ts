import type { JsonObject } from "../core/json.ts";
import type { ResourceReport, Source, SourceResource, WindowReport } from "../core/source.ts";

/**
 * One extraction of a run. A run has one, unless resources are read window by window: then each window is a round with a
 * load package of its own, committed with its cursor before the next one is asked for. The first round reads all
 * resources; the later ones those that have more of their range, with what is below them.
 */
export interface Round {
  /** Resources of which one window is read. */
  readonly windows: ReadonlySet<string>;
  /** Only these are loaded; undefined in the first round: all that are selected. */
  readonly only: ReadonlySet<string> | undefined;
  /** State of the source after rounds that had no row, and so no package. */
  readonly sourceState?: JsonObject;
  /** Windows of those rounds. */
  readonly read: readonly WindowReport[];
  /** What the rounds before have done. */
  readonly reports: readonly ResourceReport[];
}

/** What a round leaves for the next one. */
export interface RoundEnd {
  readonly sourceState: JsonObject;
  readonly windows: readonly WindowReport[];
  readonly reports: readonly ResourceReport[];
  /** Its rows, or its state, are in a package. */
  readonly packed: boolean;
}

/**
 * The first round of a run. A range is read at once where its table must be filled at once (`replace`, and `scd2`, which
 * takes what does not come for gone), and where `limit` cuts it anyway.
 */
export function firstRound(source: Source, limit: number | undefined): Round {
  const windowed = source.resources.filter(({ windowed }) => windowed === true).map(({ name }) => name);
  const windows = limit === undefined ? windowed.filter((name) => !isFilledAtOnce(source, name)) : [];
  return { windows: new Set(windows), only: undefined, read: [], reports: [] };
}

/** The round after another one; undefined when all ranges are read to their end. */
export function nextRound(source: Source, round: Round, end: RoundEnd): Round | undefined {
  const more = new Set(end.windows.filter((window) => window.end !== undefined).map(({ resource }) => resource));
  if (more.size === 0) return undefined;
  return {
    windows: more,
    only: new Set([...more].flatMap((name) => familyOf(source, name))),
    ...(end.packed ? {} : { sourceState: end.sourceState }),
    read: end.packed ? [] : [...round.read, ...end.windows],
    reports: end.reports,
  };
}

/** The source as a round sees it: the other resources are not loaded, and so not emptied either. */
export function sourceOf(source: Source, { only }: Round): Source {
  if (only === undefined) return source;
  const resources = source.resources.map((one): SourceResource => {
    return only.has(one.name) ? one : { ...one, selected: false };
  });
  return { ...source, resources };
}

/** Reports of two rounds as one: figures add up, the cursor is the later one. */
export function addReports(
  before: readonly ResourceReport[],
  now: readonly ResourceReport[],
): readonly ResourceReport[] {
  const later = new Map(now.map((report) => [report.resource, report]));
  const known = new Set(before.map(({ resource }) => resource));
  return [
    ...before.map((report) => {
      const more = later.get(report.resource);
      return more === undefined ? report : added(report, more);
    }),
    ...now.filter(({ resource }) => !known.has(resource)),
  ];
}

function added(a: ResourceReport, b: ResourceReport): ResourceReport {
  const skipped: Record<string, number> = { ...a.skipped };
  for (const [status, times] of Object.entries(b.skipped)) skipped[status] = (skipped[status] ?? 0) + times;
  return {
    ...a,
    ...b,
    requests: a.requests + b.requests,
    retries: a.retries + b.retries,
    rateLimitWaitSeconds: a.rateLimitWaitSeconds + b.rateLimitWaitSeconds,
    bytes: a.bytes + b.bytes,
    pages: a.pages + b.pages,
    records: a.records + b.records,
    skipped,
    seconds: a.seconds + b.seconds,
  };
}

/** The resource and all below it. */
function familyOf(source: Source, name: string): readonly string[] {
  const children = source.resources.filter(({ parent }) => parent === name);
  return [name, ...children.flatMap((child) => familyOf(source, child.name))];
}

function isFilledAtOnce(source: Source, name: string): boolean {
  const family = new Set(familyOf(source, name));
  return source.resources.some(({ name: one, selected, hints: { writeDisposition } }) => {
    if (!family.has(one) || !selected) return false;
    const { disposition, strategy } = writeDisposition;
    return disposition === "replace" || (disposition === "merge" && strategy === "scd2");
  });
}
