import { SluiceError } from "../core/errors.ts";
import { DATA_TYPES } from "../core/flow.ts";
import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";
import { compactJson } from "../core/json-writer.ts";
import { ENGINE_VERSION, migrateStored } from "./migrate.ts";
import { RELATIONAL_MODULE } from "./schema.ts";
import type { Column, Schema, Table } from "./table.ts";

/**
 * The wire form of a schema, as dlt stores it in `_dlt_version.schema` and as the hash is taken over it. Together with
 * {@link parseStoredSchema} it loses nothing: hints that Sluice does not know come back under their own names.
 */
export function storedSchema(schema: Schema): JsonObject {
  const tables: Record<string, JsonValue> = {};
  for (const table of schema.tables.values()) tables[table.name] = storedTable(table);
  return {
    version: schema.version,
    version_hash: schema.versionHash,
    engine_version: ENGINE_VERSION,
    name: schema.name,
    tables,
    settings: schema.settings,
    normalizers: schema.normalizers,
    previous_hashes: schema.previousHashes,
    ...schema.extra,
  };
}

/** The text of `_dlt_version.schema`: compact JSON. */
export function storedSchemaText(schema: Schema): string {
  return compactJson(storedSchema(schema));
}

/**
 * Reads a stored schema document of engine version 5 to 11. Throws `E_STATE_UNREADABLE` for a newer or older engine, for
 * another naming convention or normalizer than Sluice follows, and for a document of another shape.
 */
export function parseStoredSchema(document: JsonValue): Schema {
  if (!isJsonObject(document)) throw unreadable("is no JSON object");
  const stored = migrateStored(document);
  const name = getOwn(stored, "name");
  if (typeof name !== "string") throw unreadable("has no name");
  const normalizers = objectOr(stored, "normalizers");
  checkNormalizers(name, normalizers);
  const tables = new Map<string, Table>();
  const storedTables = objectOr(stored, "tables");
  for (const key of keysOf(storedTables)) {
    const table = getOwn(storedTables, key);
    if (!isJsonObject(table)) throw unreadable(`table ${key} of schema ${name} is no JSON object`);
    tables.set(key, parseTable(key, table));
  }
  const version = getOwn(stored, "version");
  const versionHash = getOwn(stored, "version_hash");
  const previous = getOwn(stored, "previous_hashes");
  return {
    name,
    version: typeof version === "number" ? version : 0,
    versionHash: typeof versionHash === "string" ? versionHash : "",
    previousHashes: isJsonArray(previous) ? previous.filter((hash) => typeof hash === "string") : [],
    tables,
    settings: objectOr(stored, "settings"),
    normalizers,
    extra: without(stored, SCHEMA_KEYS),
  };
}

/** The wire form of a table. */
export function storedTable(table: Table): JsonObject {
  const columns: Record<string, JsonValue> = {};
  for (const column of table.columns.values()) columns[column.name] = storedColumn(column);
  const { [X_NORMALIZER]: rest, ...extra } = table.extra;
  const normalizer: Record<string, JsonValue> = {
    ...(table.maxNesting === undefined ? {} : { max_nesting: table.maxNesting }),
    ...(table.seenData === undefined ? {} : { "seen-data": table.seenData }),
    ...(rest !== undefined && isJsonObject(rest) ? rest : {}),
  };
  return {
    name: table.name,
    columns,
    ...(table.writeDisposition === undefined ? {} : { write_disposition: table.writeDisposition }),
    ...(table.resource === undefined ? {} : { resource: table.resource }),
    ...(table.parent === undefined ? {} : { parent: table.parent }),
    ...(Object.keys(normalizer).length > 0 || rest !== undefined ? { [X_NORMALIZER]: normalizer } : {}),
    ...(table.description === undefined ? {} : { description: table.description }),
    ...(table.mergeStrategy === undefined ? {} : { [X_MERGE_STRATEGY]: table.mergeStrategy }),
    ...extra,
  };
}

/** Reads the wire form of a table; `name` is its key, which wins over the member. */
export function parseTable(name: string, stored: JsonObject): Table {
  const columns = new Map<string, Column>();
  const storedColumns = objectOr(stored, "columns");
  for (const key of keysOf(storedColumns)) {
    const column = getOwn(storedColumns, key);
    columns.set(key, parseColumn(key, isJsonObject(column) ? column : {}));
  }
  const table: Table = { name, columns, extra: {} };
  const disposition = getOwn(stored, "write_disposition");
  const strategy = getOwn(stored, X_MERGE_STRATEGY);
  for (const key of keysOf(stored)) {
    const value = stored[key] ?? null;
    if (key === "name" || key === "columns") continue;
    if (key === "write_disposition" && isOneOf(disposition, DISPOSITIONS)) table.writeDisposition = disposition;
    else if (key === X_MERGE_STRATEGY && isOneOf(strategy, STRATEGIES)) table.mergeStrategy = strategy;
    else if (key === "resource" && typeof value === "string") table.resource = value;
    else if (key === "parent" && typeof value === "string") table.parent = value;
    else if (key === "description" && typeof value === "string") table.description = value;
    else if (key === X_NORMALIZER && isJsonObject(value)) readNormalizerHint(table, value);
    else table.extra[key] = value;
  }
  return table;
}

