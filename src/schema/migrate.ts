import { DestinationError } from "../core/errors.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";

/** Version of dlt's schema engine whose documents Sluice writes. */
export const ENGINE_VERSION = 11;
const OLDEST = 5;

/**
 * Brings a stored schema document of an older dlt to engine version 11, as dlt does when it reads one, and drops the
 * columns that older versions remembered for having seen only nulls. Returns a new document; throws
 * `E_STATE_UNREADABLE` for versions it does not know.
 */
export function migrateStored(document: JsonObject): JsonObject {
  const from = getOwn(document, "engine_version");
  const name = getOwn(document, "name");
  if (typeof from !== "number" || !Number.isInteger(from) || from < OLDEST || from > ENGINE_VERSION) {
    throw new DestinationError(
      "E_STATE_UNREADABLE",
      `The stored schema ${String(name)} has engine version ${String(from)}; versions ${OLDEST} to ${ENGINE_VERSION} can be read.`,
      {
        hint:
          typeof from === "number" && from > ENGINE_VERSION
            ? "The dataset was written by a newer dlt; use a newer Sluice."
            : "Open the dataset once with dlt 1.31, which upgrades the document.",
        context: { schema: typeof name === "string" ? name : undefined, engineVersion: String(from) },
      },
    );
  }
  let stored = document;
  for (let version = from; version < ENGINE_VERSION; version += 1) stored = MIGRATIONS[version]?.(stored) ?? stored;
  return mapTables({ ...stored, engine_version: ENGINE_VERSION }, dropSeenNullFirst);
}

type Document = JsonObject;

/** By the engine version they start from; 5 to 6 renewed `_dlt_loads`, which the load step adds column by column anyway. */
const MIGRATIONS: Readonly<Record<number, (stored: Document) => Document>> = {
  6: (stored) =>
    mapTables({ ...stored, settings: omit(member(stored, "settings"), "schema_sealed") }, (table) =>
      omit(table, "table_sealed"),
    ),
  7: (stored) => ({ ...stored, previous_hashes: [] }),
  8: (stored) =>
    mapTables(stored, (table) =>
      Object.hasOwn(member(table, "columns"), "_dlt_id")
        ? { ...table, "x-normalizer": { ...member(table, "x-normalizer"), "seen-data": true } }
        : table,
    ),
  9: (stored) => ({
    ...mapTables(stored, (table) => mapColumns(table, renewKeys)),
    settings: renewSettings(member(stored, "settings")),
    normalizers: renewNormalizers(member(stored, "normalizers")),
  }),
  10: (stored) => ({
    ...stored,
    normalizers: { ...member(stored, "normalizers"), use_break_path_on_normalize: false },
  }),
};

/** `complex` became `json`, `foreign_key` became `parent_key`, and the unique `_dlt_id` became the row key. */
function renewKeys(column: JsonObject, name: string): JsonObject {
  const renewed = omit(column, "foreign_key");
  return {
    ...renewed,
    ...(column.data_type === "complex" ? { data_type: "json" } : {}),
    ...(name === "_dlt_id" ? { row_key: column.unique ?? false } : {}),
    ...(name === "_dlt_parent_id" ? { parent_key: column.foreign_key ?? false } : {}),
  };
}

function renewSettings(settings: JsonObject): JsonObject {
  const hints = getOwn(settings, "default_hints");
  const types = getOwn(settings, "preferred_types");
  return {
    ...settings,
    ...(isJsonObject(types)
      ? {
          preferred_types: Object.fromEntries(
            Object.entries(types).map(([pattern, type]) => [pattern, type === "complex" ? "json" : type]),
          ),
        }
      : {}),
    ...(isJsonObject(hints) && Object.keys(hints).length > 0
      ? { default_hints: { ...omit(hints, "foreign_key"), row_key: ["_dlt_id"], parent_key: ["_dlt_parent_id"] } }
      : {}),
  };
}

function renewNormalizers(normalizers: JsonObject): JsonObject {
  const json = getOwn(normalizers, "json");
  const config = isJsonObject(json) ? getOwn(json, "config") : undefined;
  if (!isJsonObject(json) || !isJsonObject(config)) return normalizers;
  return { ...normalizers, json: { ...json, config: omit(config, "generate_dlt_id") } };
}

/** dlt: the mark is gone since 1.31; a typed column loses it, one without a type goes altogether. */
function dropSeenNullFirst(table: JsonObject): JsonObject {
  return mapColumns(table, (column) => {
    const hint = member(column, "x-normalizer");
    const seen = getOwn(hint, "seen-null-first");
    if (seen === undefined || seen === null || seen === false) return column;
    if (!Object.hasOwn(column, "data_type")) return undefined;
    const rest = omit(hint, "seen-null-first");
    return Object.keys(rest).length > 0 ? { ...column, "x-normalizer": rest } : omit(column, "x-normalizer");
  });
}

function mapTables(stored: Document, change: (table: JsonObject) => JsonObject): Document {
  return { ...stored, tables: mapMembers(member(stored, "tables"), change) };
}

function mapColumns(
  table: JsonObject,
  change: (column: JsonObject, name: string) => JsonObject | undefined,
): JsonObject {
  return Object.hasOwn(table, "columns") ? { ...table, columns: mapMembers(member(table, "columns"), change) } : table;
}

/** Keeps the object itself, and with it the order of its keys, where nothing changes. */
function mapMembers(
  object: JsonObject,
  change: (member: JsonObject, name: string) => JsonObject | undefined,
): JsonObject {
  let changed = false;
  const result: Record<string, JsonValue> = {};
  for (const key of keysOf(object)) {
    const value = object[key] ?? null;
    const next = isJsonObject(value) ? change(value, key) : value;
    if (next !== value) changed = true;
    if (next !== undefined) result[key] = next;
  }
  return changed ? result : object;
}

function member(object: JsonObject, key: string): JsonObject {
  const value = getOwn(object, key);
  return isJsonObject(value) ? value : {};
}

function omit(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}
