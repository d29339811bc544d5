import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDocument } from "../config/document.ts";
import { ConfigError, SluiceError } from "../core/errors.ts";
import { getOwn, isJsonObject } from "../core/json.ts";
import {
  importedHash,
  linkImported,
  parseSchemaFile,
  replaceContent,
  schemaFileName,
  schemaFileText,
  withoutProcessing,
} from "../schema/schema-file.ts";
import type { Schema } from "../schema/table.ts";

/** Folders of schema files in dlt's form, `<schema>.schema.yaml`. */
export interface SchemaPaths {
  /** The schema is written here after each run. */
  readonly exportTo?: string;
  /** A schema found here is taken over, once for each change of it; without one the first run leaves its hints here. */
  readonly importFrom?: string;
}

export interface ImportedSchema {
  /** The schema to build upon: the stored one, or that of the file when it is new or was changed. */
  readonly schema: Schema | undefined;
  /** Hash of the file's content; undefined when there is no file. */
  readonly hash?: string;
}

/** dlt: `SchemaStorage._maybe_import_schema`. Throws `E_CONFIG` for a file that cannot be read. */
export async function importSchema(
  paths: SchemaPaths | undefined,
  name: string,
  stored: Schema | undefined,
): Promise<ImportedSchema> {
  const imported = paths?.importFrom === undefined ? undefined : await readSchemaFile(paths.importFrom, name);
  if (imported === undefined) return { schema: stored };
  const hash = imported.versionHash;
  if (stored === undefined) return { schema: imported, hash };
  return { schema: importedHash(stored) === hash ? stored : replaceContent(stored, imported), hash };
}

/** Notes in the schema which file it follows. The first run writes the file: what hints made of the schema, without data. */
export async function linkImport(
  paths: SchemaPaths | undefined,
  { hash, schema: stored }: ImportedSchema,
  schema: Schema,
  extracted: () => Schema,
): Promise<void> {
  if (paths?.importFrom === undefined) return;
  if (hash !== undefined) {
    linkImported(schema, hash);
    return;
  }
  const first = withoutProcessing(extracted(), stored === undefined);
  await writeSchemaFile(paths.importFrom, first);
  linkImported(schema, first.versionHash);
}

/** Writes the schema as dlt would; where both folders are one, without what normalize has noted in it. */
export async function exportSchema(paths: SchemaPaths | undefined, schema: Schema | undefined): Promise<void> {
  if (paths?.exportTo === undefined || schema === undefined) return;
  await writeSchemaFile(paths.exportTo, paths.exportTo === paths.importFrom ? withoutProcessing(schema) : schema);
}

async function writeSchemaFile(folder: string, schema: Schema): Promise<void> {
  const path = join(folder, schemaFileName(schema.name));
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, schemaFileText(schema));
  } catch (cause) {
    throw new ConfigError("E_CONFIG", `the schema file ${path} cannot be written`, {
      step: "config",
      hint: "Check export-schema-path and import-schema-path.",
      cause,
    });
  }
}

async function readSchemaFile(folder: string, name: string): Promise<Schema | undefined> {
  const path = join(folder, schemaFileName(name));
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw unreadable(path, "cannot be read", cause);
  }
  const { value, faults } = readDocument(text, path);
  const fault = faults[0];
  if (fault !== undefined) throw unreadable(path, `${fault.place?.line ?? 1}: ${fault.message}`, undefined);
  const own = isJsonObject(value) ? getOwn(value, "name") : undefined;
  if (own !== name) throw unreadable(path, `is of the schema ${String(own)}, not ${name}`, undefined);
  try {
    return parseSchemaFile(value);
  } catch (cause) {
    throw unreadable(path, cause instanceof SluiceError ? cause.message : "is no schema", cause);
  }
}

function unreadable(path: string, what: string, cause: unknown): ConfigError {
  return new ConfigError("E_CONFIG", `the schema file ${path} ${what}`, {
    step: "config",
    hint: "Write it as Sluice or dlt exports it (export-schema-path), or remove it.",
    ...(cause === undefined ? {} : { cause }),
  });
}
