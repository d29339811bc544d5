import { quoteIdent, quoteTable } from "./identifier.ts";

/** Tables of the dataset `$1` with their columns as `name` and `definition` (type, NOT NULL, UNIQUE), in order. */
export function exportedTablesSql(): string {
  return `SELECT c.relname AS name, json_agg(json_build_object('name', a.attname, 'definition',
    pg_catalog.format_type(a.atttypid, a.atttypmod)
    || CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype = 'u' AND k.conkey = ARRAY[a.attnum]) THEN ' UNIQUE' ELSE '' END
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END) ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relkind = 'r'
GROUP BY c.relname ORDER BY c.relname`;
}

/** `CREATE TABLE` from what the catalog says. */
export function tableDdl(
  dataset: string,
  table: string,
  columns: readonly { readonly name: string; readonly definition: string }[],
): string {
  const lines = columns.map(({ name, definition }) => `  ${quoteIdent(name)} ${definition}`);
  return `CREATE TABLE ${quoteTable(dataset, table)} (\n${lines.join(",\n")}\n);`;
}

/** All rows of a table as CSV. */
export function exportTableSql(dataset: string, table: string): string {
  return `COPY ${quoteTable(dataset, table)} TO STDOUT WITH (FORMAT csv, HEADER true)`;
}
