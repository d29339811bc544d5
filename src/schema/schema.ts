import type { JsonObject } from "../core/json.ts";
import { loadsTable, SYSTEM_PREFIX, versionTable } from "./system-tables.ts";
import type { Column, Schema, Table } from "./table.ts";

/** The schema that dlt starts a pipeline with: the system tables, the default hints, the snake_case relational normalizer. */
export function createSchema(name: string): Schema {
  const tables = [versionTable(), loadsTable()];
  return {
    name,
    version: 0,
    versionHash: "",
    previousHashes: [],
    tables: new Map(tables.map((table) => [table.name, table])),
    settings: defaultSettings(),
    normalizers: { names: "snake_case", json: { module: RELATIONAL_MODULE } },
    extra: {},
  };
}

/** dlt's name for the normalizer that both follow; it stands in every stored schema. */
export const RELATIONAL_MODULE = "dlt.common.normalizers.json.relational";

/** Settings of a schema that nobody has tuned. dlt: golden system.json. */
export function defaultSettings(): JsonObject {
  return {
    detections: ["iso_timestamp"],
    default_hints: {
      not_null: ["_dlt_id", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_load_id"],
      parent_key: ["_dlt_parent_id"],
      root_key: ["_dlt_root_id"],
      unique: ["_dlt_id"],
      row_key: ["_dlt_id"],
    },
  };
}

/** A deep copy: tables and columns can be changed without touching the original. Values of hints are shared, they are never changed in place. */
export function cloneSchema(schema: Schema): Schema {
  return {
    ...schema,
    previousHashes: [...schema.previousHashes],
    tables: new Map([...schema.tables].map(([name, table]) => [name, cloneTable(table)])),
    extra: { ...schema.extra },
  };
}

export function cloneTable(table: Table): Table {
  return {
    ...table,
    columns: new Map(
      [...table.columns].map(([name, column]): [string, Column] => [name, { ...column, extra: { ...column.extra } }]),
    ),
    extra: { ...table.extra },
  };
}

/** True for a column that can be created in the destination. */
export function isComplete(
  column: Column | undefined,
): column is Column & { dataType: NonNullable<Column["dataType"]> } {
  return column?.dataType !== undefined;
}

/** True for `_dlt_*` tables. */
export function isSystemTable(name: string): boolean {
  return name.startsWith(SYSTEM_PREFIX);
}

/** The table without a parent at the top of the chain. A missing parent ends the walk, so a damaged schema cannot loop for ever. */
export function rootTableOf(schema: Schema, name: string): Table | undefined {
  let table = schema.tables.get(name);
  for (let steps = 0; table?.parent !== undefined && steps < schema.tables.size; steps += 1) {
    const parent = schema.tables.get(table.parent);
    if (parent === undefined) break;
    table = parent;
  }
  return table;
}

/** A table and all below it, depth first in schema order: the chain that replace and merge act upon. */
export function tableChain(schema: Schema, name: string): readonly Table[] {
  const chain: Table[] = [];
  const children = new Map<string, Table[]>();
  for (const table of schema.tables.values()) {
    if (table.parent === undefined) continue;
    const siblings = children.get(table.parent);
    if (siblings === undefined) children.set(table.parent, [table]);
    else siblings.push(table);
  }
  const root = schema.tables.get(name);
  const stack = root === undefined ? [] : [root];
  const met = new Set<Table>();
  while (stack.length > 0) {
    const table = stack.pop();
    if (table === undefined || met.has(table)) continue;
    met.add(table);
    chain.push(table);
    const below = children.get(table.name) ?? [];
    for (let i = below.length - 1; i >= 0; i -= 1) {
      const child = below[i];
      if (child !== undefined) stack.push(child);
    }
  }
  return chain;
}

/** Write disposition that holds for a table: its root's; `append` where none is said. */
export function writeDispositionOf(schema: Schema, name: string): NonNullable<Table["writeDisposition"]> {
  return rootTableOf(schema, name)?.writeDisposition ?? "append";
}

/** Strategy of a merge root and of everything below it, `undefined` for other dispositions. */
export function mergeStrategyOf(schema: Schema, name: string): Table["mergeStrategy"] {
  const root = rootTableOf(schema, name);
  return root?.writeDisposition === "merge" ? (root.mergeStrategy ?? "delete-insert") : undefined;
}

/**
 * True for the tables of a merge whose rows must all be there before the first of them can be written: their ids are made
 * from the data, so that old and new rows have the same, and what becomes of a row depends on the one that is there.
 */
export function stagesRows(schema: Schema, name: string): boolean {
  const strategy = mergeStrategyOf(schema, name);
  return strategy !== undefined && strategy !== "delete-insert";
}

/** Names of the complete columns in stored order: what `CREATE TABLE` and COPY see. */
export function completeColumns(table: Table): readonly Column[] {
  return [...table.columns.values()].filter((column) => isComplete(column));
}
