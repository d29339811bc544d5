import { getOwn, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import type { Source } from "../core/source.ts";
import { isSystemTable, mergeStrategyOf, rootTableOf, tableChain } from "./schema.ts";
import type { Schema } from "./table.ts";

/** Column of nested tables that holds the id of the root row. */
export const ROOT_ID = "_dlt_root_id";

/**
 * Records in the schema that a root table hands its row id down to all nested tables, when its disposition or an
 * existing column asks for it. Call it whenever the table or one below it was added or changed. dlt: interop 3.5.
 */
export function extendPropagation(schema: Schema, table: string): void {
  const root = rootTableOf(schema, table);
  if (root === undefined || !needsRootKey(schema, root.name)) return;
  const rowKey = [...root.columns.values()].find((column) => column.rowKey === true)?.name ?? "_dlt_id";
  const config = normalizerConfig(schema);
  const propagation = objectOr(config, "propagation");
  const tables = objectOr(propagation, "tables");
  const known = objectOr(tables, root.name);
  if (getOwn(known, rowKey) === ROOT_ID) return;
  setNormalizerConfig(schema, {
    ...config,
    propagation: { ...propagation, tables: { ...tables, [root.name]: { ...known, [rowKey]: ROOT_ID } } },
  });
}

/** Columns whose values a table hands down, as `[from, to]`. Root tables also hand down what the schema says for all roots. */
export function propagatedColumns(
  schema: Schema,
  table: string,
  isRoot: boolean,
): readonly (readonly [string, string])[] {
  const propagation = objectOr(normalizerConfig(schema), "propagation");
  const mapping = {
    ...(isRoot ? objectOr(propagation, "root") : {}),
    ...objectOr(objectOr(propagation, "tables"), table),
  };
  return Object.entries(mapping).flatMap(([from, to]): [string, string][] =>
    typeof to === "string" ? [[from, to]] : [],
  );
}

/** Nesting level that holds for a root table: its own hint, else the source's, else dlt's 1000. */
export function nestingLevel(schema: Schema, table: string): number {
  const own = schema.tables.get(table)?.maxNesting;
  if (own !== undefined) return own;
  const all = getOwn(normalizerConfig(schema), "max_nesting");
  return typeof all === "number" ? all : 1000;
}

/** Whether keys are split at `__`; schemas from before dlt 1.18 say no. */
export function breaksPaths(schema: Schema): boolean {
  return getOwn(schema.normalizers, "use_break_path_on_normalize") !== false;
}

/**
 * Puts the options of a source into the schema, as dlt does when a source is extracted: what the source no longer says is
 * taken out again, and propagation is written anew from the tables as they are. dlt: so a table that has left a merge
 * loses its entry with the load after that.
 */
export function applySourceOptions(
  schema: Schema,
  source: Pick<Source, "maxTableNesting" | "rootKey" | "schemaContract">,
): void {
  const { max_nesting: _1, root_key_propagation: _2, propagation: _4, ...rest } = normalizerConfig(schema);
  setNormalizerConfig(schema, {
    ...rest,
    ...(source.maxTableNesting === undefined ? {} : { max_nesting: source.maxTableNesting }),
    ...(source.rootKey === undefined ? {} : { root_key_propagation: source.rootKey }),
  });
  const { schema_contract: _3, ...settings } = schema.settings;
  schema.settings =
    source.schemaContract === undefined ? settings : { ...settings, schema_contract: source.schemaContract };
  for (const table of [...schema.tables.values()])
    if (table.parent === undefined) extendPropagation(schema, table.name);
}

function needsRootKey(schema: Schema, root: string): boolean {
  if (!isSystemTable(root)) {
    const said = getOwn(normalizerConfig(schema), "root_key_propagation");
    const strategy = mergeStrategyOf(schema, root);
    if (typeof said === "boolean" ? said : strategy !== undefined && strategy !== "scd2") return true;
  }
  return tableChain(schema, root).some((table) =>
    [...table.columns.values()].some((column) => column.rootKey === true),
  );
}

function normalizerConfig(schema: Schema): JsonObject {
  return objectOr(objectOr(schema.normalizers, "json"), "config");
}

/** dlt: no `config` member at all where nothing stands in it. */
function setNormalizerConfig(schema: Schema, config: JsonObject): void {
  const { config: _, ...json } = objectOr(schema.normalizers, "json");
  const next: Record<string, JsonValue> = Object.keys(config).length > 0 ? { ...json, config } : { ...json };
  schema.normalizers = { ...schema.normalizers, json: next };
}

function objectOr(object: JsonObject, key: string): JsonObject {
  const value = getOwn(object, key);
  return isJsonObject(value) ? value : {};
}
