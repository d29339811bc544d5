/** The cases of the crash sweep: every named point, under each disposition, with the disk kept or lost, first or second load. */
import type { TinyDisposition } from "../support/tiny-source.ts";

/**
 * Points that every load passes, in the order in which it does. The numbers are chosen so that the tiny source reaches
 * each of them in both of its days.
 */
export const CRASH_POINTS = [
  "extract:page:1",
  "normalize:file:1",
  "extract:page:3",
  "normalize:file:3",
  "normalize:after-manifest",
  "load:before-begin",
  "load:after-lock",
  "load:after-ddl",
  "load:copy:1",
  "load:copy:2",
  "load:copy:4",
  "load:after-state",
  "load:before-commit",
  "load:committing",
  "load:after-commit",
  "load:after-marker",
] as const;

/**
 * Points of a load that begins while pages still arrive. It does so for a megabyte in new tables, or for eight in old
 * ones at a rate that no tiny source reaches; so these are points of a first load.
 */
export const EARLY_POINTS = [
  "load:early:1",
  "load:early:2",
  "normalize:after-manifest",
  "load:copy:1",
  "load:before-commit",
  "load:committing",
  "load:after-commit",
] as const;

export interface CrashCase {
  readonly point: string;
  readonly disposition: TinyDisposition;
  /** The work folder of the run that died: is it there for the next one? */
  readonly disk: "kept" | "lost";
  /** The load begins while pages still arrive. */
  readonly early: boolean;
  /** Which load dies. */
  readonly load: 1 | 2;
}

export const DISPOSITIONS = ["append", "replace", "merge", "upsert", "insert-only", "scd2"] as const;

/** Those whose rows may be copied while pages still arrive. */
export const EARLY_DISPOSITIONS = ["append", "replace", "merge"] as const;

export function allCases(): readonly CrashCase[] {
  const cases: CrashCase[] = [];
  for (const disposition of DISPOSITIONS)
    for (const load of [1, 2] as const)
      for (const disk of ["kept", "lost"] as const)
        for (const point of CRASH_POINTS) cases.push({ point, disposition, disk, load, early: false });
  for (const disposition of EARLY_DISPOSITIONS)
    for (const disk of ["kept", "lost"] as const)
      for (const point of EARLY_POINTS) cases.push({ point, disposition, disk, load: 1, early: true });
  return cases;
}

/** Every point once, the other dimensions in turn: what `npm test` has time for. */
export function sampleCases(): readonly CrashCase[] {
  const cases = CRASH_POINTS.map(
    (point, index): CrashCase => ({
      point,
      disposition: DISPOSITIONS[index % DISPOSITIONS.length] ?? "append",
      disk: index % 2 === 0 ? "kept" : "lost",
      load: Math.floor(index / 2) % 2 === 0 ? 2 : 1,
      early: false,
    }),
  );
  return [...cases, { point: "load:early:2", disposition: "merge", disk: "kept", load: 1, early: true }];
}

export function caseName({ point, disposition, disk, load, early }: CrashCase): string {
  return `${point}, ${disposition}, disk ${disk}, load ${load}${early ? ", begun early" : ""}`;
}
