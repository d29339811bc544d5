import type { DataType } from "../core/flow.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";

/**
 * The inferred and declared structure of a dataset, as the pipeline keeps it in memory. Order of tables and columns
 * is the order of first appearance and is part of the version hash.
 *
 * Fields that Sluice acts upon have names of their own; every other hint of a stored schema (from dlt, or from a newer
 * Sluice) is kept in `extra` under its wire name and written back unchanged.
 */
export interface Column {
  readonly name: string;
  /** Absent: an incomplete column, declared by a hint and not yet seen in data. */
  dataType?: DataType;
  nullable: boolean;
  /** True: the stored form has no `nullable` (a hint that did not say), which reads as true and is written back so. */
  nullableImplied?: boolean;
  precision?: number;
  scale?: number;
  timezone?: boolean;
  primaryKey?: boolean;
  mergeKey?: boolean;
  unique?: boolean;
  rowKey?: boolean;
  parentKey?: boolean;
  rootKey?: boolean;
  incremental?: boolean;
  variant?: boolean;
  hardDelete?: boolean;
  dedupSort?: "asc" | "desc";
  description?: string;
  readonly extra: Record<string, JsonValue>;
}

export interface Table {
  readonly name: string;
  readonly columns: Map<string, Column>;
  /** Only root tables have one. */
  writeDisposition?: "append" | "replace" | "merge" | "skip";
  mergeStrategy?: "delete-insert" | "upsert" | "scd2" | "insert-only";
  /** Only root tables: the resource that fills it. */
  resource?: string;
  /** Only nested tables: the table whose rows hold the list. */
  parent?: string;
  /** `x-normalizer.max_nesting` of a root table. */
  maxNesting?: number;
  /** `x-normalizer.seen-data`: rows were received. */
  seenData?: boolean;
  description?: string;
  readonly extra: Record<string, JsonValue>;
}

export interface Schema {
  readonly name: string;
  /** Counts saved changes of the content; 0 before the first save. */
  version: number;
  /** Hash of the content at the last save; empty before. */
  versionHash: string;
  /** Newest first, at most ten. */
  previousHashes: string[];
  readonly tables: Map<string, Table>;
  /** `settings` of the stored form. */
  settings: JsonObject;
  /** `normalizers` of the stored form, propagation included. */
  normalizers: JsonObject;
  /** Unknown top-level members, kept. */
  readonly extra: Record<string, JsonValue>;
}
