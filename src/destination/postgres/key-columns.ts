import { completeColumns } from "../../schema/schema.ts";
import type { Table } from "../../schema/table.ts";

/** Column of the load id in a root table. */
export const LOAD_ID_COLUMN = "_dlt_load_id";

/** Column of the row id: `_dlt_id` unless the schema marks another one. */
export function rowIdColumn(table: Table): string {
  return completeColumns(table).find((column) => column.rowKey === true)?.name ?? "_dlt_id";
}

/** Column of the root's row id in a nested table. */
export function rootIdColumn(table: Table): string {
  return completeColumns(table).find((column) => column.rootKey === true)?.name ?? "_dlt_root_id";
}

/** Column of the parent's row id in a nested table. */
export function parentIdColumn(table: Table): string {
  return completeColumns(table).find((column) => column.parentKey === true)?.name ?? "_dlt_parent_id";
}
