import { isJsonObject, type JsonObject, type JsonValue, keysOf } from "../core/json.ts";
import { prettyJson } from "../core/json-writer.ts";
import { yamlText } from "../core/yaml-writer.ts";
import { cloneSchema } from "./schema.ts";
import { parseStoredSchema, storedSchema } from "./stored.ts";
import type { Schema } from "./table.ts";
import { bumpVersion, schemaVersionHash } from "./version-hash.ts";

/** Name of the file of a schema in a folder of schema files. */
export function schemaFileName(schema: string): string {
  return `${schema}.schema.yaml`;
}

/** A schema as dlt prints and exports it, byte for byte. dlt: `to_pretty_yaml`, `to_pretty_json`. */
export function schemaFileText(schema: Schema, format: "yaml" | "json" = "yaml"): string {
  const document = schemaFileDocument(schema);
  return format === "yaml" ? yamlText(document) : prettyJson(document);
}

/** The stored form, in which tables and columns do not repeat their names, without the hash of an import. */
export function schemaFileDocument(schema: Schema): JsonObject {
  const { imported_version_hash: _1, tables, ...rest } = storedSchema(schema);
  const document: Record<string, JsonValue> = {};
  for (const key of ["version", "version_hash", "engine_version", "name"]) document[key] = rest[key] ?? null;
  document.tables = mapMembers(tables, (table) => {
    const { name: _2, columns, ...hints } = table;
    return { columns: mapMembers(columns, ({ name: _3, ...column }) => column), ...hints };
  });
  return { ...document, ...rest };
}

/**
 * A copy without what normalize notes in a schema (which tables have data, how deep they go): what may be written by hand.
 * dlt: that counts as a change of a schema that was stored before.
 */
export function withoutProcessing(schema: Schema, isNew = false): Schema {
  const clean = cloneSchema(schema);
  for (const table of clean.tables.values()) {
    delete table.maxNesting;
    delete table.seenData;
    delete table.extra["x-normalizer"];
    for (const column of table.columns.values()) delete column.extra["x-normalizer"];
  }
  if (isNew) clean.versionHash = schemaVersionHash(clean);
  else bumpVersion(clean);
  return clean;
}

/** Reads the document of a schema file. Its hash is that of its content, whatever the file says. Throws `E_STATE_UNREADABLE`. */
export function parseSchemaFile(document: JsonValue): Schema {
  const schema = parseStoredSchema(document);
  for (const table of schema.tables.values()) {
    if (table.parent !== undefined) continue;
    table.writeDisposition ??= "append";
    table.resource ??= table.name;
  }
  bumpVersion(schema);
  return schema;
}

const IMPORTED = "imported_version_hash";

/** The hash of the schema file that was imported last. */
export function importedHash(schema: Schema): string | undefined {
  const hash = schema.extra[IMPORTED];
  return typeof hash === "string" ? hash : undefined;
}

export function linkImported(schema: Schema, hash: string): void {
  schema.extra[IMPORTED] = hash;
}

/** The imported schema in the place of the stored one, whose hash joins its history. dlt: `replace_schema_content`. */
export function replaceContent(stored: Schema, imported: Schema): Schema {
  const known = imported.previousHashes.includes(stored.versionHash) || imported.versionHash === stored.versionHash;
  const previousHashes = known
    ? [...imported.previousHashes]
    : [stored.versionHash, ...imported.previousHashes].slice(0, 10);
  return { ...cloneSchema(imported), previousHashes };
}

function mapMembers(object: JsonValue | undefined, change: (member: JsonObject) => JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  if (object === undefined || !isJsonObject(object)) return result;
  for (const key of keysOf(object)) {
    const value = object[key] ?? null;
    result[key] = isJsonObject(value) ? change(value) : value;
  }
  return result;
}
