import { sha3Base64 } from "../core/digest.ts";
import type { JsonObject } from "../core/json.ts";
import { canonicalJson } from "../core/json-writer.ts";
import { storedSchema } from "./stored.ts";
import type { Schema } from "./table.ts";

/**
 * The version hash of a schema's content: base64, 44 characters. Order of tables does not count, order of columns does.
 * dlt: golden system.json `schema_hash`.
 */
export function schemaVersionHash(schema: Schema): string {
  return storedVersionHash(storedSchema(schema), columnOrder(schema));
}

/** The canonical text that is hashed first; version, hash and history are no content. */
export function canonicalSchemaText(stored: JsonObject): string {
  const { version: _1, version_hash: _2, imported_version_hash: _3, previous_hashes: _4, ...content } = stored;
  return canonicalJson(content);
}

/** Table and column names as they are appended to the canonical text: tables by code point, columns as stored. */
export function columnOrder(schema: Schema): string {
  let text = "";
  for (const name of [...schema.tables.keys()].sort(byCodePoint)) {
    text += name;
    for (const column of schema.tables.get(name)?.columns.keys() ?? []) text += column;
  }
  return text;
}

/**
 * Counts a change of the content since the last save: version + 1, the old hash first among the previous ones. A schema
 * that was never saved becomes version 1. Returns true when something changed.
 */
export function bumpVersion(schema: Schema): boolean {
  const hash = schemaVersionHash(schema);
  if (hash === schema.versionHash) return false;
  if (schema.versionHash === "") {
    schema.version = schema.version === 0 ? 1 : schema.version;
  } else {
    schema.version += 1;
    rememberHash(schema, schema.versionHash);
  }
  schema.versionHash = hash;
  return true;
}

/** Puts a hash first among the previous ones, unless it is there; keeps the newest ten. */
export function rememberHash(schema: Schema, hash: string): void {
  if (!schema.previousHashes.includes(hash)) schema.previousHashes = [hash, ...schema.previousHashes].slice(0, 10);
}

function storedVersionHash(stored: JsonObject, order: string): string {
  return sha3Base64(canonicalSchemaText(stored), order);
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
