import type { DataError } from "../core/errors.ts";
import type { RowEncoder } from "../core/flow.ts";
import type { Warn } from "../core/warnings.ts";
import type { NameRules } from "../schema/default-hints.ts";
import type { Schema } from "../schema/table.ts";
import type { DataRules } from "./data-rules.ts";

export interface NormalizeLimits {
  /** Longest text in bytes; a longer one is refused with `E_LIMIT`. */
  readonly maxValueBytes: number;
  /** Columns a table can have in the destination. */
  readonly maxColumns: number;
  /** Objects and lists inside each other; a deeper record is refused with `E_LIMIT`. */
  readonly maxDepth: number;
}

export const DEFAULT_LIMITS: NormalizeLimits = { maxValueBytes: 33_554_432, maxColumns: 1600, maxDepth: 500 };

/** What the parts of one normalizer share, and where in the data it stands. */
export interface RunContext {
  /** Changed as data arrives. */
  readonly schema: Schema;
  readonly rules: NameRules;
  readonly encoder: RowEncoder;
  readonly warn: Warn;
  readonly limits: NormalizeLimits;
  readonly data: DataRules;
  /** Resource of the page at hand. */
  resource: string;
  /** Number of the record at hand within its resource, from 1. */
  record: number;
  /** Number of the root row at hand and of those below it, over all resources. */
  rootNumber: number;
  /** The schema contract drops the row whose values are being written. */
  rowDiscarded: boolean;
  /** Pairs of colliding keys that were told of. */
  readonly collisions: Set<string>;
}

/** The context of an error about one value: table, column, resource and position of the record. */
export function valueContext(context: RunContext, table: string, column?: string): DataError["context"] {
  return {
    resource: context.resource,
    table,
    ...(column === undefined ? {} : { column }),
    row: context.record,
  };
}