/** The wire form of a column. */
export function storedColumn(column: Column): JsonObject {
  const stored: Record<string, JsonValue> = { name: column.name };
  if (column.dataType !== undefined) stored.data_type = column.dataType;
  if (column.nullableImplied !== true) stored.nullable = column.nullable;
  for (const [wire, field] of FLAGS) {
    const value = column[field];
    if (value !== undefined) stored[wire] = value;
  }
  if (column.precision !== undefined) stored.precision = column.precision;
  if (column.scale !== undefined) stored.scale = column.scale;
  if (column.dedupSort !== undefined) stored.dedup_sort = column.dedupSort;
  if (column.description !== undefined) stored.description = column.description;
  for (const [wire, value] of Object.entries(column.extra)) stored[wire] = value;
  return stored;
}

/** Reads the wire form of a column or of a column hint. */
export function parseColumn(name: string, stored: JsonObject): Column {
  const column: Column = { name, nullable: true, extra: {} };
  let saysNullable = false;
  for (const wire of keysOf(stored)) {
    const value = stored[wire] ?? null;
    const flag = FLAG_FIELDS.get(wire);
    if (wire === "name") continue;
    if (wire === "nullable" && typeof value === "boolean") {
      column.nullable = value;
      saysNullable = true;
    } else if (wire === "data_type" && isOneOf(value, DATA_TYPES)) column.dataType = value;
    else if (flag !== undefined && typeof value === "boolean") column[flag] = value;
    else if (wire === "precision" && typeof value === "number") column.precision = value;
    else if (wire === "scale" && typeof value === "number") column.scale = value;
    else if (wire === "dedup_sort" && (value === "asc" || value === "desc")) column.dedupSort = value;
    else if (wire === "description" && typeof value === "string") column.description = value;
    else column.extra[wire] = value;
  }
  if (!saysNullable) column.nullableImplied = true;
  return column;
}

const X_NORMALIZER = "x-normalizer";
const X_MERGE_STRATEGY = "x-merge-strategy";
const DISPOSITIONS = ["append", "replace", "merge", "skip"] as const;
const STRATEGIES = ["delete-insert", "upsert", "scd2", "insert-only"] as const;

type FlagField =
  | "timezone"
  | "unique"
  | "rowKey"
  | "parentKey"
  | "rootKey"
  | "primaryKey"
  | "mergeKey"
  | "incremental"
  | "variant"
  | "hardDelete";

const FLAGS: readonly (readonly [wire: string, field: FlagField])[] = [
  ["timezone", "timezone"],
  ["unique", "unique"],
  ["row_key", "rowKey"],
  ["parent_key", "parentKey"],
  ["root_key", "rootKey"],
  ["primary_key", "primaryKey"],
  ["merge_key", "mergeKey"],
  ["incremental", "incremental"],
  ["variant", "variant"],
  ["hard_delete", "hardDelete"],
];
const FLAG_FIELDS: ReadonlyMap<string, FlagField> = new Map(FLAGS);

const SCHEMA_KEYS = new Set([
  "version",
  "version_hash",
  "engine_version",
  "name",
  "tables",
  "settings",
  "normalizers",
  "previous_hashes",
]);

function isOneOf<T extends string>(value: JsonValue | undefined, words: readonly T[]): value is T {
  return words.some((word) => word === value);
}

/** `max_nesting` and `seen-data` have fields; what else stands there (also nothing at all) is kept beside them. */
function readNormalizerHint(table: Table, hint: JsonObject): void {
  const { max_nesting: maxNesting, "seen-data": seenData, ...rest } = hint;
  let left: JsonObject = rest;
  if (typeof maxNesting === "number") table.maxNesting = maxNesting;
  else if (maxNesting !== undefined) left = { max_nesting: maxNesting, ...left };
  if (typeof seenData === "boolean") table.seenData = seenData;
  else if (seenData !== undefined) left = { "seen-data": seenData, ...left };
  if (Object.keys(left).length > 0 || Object.keys(hint).length === 0) table.extra[X_NORMALIZER] = left;
}

/**
 * The names of everything depend on the convention, so another one cannot be continued. dlt writes a convention as a
 * short name or as the path of its module.
 */
function checkNormalizers(schema: string, normalizers: JsonObject): void {
  const names = getOwn(normalizers, "names");
  if (typeof names === "string" && !/(?:^|\.)snake_case(?:\.NamingConvention)?$/.test(names)) {
    throw unreadable(`${schema} uses the naming convention ${names}; only snake_case is supported`);
  }
  const json = getOwn(normalizers, "json");
  const module = isJsonObject(json) ? getOwn(json, "module") : undefined;
  if (typeof module === "string" && module !== RELATIONAL_MODULE && module !== "relational") {
    throw unreadable(`${schema} uses the normalizer ${module}; only ${RELATIONAL_MODULE} is supported`);
  }
}

function objectOr(object: JsonObject, key: string): JsonObject {
  const value = getOwn(object, key);
  return isJsonObject(value) ? value : {};
}

function without(object: JsonObject, keys: ReadonlySet<string>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}

function unreadable(what: string): SluiceError {
  return new SluiceError("E_STATE_UNREADABLE", `The stored schema ${what}.`);
}
