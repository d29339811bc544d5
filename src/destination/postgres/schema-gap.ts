import { DestinationError } from "../../core/errors.ts";
import { completeColumns } from "../../schema/schema.ts";
import type { Column, Table } from "../../schema/table.ts";
import type { Catalog } from "./catalog.ts";

/** What the database lacks for a package. */
export interface SchemaGap {
  /** In the order of the schema, all columns. */
  readonly newTables: readonly Table[];
  readonly newColumns: readonly TableColumns[];
}

export interface TableColumns {
  readonly table: Table;
  readonly columns: readonly Column[];
}

/**
 * Compares real columns with needed ones, by name. As in dlt, a type or a null rule that differs is left alone; the
 * stored schema's hash is not trusted, because another tool may have changed the tables.
 */
export function findGap(needed: readonly Table[], catalog: Catalog): SchemaGap {
  const newTables: Table[] = [];
  const newColumns: TableColumns[] = [];
  for (const table of needed) {
    const real = catalog.get(table.name);
    if (real === undefined) {
      newTables.push(table);
      continue;
    }
    if (!real.isTable) {
      throw new DestinationError("E_DEST_DATA", `${table.name} is there, but is no table that takes rows`, {
        step: "load",
        hint: "Rename the view, or give the resource another table_name.",
        context: { table: table.name },
      });
    }
    const columns = completeColumns(table).filter((column) => !real.columns.has(column.name));
    if (columns.length > 0) newColumns.push({ table, columns });
  }
  return { newTables, newColumns };
}

export function isEmptyGap(gap: SchemaGap): boolean {
  return gap.newTables.length === 0 && gap.newColumns.length === 0;
}

/** Columns that may be added without NOT NULL for now, to be filled and tightened in the load: the root ids. */
export function rootIdColumns(columns: readonly Column[]): ReadonlySet<string> {
  return new Set(columns.filter((column) => column.rootKey === true).map((column) => column.name));
}

/** A root id column that allows nulls in the database although the schema does not: rows to be filled. */
export function openRootIds(tables: readonly Table[], catalog: Catalog): readonly { table: Table; column: string }[] {
  const open: { table: Table; column: string }[] = [];
  for (const table of tables) {
    for (const column of completeColumns(table)) {
      const real = catalog.get(table.name)?.columns.get(column.name);
      if (column.rootKey === true && !column.nullable && real !== undefined && !real.notNull) {
        open.push({ table, column: column.name });
      }
    }
  }
  return open;
}
