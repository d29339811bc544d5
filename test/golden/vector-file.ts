import type { JsonValue } from "../../src/core/json.ts";

/** What a set's `index.ts` says of one file of recorded answers: how to replay it. */
export interface VectorFile {
  /**
   * Replays every vector of the file and reports each by its own name. An exception counts as one failure of the
   * whole file; vectors that were reported before it stay counted.
   */
  run(document: JsonValue, report: VectorReport, context: VectorContext): Promise<void>;
}

/** Counts vectors. Every vector is reported exactly once. */
export interface VectorReport {
  pass(name: string): void;
  /** `why`: expected and got, in one line where possible. */
  fail(name: string, why: string): void;
  /** A vector of a feature that is not built. Never counts as passed. */
  notYet(name: string): void;
  /** A vector that no JSON document can reach. */
  notApplicable(name: string): void;
}

/** Where the file lies, for sets whose vectors refer to files beside it. */
export interface VectorContext {
  /** File name without `.json` and `.gz`. */
  readonly name: string;
  /** Text of a file beside it; `NAME.gz` is read where `NAME` is absent. */
  sibling(file: string): Promise<string>;
}

/** What `test/golden/<set>/index.ts` exports. */
export interface VectorSet {
  /** By file name without `.json`. A file without an entry counts as `not yet`. */
  readonly files: Readonly<Record<string, VectorFile>>;
  /** Asked for files that {@link files} does not name; sets of many files of one form need only this. */
  readonly fileFor?: (name: string) => VectorFile | "skip" | undefined;
  /** Called when the set is done, also after failures: close what the files opened. */
  readonly close?: () => Promise<void>;
}
