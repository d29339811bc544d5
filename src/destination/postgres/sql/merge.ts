import { quoteIdent, quoteList, quoteTable } from "./identifier.ts";
import { quoteLiteral } from "./literal.ts";

/** Names of one merge: staged keys, ids of rows to be replaced, ids of received rows that lose. */
export interface MergeNames {
  readonly keys: string;
  readonly old: string;
  readonly losers: string;
}

/** A column of the staged keys: its own name there, and the column of the root table that it repeats. */
export interface StagedColumn {
  readonly staged: string;
  readonly column: string;
  readonly type: string;
}

export const ROW_ID = "row_id";
export const SEQUENCE = "sequence";

/** Temporary tables of the `n`th merge of a transaction. They end with it, so poolers are no obstacle. */
export function mergeNames(n: number): MergeNames {
  return { keys: `sluice_keys_${n}`, old: `sluice_old_${n}`, losers: `sluice_losers_${n}` };
}

/** Only what decides: keys, row id, order of arrival. Whole rows are never staged. */
export function createKeysSql(names: MergeNames, columns: readonly StagedColumn[]): string {
  const lines = columns.map(({ staged, type }) => `${quoteIdent(staged)} ${type}`);
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.keys)} (${lines.join(", ")}, ${ROW_ID} varchar, ${SEQUENCE} bigint) ON COMMIT DROP`;
}

export function copyKeysSql(names: MergeNames, columns: readonly StagedColumn[]): string {
  const list = quoteList([...columns.map(({ staged }) => staged), ROW_ID, SEQUENCE]);
  return `COPY ${temporary(names.keys)} (${list}) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')`;
}

export function analyzeSql(table: string): string {
  return `ANALYZE ${temporary(table)}`;
}

/** The root table of a merge. */
export interface MergeTarget {
  readonly dataset: string;
  readonly table: string;
  /** Rows of this load are not old ones. For a merge that has copied rows before it deletes. */
  readonly except?: { readonly column: string; readonly loadId: string };
}

/**
 * The ids of the rows that have a received key, by each of the keys. A key is a list of columns that must all be equal;
 * null equals nothing, as in dlt.
 */
export function createOldSql(
  names: MergeNames,
  target: MergeTarget & { readonly rowId: string },
  keys: readonly (readonly StagedColumn[])[],
): string {
  const parts = keys.map(
    (key) =>
      `SELECT d.${quoteIdent(target.rowId)} AS ${ROW_ID} FROM ${quoteTable(target.dataset, target.table)} AS d WHERE ${matches(names, key)}${exceptSql(target)}`,
  );
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.old)} ON COMMIT DROP AS ${parts.join(" UNION ")}`;
}

/** Deletes the rows of a table without nested tables directly, one statement a key. */
export function deleteMatchesSql(names: MergeNames, target: MergeTarget, key: readonly StagedColumn[]): string {
  return `DELETE FROM ${quoteTable(target.dataset, target.table)} AS d WHERE ${matches(names, key)}${exceptSql(target)}`;
}

/** Deletes the rows whose `column` is among the ids of a temporary table. */
export function deleteByIdSql(dataset: string, table: string, column: string, ids: string): string {
  return `DELETE FROM ${quoteTable(dataset, table)} WHERE ${quoteIdent(column)} IN (SELECT ${ROW_ID} FROM ${temporary(ids)})`;
}

export interface LoserRules {
  /** Staged columns of the primary key; empty: no row is a loser for its key. */
  readonly primaryKey: readonly string[];
  readonly dedupSort?: { readonly staged: string; readonly order: "asc" | "desc" };
  readonly hardDelete?: { readonly staged: string; readonly boolean: boolean };
}

/**
 * The ids of received rows that must go: per primary key all but the last received, or all but the first in the order of
 * `dedupSort` (ties: the last received); then winners that are marked as deleted.
 */
export function createLosersSql(names: MergeNames, rules: LoserRules): string {
  const gone = rules.hardDelete === undefined ? "false" : deleted(rules.hardDelete);
  const sort =
    rules.dedupSort === undefined ? "" : `${quoteIdent(rules.dedupSort.staged)} ${sortWord(rules.dedupSort.order)}, `;
  const rank =
    rules.primaryKey.length === 0
      ? "1"
      : `pg_catalog.row_number() OVER (PARTITION BY ${quoteList(rules.primaryKey)} ORDER BY ${sort}${SEQUENCE} DESC)`;
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.losers)} ON COMMIT DROP AS
SELECT ${ROW_ID} FROM (SELECT ${ROW_ID}, ${rank} AS place, (${gone}) AS gone FROM ${temporary(names.keys)}) AS ranked
WHERE place > 1 OR gone`;
}

function deleted(column: { readonly staged: string; readonly boolean: boolean }): string {
  const name = quoteIdent(column.staged);
  return column.boolean ? `${name} IS TRUE` : `${name} IS NOT NULL`;
}

function sortWord(order: "asc" | "desc"): string {
  return order === "asc" ? "ASC" : "DESC";
}

function matches(names: MergeNames, key: readonly StagedColumn[]): string {
  const equal = key.map(({ staged, column }) => `d.${quoteIdent(column)} = s.${quoteIdent(staged)}`);
  return `EXISTS (SELECT 1 FROM ${temporary(names.keys)} AS s WHERE ${equal.join(" AND ")})`;
}

function exceptSql({ except }: MergeTarget): string {
  if (except === undefined) return "";
  return ` AND d.${quoteIdent(except.column)} IS DISTINCT FROM ${quoteLiteral(except.loadId)}`;
}

function temporary(name: string): string {
  return `pg_temp.${quoteIdent(name)}`;
}
