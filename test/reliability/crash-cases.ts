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

export interface CrashCase {
  readonly point: string;
  readonly disposition: TinyDisposition;
  /** The work folder of the run that died: is it there for the next one? */
  readonly disk: "kept" | "lost";
  /** Which load dies. */
  readonly load: 1 | 2;
}

export const DISPOSITIONS = ["append", "replace", "merge"] as const;

export function allCases(): readonly CrashCase[] {
  const cases: CrashCase[] = [];
  for (const disposition of DISPOSITIONS)
    for (const load of [1, 2] as const)
      for (const disk of ["kept", "lost"] as const)
        for (const point of CRASH_POINTS) cases.push({ point, disposition, disk, load });
  return cases;
}

/** Every point once, the other dimensions in turn: what `npm test` has time for. */
export function sampleCases(): readonly CrashCase[] {
  return CRASH_POINTS.map((point, index) => ({
    point,
    disposition: DISPOSITIONS[index % 3] ?? "append",
    disk: index % 2 === 0 ? "kept" : "lost",
    load: Math.floor(index / 2) % 2 === 0 ? 2 : 1,
  }));
}

export function caseName({ point, disposition, disk, load }: CrashCase): string {
  return `${point}, ${disposition}, disk ${disk}, load ${load}`;
}
