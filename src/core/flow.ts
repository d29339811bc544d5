import type { JsonValue } from "./json.ts";

/** Bytes of one table in COPY text form, all rows with the same column list. What normalize gives to the spool. */
export interface TableChunk {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** COPY text: one line a row, each ended by `\n`. */
  readonly bytes: Uint8Array;
}

/**
 * A field beside the columns in the rows of tables that are staged before they are merged: the number of the record that
 * a row comes from. Rows of one key have the same ids; by it a row is found with all that is below it. No column can have
 * the name.
 */
export const RECORD_NUMBER = "#";

/** Data types of dlt, as they stand in a stored schema. */
export const DATA_TYPES = [
  "text",
  "double",
  "bool",
  "timestamp",
  "bigint",
  "binary",
  "json",
  "decimal",
  "wei",
  "date",
  "time",
] as const;

export type DataType = (typeof DATA_TYPES)[number];

/**
 * Turns one value into one COPY field. Implemented by `destination/postgres/copy-text.ts`; normalize asks for it
 * through this port, so that it knows no database.
 */
export interface RowEncoder {
  /** The field of a null. */
  readonly nullField: string;
  /** Stands between fields. */
  readonly delimiter: string;
  /** Text as a field: escapes what the format needs, removes NUL (`onNul` is called when it did). */
  text(value: string, onNul: () => void): string;
  /**
   * A JSON document as a field (compact text), NUL escapes removed likewise. Lone surrogates become U+FFFD, of which
   * `onSurrogate` is told.
   */
  json(value: JsonValue, onNul: () => void, onSurrogate?: () => void): string;
  /**
   * Present when UTF-8 text without backslashes and control characters is a field as it stands, as are `t`, `f` and numbers.
   * Copies the content of a JSON string, whose escapes are of two characters each, into a field of no more bytes; returns
   * the offset after it.
   */
  copyEscaped?(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number;
}
