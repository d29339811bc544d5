import { isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "../core/json.ts";
import { prettyJson } from "../core/json-writer.ts";
import { yamlText } from "../core/yaml-writer.ts";
import { storedSchema } from "./stored.ts";
import type { Schema } from "./table.ts";

export type SchemaFormat = "yaml" | "json";

/** A schema as dlt prints and exports it, byte for byte. dlt: `to_pretty_yaml`, `to_pretty_json`. */
export function schemaFileText(schema: Schema, format: SchemaFormat): string {
  const document = schemaFileDocument(schema);
  return format === "yaml" ? yamlText(document) : prettyJson(document);
}

/** The stored form without what dlt leaves out of files: names that the key says already, the hash of an import. */
export function schemaFileDocument(schema: Schema): JsonObject {
  const { imported_version_hash: _, ...stored } = storedSchema(schema);
  return { ...stored, tables: mapValues(stored.tables, tableDocument) };
}

function tableDocument(table: JsonObject): JsonObject {
  const { name: _, ...rest } = table;
  return { ...rest, columns: mapValues(rest.columns, ({ name: _, ...column }) => column) };
}

function mapValues(object: JsonValue | undefined, change: (value: JsonObject) => JsonObject): JsonObject {
  const out: { [key: string]: JsonValue } = {};
  if (!isJsonObject(object)) return out;
  for (const key of keysOf(object)) {
    const value = object[key];
    if (isJsonObject(value)) setOwn(out, key, change(value));
  }
  return out;
}
