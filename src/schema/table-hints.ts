import { ConfigError } from "../core/errors.ts";
import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";
import type { ResourceHints, TableHints, WriteDisposition } from "../core/source.ts";
import {
  type Contract,
  contractOfTable,
  evolvesOnce,
  expandContract,
  isExempt,
  isNewTable,
  setEvolvesOnce,
} from "./contract.ts";
import { contractError } from "./contract-error.ts";
import { mergeColumns } from "./evolve.ts";
import { columnName, tableName } from "./identifiers.ts";
import { extendPropagation } from "./propagation.ts";
import { isComplete } from "./schema.ts";
import { parseColumn, storedColumn } from "./stored.ts";
import type { Column, Schema, Table } from "./table.ts";

/** A table and what a resource says of it. */
export interface HintedTable {
  /** Normalized. */
  readonly name: string;
  readonly hints: TableHints & Partial<Pick<ResourceHints, "maxTableNesting" | "cursorColumn" | "description">>;
  /** The resource, in messages. */
  readonly resource: string;
  /** Makes it a nested table, unless its columns have keys; normalized. */
  readonly parent?: string;
  /** The resource that fills it as a table of its own. */
  readonly recordedAs: string;
}

/** Merges hints into a table, which is made when it is missing. False: the schema contract keeps it out. */
export function mergeTableHints(schema: Schema, { name, hints, resource, parent, recordedAs }: HintedTable): boolean {
  const known = schema.tables.get(name);
  const columns = hintedColumns(schema, hints);
  const contract =
    parent !== undefined && hints.schemaContract === undefined
      ? contractOfTable(schema, name, parent)
      : expandContract(hints.schemaContract ?? getOwn(schema.settings, "schema_contract"));
  // dlt: a table whose rows have keys of their own stands by itself.
  const hasKey = [...columns.values()].some((column) => column.primaryKey === true || column.mergeKey === true);
  const above = hasKey ? undefined : parent;
  if (parent !== undefined && known !== undefined && known.parent !== above) {
    throw movedTable(resource, name, known.parent, above);
  }
  const isNew = isNewTable(known);
  if (contract !== undefined && !admits(schema, resource, contract, name, known, columns)) return false;
  const table: Table = known ?? { name, columns: new Map(), extra: {} };
  mergeColumns(table.columns, columns, false);
  if (contract !== undefined && contract.columns !== "evolve" && isNew) setEvolvesOnce(table, true);
  if (above !== undefined) table.parent = above;
  const disposition =
    hints.writeDisposition ?? (table.parent === undefined ? { disposition: "append" as const } : undefined);
  if (disposition !== undefined) {
    table.writeDisposition = disposition.disposition;
    applyMergeOptions(table, disposition);
  }
  if (table.parent === undefined) table.resource = recordedAs;
  if (hints.maxTableNesting !== undefined) table.maxNesting = hints.maxTableNesting;
  if (hints.schemaContract !== undefined) table.extra.schema_contract = hints.schemaContract;
  if (hints.description !== undefined) table.description = hints.description;
  for (const [wire, value] of Object.entries(hints.extra ?? {})) {
    if (wire === "references") mergeReferences(schema, table, value);
    else table.extra[wire] = value;
  }
  // dlt: a nested table is merged with its root, whatever its own hints say.
  if (table.parent === undefined) checkMergeHints(table, resource);
  schema.tables.set(name, table);
  extendPropagation(schema, name);
  return true;
}

/** dlt: `TablePropertiesConflictException`: rows of the one kind have columns that those of the other kind lack. */
function movedTable(resource: string, table: string, before: string | undefined, now: string | undefined): ConfigError {
  const where = (parent: string | undefined) => (parent === undefined ? "a table by itself" : `below ${parent}`);
  return new ConfigError(
    "E_CONFIG",
    `The table ${table} is ${where(before)} in the stored schema, and ${where(now)} by its hints.`,
    {
      hint: "Write its nested_hints as they were, or drop the resource, which loads it anew.",
      context: { resource, table },
    },
  );
}

