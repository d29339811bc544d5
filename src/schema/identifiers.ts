import { pythonStrip } from "../core/python-text.ts";
import { normalizeIdentifier, normalizeKey, normalizePath, normalizeTablesPath } from "./naming/snake-case.ts";
import { breaksPaths } from "./propagation.ts";
import type { Schema } from "./table.ts";

/** A raw column name or key as a column name of the schema. */
export function columnName(schema: Schema, raw: string): string {
  return breaksPaths(schema) ? normalizePath(raw) : normalizeIdentifier(raw);
}

/** A resource name or the key of a list as a table name of the schema. */
export function tableName(schema: Schema, raw: string): string {
  return breaksPaths(schema) ? normalizeTablesPath(raw) : normalizeIdentifier(raw);
}

/** The key of a record as a column name: a blank key is `_empty`, and one that leaves no name is an error. */
export function keyName(schema: Schema, raw: string): string {
  if (breaksPaths(schema)) return normalizeKey(raw);
  return normalizeIdentifier(pythonStrip(raw) === "" ? "_empty" : raw);
}
