import { quoteTable } from "./identifier.ts";

/** Parameters: dataset. One row when the schema is there. */
export const SCHEMA_EXISTS_SQL = "SELECT 1::text FROM pg_catalog.pg_namespace WHERE nspname = $1";

/**
 * Parameters: dataset, table names. A row per column: table, kind, column, type, not null, estimated rows. A table
 * without columns gives one row with nulls.
 */
export const COLUMNS_SQL = `SELECT c.relname::text, c.relkind::text, a.attname::text,
  pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull::text, c.reltuples::bigint::text
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname, a.attnum`;

/** The argument of `to_regclass`: qualified and quoted, because `search_path` is empty. */
export function regclassName(dataset: string, table: string): string {
  return quoteTable(dataset, table);
}

export const REGCLASS_SQL = "SELECT (pg_catalog.to_regclass($1) IS NOT NULL)::text";