/** dlt: of several references to one table the last holds. */
function mergeReferences(schema: Schema, table: Table, written: JsonValue): void {
  const merged = new Map<string, JsonObject>();
  const old = getOwn(table.extra, "references");
  for (const reference of isJsonArray(old) ? old : []) {
    if (isJsonObject(reference)) merged.set(String(getOwn(reference, "referenced_table")), reference);
  }
  for (const reference of isJsonArray(written) ? written : []) {
    if (!isJsonObject(reference)) continue;
    const names = (key: string): JsonValue => {
      const columns = getOwn(reference, key);
      return isJsonArray(columns) ? columns.map((column) => columnName(schema, String(column))) : [];
    };
    const other = tableName(schema, String(getOwn(reference, "referenced_table")));
    merged.set(other, {
      ...reference,
      referenced_table: other,
      columns: names("columns"),
      referenced_columns: names("referenced_columns"),
    });
  }
  if (merged.size > 0) table.extra.references = [...merged.values()];
}

/** Holds the hints against the contract; hints of columns that it discards are taken out. False: no such table. */
function admits(
  schema: Schema,
  resource: string,
  contract: Contract,
  name: string,
  known: Table | undefined,
  columns: Map<string, Column>,
): boolean {
  const frozen = (entity: "tables" | "columns" | "data_type", what: string, column?: string) =>
    contractError({
      schema: schema.name,
      table: name,
      ...(column === undefined ? {} : { column }),
      resource,
      entity,
      what,
    });
  if (known === undefined || isNewTable(known)) {
    if (contract.tables === "freeze") throw frozen("tables", `Can't add table \`${name}\``);
    if (contract.tables !== "evolve") return false;
  }
  const mayAdd = contract.columns === "evolve" || known === undefined || isNewTable(known) || evolvesOnce(known);
  for (const [key, column] of columns) {
    if (isExempt(key)) continue;
    const old = known?.columns.get(key);
    const isNew = !isComplete(old);
    if (!mayAdd && isNew && column.variant !== true) {
      if (contract.columns === "freeze") {
        throw frozen("columns", `Can't add table column \`${key}\` to table \`${name}\``, key);
      }
      columns.delete(key);
    }
    const changes = !isNew && column.variant !== true && changesType(old, column);
    if (contract.dataType !== "evolve" && (column.variant === true || changes)) {
      if (contract.dataType === "freeze") {
        const what = changes
          ? `Can't evolve column type of \`${key}\` in table \`${name}\``
          : `Can't add variant column \`${key}\` for table \`${name}\``;
        throw frozen("data_type", what, key);
      }
      columns.delete(key);
    }
  }
  return true;
}

/** dlt: what a hint says of type, limits and nullability, and the column does not. */
function changesType(old: Column, hinted: Column): boolean {
  const [before, after] = [storedColumn(old), storedColumn(hinted)];
  return TYPE_PROPERTIES.some((key) => after[key] !== undefined && after[key] !== before[key]);
}

const TYPE_PROPERTIES = ["data_type", "nullable", "precision", "scale", "timezone"] as const;

/** The columns that the hints declare, by normalized name. dlt: golden types.json `hint_*`, system.json. */
function hintedColumns(schema: Schema, hints: HintedTable["hints"]): Map<string, Column> {
  const raw = new Map<string, JsonObject>();
  for (const key of Object.keys(hints.columns)) {
    const hint = getOwn(hints.columns, key) as JsonObject | undefined;
    // dlt: the type was once called complex.
    if (hint !== undefined) raw.set(key, hint.data_type === "complex" ? { ...hint, data_type: "json" } : hint);
  }
  addKey(raw, "primary_key", hints.primaryKey);
  addKey(raw, "merge_key", hints.mergeKey);
  if (hints.writeDisposition !== undefined) addVersionColumns(raw, hints.writeDisposition);
  if (hints.cursorColumn !== undefined) {
    raw.set(hints.cursorColumn, { ...raw.get(hints.cursorColumn), incremental: true });
  }
  const columns = new Map<string, Column>();
  const merged = new Map<string, JsonObject>();
  for (const [key, hint] of raw) {
    const name = columnName(schema, key);
    const earlier = merged.get(name);
    // dlt: hints whose names fall together are merged, defaults of the later one do not override.
    merged.set(name, earlier === undefined ? hint : { ...earlier, ...withoutDefaults(hint) });
  }
  for (const [name, hint] of merged) columns.set(name, parseColumn(name, hint));
  return columns;
}

