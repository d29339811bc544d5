import type { VersionRules } from "../../../load/plan.ts";
import { quoteIdent, quoteList } from "./identifier.ts";
import { quoteLiteral } from "./literal.ts";
import { type FilledTable, isAbsent, NUMBER, type StagedNames, target, temporary } from "./staged-rows.ts";

/**
 * Ends the versions that were not received again. dlt: with a merge key only those with a received value there; several
 * columns are one text, so that `1` and `12` equal `11` and `2`, golden sql.json `scd2_compound_merge_key`.
 */
export function retireSql(root: FilledTable, rules: VersionRules): string {
  const version = quoteIdent(rules.version);
  const key = (alias: string) => {
    const columns = rules.mergeKey.map((name) => `${alias}.${quoteIdent(name)}`);
    return columns.length === 1 ? columns[0] : `pg_catalog.concat(${columns.join(", ")})`;
  };
  const scope =
    rules.mergeKey.length === 0 ? "" : ` AND ${key("d")} IN (SELECT ${key("s")} FROM ${temporary(root.staged)} AS s)`;
  return `UPDATE ${target(root)} AS d SET ${quoteIdent(rules.to)} = ${quoteLiteral(rules.boundary)}
WHERE NOT EXISTS (SELECT 1 FROM ${temporary(root.staged)} AS s WHERE s.${version} = d.${version}) AND ${isActive(rules)}${scope}`;
}

/** Numbers of the records whose version holds already. */
export function createKnownSql(root: FilledTable, names: StagedNames, rules: VersionRules): string {
  const version = quoteIdent(rules.version);
  return `CREATE TEMPORARY TABLE ${quoteIdent(names.known)} ON COMMIT DROP AS
SELECT s.${NUMBER} FROM ${temporary(root.staged)} AS s
WHERE EXISTS (SELECT 1 FROM ${target(root)} AS d WHERE d.${version} = s.${version} AND ${isActive(rules)})`;
}

export function knownNumbers(names: StagedNames): string {
  return `SELECT ${NUMBER} FROM ${temporary(names.known)}`;
}

/**
 * The constraint that keeps row ids unique, in a table that another strategy has made. A hash of the record is no key; dlt
 * makes scd2 tables without it, and fails where it is left from before.
 */
export function uniqueIdsSql(root: FilledTable): string {
  return `SELECT c.conname::text FROM pg_catalog.pg_constraint AS c
WHERE c.conrelid = ${quoteLiteral(target(root))}::pg_catalog.regclass AND c.contype = 'u' AND c.conkey = ARRAY[(
  SELECT a.attnum FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.conrelid AND a.attname = ${quoteLiteral(root.rowId)})]`;
}

/** Whether a received version is there already, or was received twice. Only where an index helps, which the constraint has. */
export function returnsSql(root: FilledTable): string {
  const rowId = quoteIdent(root.rowId);
  return `SELECT (EXISTS (SELECT 1 FROM ${temporary(root.staged)} AS s JOIN ${target(root)} AS d ON d.${rowId} = s.${rowId})
  OR EXISTS (SELECT 1 FROM ${temporary(root.staged)} AS s GROUP BY s.${rowId} HAVING pg_catalog.count(*) > 1))::text`;
}

export function dropConstraintSql(root: FilledTable, name: string): string {
  return `ALTER TABLE ${target(root)} DROP CONSTRAINT ${quoteIdent(name)}`;
}

/** Writes the received versions that are left, with the time from which they hold. */
export function insertVersionsSql(root: FilledTable, rules: VersionRules): string {
  const columns = root.columns.map(({ name }) => name).filter((name) => name !== rules.from && name !== rules.to);
  const active = rules.active === undefined ? "NULL" : quoteLiteral(rules.active);
  return `INSERT INTO ${target(root)} (${quoteList([...columns, rules.from, rules.to])})
SELECT ${quoteList(columns)}, ${quoteLiteral(rules.boundary)}, ${active} FROM ${temporary(root.staged)} AS s`;
}

/**
 * Writes the nested rows that are not there yet. The same record twice in a load has the same nested rows twice; dlt fails
 * on these.
 */
export function insertNestedVersionsSql(table: FilledTable): string {
  const list = quoteList(table.columns.map(({ name }) => name));
  const rowId = quoteIdent(table.rowId);
  const where = table.isNew ? "" : ` WHERE ${isAbsent(table)}`;
  return `INSERT INTO ${target(table)} (${list})
SELECT DISTINCT ON (s.${rowId}) ${list} FROM ${temporary(table.staged)} AS s${where} ORDER BY s.${rowId}, s.${NUMBER}`;
}

function isActive(rules: VersionRules): string {
  const to = `d.${quoteIdent(rules.to)}`;
  return rules.active === undefined ? `${to} IS NULL` : `${to} = ${quoteLiteral(rules.active)}`;
}
