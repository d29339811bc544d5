import type { UpsertRules } from "../../../load/plan.ts";
import { quoteIdent, quoteList } from "./identifier.ts";
import {
  equal,
  type FilledTable,
  NUMBER,
  type StagedNames,
  type StagedTable,
  target,
  temporary,
} from "./staged-rows.ts";

/**
 * Numbers of the received records that another one of the same key replaces, `loses`, and of those that remain but are
 * marked as deleted after an earlier one of their key, not `loses`. Of several records with one key the first in the order
 * of `dedup_sort` stays, else the last received; for insert-only, which changes nothing that is there, the first received.
 */
export function createLosersSql(root: FilledTable, names: StagedNames, rules: UpsertRules): string {
  const key = quoteList(rules.primaryKey);
  const { dedupSort, hardDelete } = rules;
  const sort =
    dedupSort === undefined ? "" : `${quoteIdent(dedupSort.column)} ${dedupSort.order === "asc" ? "ASC" : "DESC"}, `;
  const arrival = rules.strategy === "upsert" ? "DESC" : "ASC";
  const gone = hardDelete === undefined ? "false" : isGone(hardDelete);
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.losers)} ON COMMIT DROP AS
SELECT ${NUMBER}, place > 1 AS loses FROM (SELECT ${NUMBER}, (${gone}) AS gone,
  pg_catalog.row_number() OVER (PARTITION BY ${key} ORDER BY ${sort}${NUMBER} ${arrival}) AS place,
  pg_catalog.count(*) OVER (PARTITION BY ${key}) AS total
  FROM ${temporary(root.staged)}) AS ranked
WHERE place > 1 OR (gone AND total > 1)`;
}

/** Numbers of the records that lose. */
export function loserNumbers(names: StagedNames): string {
  return `SELECT ${NUMBER} FROM ${temporary(names.losers)} WHERE loses`;
}

/** Numbers of the records that are marked as deleted. */
export function goneNumbers(root: FilledTable, hardDelete: NonNullable<UpsertRules["hardDelete"]>): string {
  return `SELECT ${NUMBER} FROM ${temporary(root.staged)} WHERE ${isGone(hardDelete)}`;
}

/**
 * Numbers of the records whose mark deletes something: their key is in the table, or came earlier in this load.
 * dlt: a record that arrives marked as deleted and is not there is inserted, golden sql.json `upsert_hard_delete`.
 */
export function deletingNumbers(
  root: FilledTable,
  names: StagedNames,
  hardDelete: NonNullable<UpsertRules["hardDelete"]>,
): string {
  const earlier = `SELECT ${NUMBER} FROM ${temporary(names.losers)} WHERE NOT loses`;
  const there = root.isNew ? "" : ` UNION ALL SELECT ${NUMBER} FROM ${temporary(names.old)}`;
  return `${goneNumbers(root, hardDelete)} AND ${NUMBER} IN (${earlier}${there})`;
}

/**
 * The rows of the root table that have a received key: their id, number and id of the received record, whether the row
 * goes (`leaves`), and whether its nested rows do (`empties`): the record is marked as deleted, the row had another id,
 * or it is not the newest of several with that key, which appending leaves behind. dlt fails on the last, and leaves
 * nested rows without a root for the second.
 */
export function createMatchesSql(root: FilledTable, names: StagedNames, rules: UpsertRules): string {
  const rowId = quoteIdent(root.rowId);
  const gone = rules.hardDelete === undefined ? "false" : `s.${isGone(rules.hardDelete)}`;
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.old)} ON COMMIT DROP AS
SELECT row_id, ${NUMBER}, place > 1 OR gone AS leaves, place > 1 OR gone OR changed AS empties FROM (SELECT
  d.${rowId} AS row_id, s.${NUMBER}, (${gone}) AS gone, d.${rowId} <> s.${rowId} AS changed,
  pg_catalog.row_number() OVER (PARTITION BY s.${NUMBER} ORDER BY d.ctid DESC) AS place
  FROM ${target(root)} AS d JOIN ${temporary(root.staged)} AS s ON ${equal(rules.primaryKey)}) AS matched`;
}

/** For insert-only: numbers of the records whose key is there, and whether with the same id. */
export function createPresentSql(root: FilledTable, names: StagedNames, rules: UpsertRules): string {
  const rowId = quoteIdent(root.rowId);
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.old)} ON COMMIT DROP AS
SELECT s.${NUMBER}, pg_catalog.bool_or(d.${rowId} = s.${rowId}) AS same
FROM ${target(root)} AS d JOIN ${temporary(root.staged)} AS s ON ${equal(rules.primaryKey)} GROUP BY s.${NUMBER}`;
}

/** Numbers of the records that are there under another id. */
export function strangerNumbers(names: StagedNames): string {
  return `SELECT ${NUMBER} FROM ${temporary(names.old)} WHERE NOT same`;
}

/** The record has no row in the table. */
export function isUnmatched(names: StagedNames): string {
  return `NOT EXISTS (SELECT 1 FROM ${temporary(names.old)} AS o WHERE o.${NUMBER} = s.${NUMBER})`;
}

export function countMatchesSql(names: StagedNames): string {
  return `SELECT (count(*) FILTER (WHERE leaves))::text, (count(*) FILTER (WHERE empties))::text FROM ${temporary(names.old)}`;
}

/** Deletes the rows of the root table that go, or of a nested table those below rows that lose them. */
export function deleteMatchesSql(table: StagedTable, names: StagedNames): string {
  const [column, which] = table.rootId === undefined ? [table.rowId, "leaves"] : [table.rootId, "empties"];
  return `DELETE FROM ${target(table)} WHERE ${quoteIdent(column)} IN (SELECT row_id FROM ${temporary(names.old)} WHERE ${which})`;
}

/** Deletes the nested rows of received records that were not received again. */
export function deleteAbsentSql(table: StagedTable, rootId: string, root: FilledTable): string {
  const rowId = quoteIdent(table.rowId);
  const again =
    table.staged === undefined
      ? ""
      : ` AND NOT EXISTS (SELECT 1 FROM ${temporary(table.staged)} AS s WHERE s.${rowId} = d.${rowId})`;
  return `DELETE FROM ${target(table)} AS d WHERE d.${quoteIdent(rootId)} IN (SELECT ${quoteIdent(root.rowId)} FROM ${temporary(root.staged)})${again}`;
}

/** Updates rows that were received again, all columns of the schema; `compared`: only where one of these differs. */
export function updateStagedSql(table: FilledTable, key: readonly string[], compared?: readonly string[]): string {
  const set = table.columns.map(({ name }) => `${quoteIdent(name)} = s.${quoteIdent(name)}`).join(", ");
  return `UPDATE ${target(table)} AS d SET ${set} FROM ${temporary(table.staged)} AS s WHERE ${equal(key)}${differs(compared)}`;
}

function differs(compared: readonly string[] | undefined): string {
  if (compared === undefined || compared.length === 0) return "";
  const side = (alias: string) => compared.map((name) => `${alias}.${quoteIdent(name)}`).join(", ");
  return ` AND (${side("d")}) IS DISTINCT FROM (${side("s")})`;
}

function isGone({ column, boolean }: NonNullable<UpsertRules["hardDelete"]>): string {
  return boolean ? `${quoteIdent(column)} IS TRUE` : `${quoteIdent(column)} IS NOT NULL`;
}