/**
 * dlt: keys given on the resource replace those given in column hints, and set NOT NULL unless the column's own hint
 * says otherwise.
 */
function addKey(columns: Map<string, JsonObject>, hint: "primary_key" | "merge_key", keys: readonly string[]): void {
  if (keys.length === 0) return;
  for (const [name, column] of columns) {
    const { [hint]: _, ...rest } = column;
    columns.set(name, rest);
  }
  for (const key of keys) {
    const column = columns.get(key);
    columns.set(key, { ...column, nullable: column?.nullable ?? false, [hint]: true });
  }
}

/**
 * dlt: the columns of slowly changing dimensions come before all inferred ones; the row hash takes the place of the row id,
 * unless a column of the data tells the versions apart.
 */
function addVersionColumns(columns: Map<string, JsonObject>, merge: WriteDisposition): void {
  if (merge.disposition !== "merge") return;
  const version = merge.rowVersionColumn;
  if (merge.strategy !== "scd2") {
    if (version === undefined || merge.skipUnchangedRows !== true) return;
    columns.set(version, { ...columns.get(version), nullable: false, "x-row-version": true });
    return;
  }
  const [from, to] = merge.validityColumns ?? DEFAULT_VALIDITY_COLUMNS;
  columns.set(from, { data_type: "timestamp", nullable: true, "x-valid-from": true });
  columns.set(to, {
    data_type: "timestamp",
    nullable: true,
    "x-valid-to": true,
    "x-active-record-timestamp": merge.activeRecordTimestamp ?? null,
  });
  // A version that comes back has the same hash again, so the id of the row is no key any more.
  columns.set(version ?? "_dlt_id", { nullable: false, "x-row-version": true, unique: false, row_key: false });
}

const DEFAULT_VALIDITY_COLUMNS = ["_dlt_valid_from", "_dlt_valid_to"] as const;

/** dlt: what a load does not say stays as an earlier one has said it. */
function applyMergeOptions(table: Table, merge: WriteDisposition): void {
  if (merge.disposition !== "merge") return;
  if (merge.strategy !== undefined) table.mergeStrategy = merge.strategy;
  if (merge.deduplicated === true) table.extra["x-stage-data-deduplicated"] = true;
  if (merge.skipUnchangedRows === true) table.extra["x-merge-skip-unchanged-rows"] = true;
  if (merge.strategy !== "scd2" || merge.boundaryTimestamp === undefined) return;
  // dlt: a null takes back what an earlier load has said, and stands in the stored schema.
  table.extra["x-boundary-timestamp"] = merge.boundaryTimestamp;
}

/** Throws `E_CONFIG` for hints by which no merge can be done. dlt: `verify_schema_merge_disposition`. */
function checkMergeHints(table: Table, resource: string): void {
  const refuse = (message: string, hint: string): ConfigError =>
    new ConfigError("E_CONFIG", message, { hint, context: { resource, table: table.name } });
  const columns = [...table.columns.values()];
  for (const [wire, found] of [
    ["hard_delete", columns.filter((column) => column.hardDelete === true)],
    ["dedup_sort", columns.filter((column) => column.dedupSort !== undefined)],
  ] as const) {
    if (found.length < 2) continue;
    const names = found.map((column) => column.name).join(", ");
    throw refuse(`Table ${table.name} has several columns with ${wire}: ${names}.`, "Keep one of them.");
  }
  if (table.writeDisposition !== "merge") return;
  const strategy = table.mergeStrategy;
  if (strategy !== "upsert" && strategy !== "insert-only") return;
  if (columns.some((column) => column.primaryKey === true)) return;
  throw refuse(
    `The merge strategy ${strategy} of table ${table.name} needs a primary key.`,
    "Set primary_key on the resource.",
  );
}

function withoutDefaults(hint: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const key of keysOf(hint)) {
    const value = hint[key] ?? null;
    const isDefault = value === null || value === (key === "nullable" || key === "timezone");
    if (!isDefault) result[key] = value;
  }
  return result;
}
