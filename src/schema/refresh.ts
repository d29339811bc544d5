import { getOwn, isJsonObject, type JsonObject } from "../core/json.ts";
import { cloneSchema, createSchema, isSystemTable, tableChain } from "./schema.ts";
import type { Schema } from "./table.ts";

/**
 * dlt's ways of loading from the start: `drop_sources` forgets all tables and the state of the source, `drop_resources` those
 * of the resources of this run, `drop_data` empties their tables and keeps the schema.
 */
export type RefreshMode = "drop_sources" | "drop_resources" | "drop_data";

export interface SchemaRefresh {
  /** The schema that the run builds upon. */
  readonly schema: Schema;
  /** Tables that the destination has and must drop, nested ones first. */
  readonly dropped: readonly string[];
  /** Tables whose rows must go. */
  readonly emptied: readonly string[];
}

/**
 * What a refresh does to the stored schema. Only tables that received rows are known to the destination.
 *
 * @param resources names of the resources that are extracted, parents of selected ones included
 */
export function refreshSchema(stored: Schema, mode: RefreshMode, resources: ReadonlySet<string>): SchemaRefresh {
  const tables = [...stored.tables.values()]
    .filter(({ name, parent, resource }) => {
      if (parent !== undefined || isSystemTable(name) || resource === undefined) return false;
      return mode === "drop_sources" || resources.has(resource);
    })
    .flatMap((root) => tableChain(stored, root.name))
    .reverse();
  const withRows = tables.filter((table) => table.seenData === true).map((table) => table.name);
  if (mode === "drop_data") return { schema: cloneSchema(stored), dropped: [], emptied: withRows };
  // dlt: the whole schema begins anew, with its version and history.
  if (mode === "drop_sources") return { schema: createSchema(stored.name), dropped: withRows, emptied: [] };
  const schema = cloneSchema(stored);
  for (const { name } of tables) forgetTable(schema, name);
  return { schema, dropped: withRows, emptied: [] };
}

/** Takes a table out of a schema, and out of the rules by which its row ids go down to nested tables. */
export function forgetTable(schema: Schema, table: string): void {
  schema.tables.delete(table);
  const json = member(schema.normalizers, "json");
  const config = member(json, "config");
  const propagation = member(config, "propagation");
  const tables = member(propagation, "tables");
  if (getOwn(tables, table) === undefined) return;
  const { [table]: _, ...rest } = tables;
  const next = { ...config, propagation: { ...propagation, tables: rest } };
  schema.normalizers = { ...schema.normalizers, json: { ...json, config: next } };
}

function member(object: JsonObject, key: string): JsonObject {
  const value = getOwn(object, key);
  return isJsonObject(value) ? value : {};
}
