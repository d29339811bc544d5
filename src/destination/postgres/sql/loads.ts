import { LOADS_TABLE, VERSION_TABLE } from "../../../schema/system-tables.ts";
import { quoteIdent, quoteTable } from "./identifier.ts";

const LOAD = `"load_id", "schema_name", "status"::text,
  to_char("inserted_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), "schema_version_hash"`;

/** Parameters: load id. */
export function loadByIdSql(dataset: string): string {
  return `SELECT ${LOAD} FROM ${quoteTable(dataset, LOADS_TABLE)} WHERE "load_id" = $1 LIMIT 1`;
}

/** Parameters: schema names; all schemas when there are none. The newest load. */
export function newestLoadSql(dataset: string): string {
  return `SELECT ${LOAD} FROM ${quoteTable(dataset, LOADS_TABLE)}
WHERE "schema_name" = ANY ($1::text[]) OR cardinality($1::text[]) = 0 ORDER BY "load_id" DESC LIMIT 1`;
}

/** Parameters: schema name, load id. The load before it. */
export function previousLoadSql(dataset: string): string {
  return `SELECT ${LOAD} FROM ${quoteTable(dataset, LOADS_TABLE)}
WHERE "schema_name" = $1 AND "load_id" < $2 ORDER BY "load_id" DESC LIMIT 1`;
}

/** Parameters: schema name, version hash. */
export function schemaByHashSql(dataset: string): string {
  return `SELECT "schema" FROM ${quoteTable(dataset, VERSION_TABLE)}
WHERE "schema_name" = $1 AND "version_hash" = $2 ORDER BY "inserted_at" DESC LIMIT 1`;
}

/**
 * Parameters: load id. How many rows of a table belong to a load; `chain` is the table, its parent and so on up to the
 * root, because only the root's rows name their load.
 */
export function countLoadRowsSql(dataset: string, chain: readonly string[]): string {
  const [table = "", ...above] = chain;
  return `SELECT count(*)::text FROM ${quoteTable(dataset, table)} WHERE ${ofLoad(dataset, above)}`;
}

function ofLoad(dataset: string, above: readonly string[]): string {
  const [parent, ...rest] = above;
  if (parent === undefined) return `${quoteIdent("_dlt_load_id")} = $1`;
  return `"_dlt_parent_id" IN (SELECT "_dlt_id" FROM ${quoteTable(dataset, parent)} WHERE ${ofLoad(dataset, rest)})`;
}
