import { mkdir, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { readDocument } from "../../config/document.ts";
import { ConfigError, DataError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { JsonSyntaxError, parseJson } from "../../core/json-reader.ts";
import type { SourceResource } from "../../core/source.ts";
import { type Warning, WarningLog } from "../../core/warnings.ts";
import { decodeCopyRow } from "../../destination/postgres/copy-row.ts";
import { copyText } from "../../destination/postgres/copy-text.ts";
import { printedText } from "../../destination/postgres/printed-text.ts";
import type { PackageManifest } from "../../load/manifest.ts";
import { createPackage } from "../../load/spool.ts";
import type { DataRules } from "../../normalize/data-rules.ts";
import { createNormalizer } from "../../normalize/normalizer.ts";
import { createLoadId } from "../../pipeline/load-id.ts";
import { schemaName } from "../../schema/naming/snake-case.ts";
import { applySourceOptions } from "../../schema/propagation.ts";
import { cloneSchema, completeColumns, createSchema } from "../../schema/schema.ts";
import { settleVersion } from "../../schema/settle-version.ts";
import { parseStoredSchema, storedSchema, storedSchemaText } from "../../schema/stored.ts";
import type { Schema } from "../../schema/table.ts";
import { linesOf } from "./lines.ts";
import { systemClock, systemRandom } from "./system-ports.ts";

export interface NormalizeFilesOptions {
  readonly primaryKey: readonly string[];
  readonly mergeKey: readonly string[];
  readonly writeDisposition: "append" | "replace" | "merge";
  readonly maxTableNesting?: number;
  /** Path of a JSON or YAML mapping of column name to hints. */
  readonly columnsFile?: string;
  /** Path of a stored schema document to start from. */
  readonly schemaFile?: string;
  readonly loadId?: string;
  readonly data?: Partial<DataRules>;
  readonly signal: AbortSignal;
}

export interface NormalizeSummary {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly path: string }[];
  readonly schemaPath: string;
  readonly warnings: readonly Warning[];
}

/** Lines of a file that go through normalize together. */
const BATCH = 1000;

/**
 * Records in files -> `<table>.csv` (RFC 4180, header in schema order, null = nothing, empty text = `""`, values as
 * PostgreSQL prints them, UTC) and `schema.json`. Tables are written when all files are through; memory stays flat.
 * Throws `DataError` with file and line for what is no JSON.
 */
export async function normalizeFiles(
  files: readonly string[],
  folder: string,
  options: NormalizeFilesOptions,
): Promise<NormalizeSummary> {
  const columns = options.columnsFile === undefined ? {} : await readColumns(options.columnsFile);
  const resources = files.map((file): Pick<SourceResource, "name" | "hints"> & { file: string } => ({
    file,
    name: basename(file).slice(0, -extname(file).length || undefined),
    hints: {
      writeDisposition: { disposition: options.writeDisposition },
      primaryKey: options.primaryKey,
      mergeKey: options.mergeKey,
      columns,
    },
  }));
  const before = await startSchema(options.schemaFile, resources[0]?.name ?? "records");
  applySourceOptions(before, options.maxTableNesting === undefined ? {} : { maxTableNesting: options.maxTableNesting });
  const schema = cloneSchema(before);
  const loadId = options.loadId ?? createLoadId(systemClock, systemRandom, null);
  const warnings = new WarningLog();
  const normalizer = createNormalizer({
    schema,
    loadId,
    resources,
    encoder: copyText,
    random: systemRandom,
    warn: warnings.warn,
    ...(options.data === undefined ? {} : { data: options.data }),
  });
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, ".normalize-"));
  try {
    const writer = await createPackage({ workFolder: scratch, loadId });
    for (const { file, name } of resources) {
      for await (const records of recordBatches(file)) {
        options.signal.throwIfAborted();
        for (const chunk of normalizer.page({ resource: name, records, bytes: 0 })) {
          await writer.write(chunk);
          normalizer.release(chunk);
        }
      }
    }
    for (const chunk of normalizer.finish()) await writer.write(chunk);
    settleVersion({
      before,
      after: schema,
      resources: normalizer.started.map(({ deciding }) => deciding),
      withState: false,
    });
    const manifest = await writer.commitManifest({
      pipeline: "normalize",
      dataset: "normalize",
      schemaName: schema.name,
      createdAt: new Date(systemClock.now()).toISOString(),
      base: { dataset: false },
      rootTables: normalizer.started.map((one) => one.table),
      schema: storedSchema(schema),
      schemaVersionHash: schema.versionHash,
    });
    const tables: { table: string; rows: number; path: string }[] = [];
    for (const table of new Set(manifest.files.map((file) => file.table))) {
      const made = join(scratch, `${table}.csv`);
      const rows = await writeCsv(made, writer.folder, manifest, schema, table);
      tables.push({ table, rows, path: join(folder, `${table}.csv`) });
    }
    const schemaPath = join(folder, "schema.json");
    const schemaFile = await open(join(scratch, "schema.json"), "w");
    await schemaFile.writeFile(`${storedSchemaText(schema)}\n`);
    await schemaFile.close();
    for (const { table, path } of tables) await rename(join(scratch, `${table}.csv`), path);
    await rename(join(scratch, "schema.json"), schemaPath);
    return { tables, schemaPath, warnings: warnings.all };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function startSchema(path: string | undefined, name: string): Promise<Schema> {
  if (path === undefined) return createSchema(schemaName(name));
  const text = await readGiven(path);
  try {
    return parseStoredSchema(parseJson(text));
  } catch (cause) {
    throw new ConfigError("E_INPUT", `${path}: not a stored schema document that can be read`, {
      step: "config",
      hint: "Give a schema.json of an earlier normalize, or the column schema of _dlt_version.",
      context: { file: path },
      cause,
    });
  }
}

async function readColumns(path: string): Promise<Record<string, JsonObject>> {
  const { value, faults } = readDocument(await readGiven(path), path);
  const columns: Record<string, JsonObject> = {};
  if (faults.length === 0 && isJsonObject(value)) {
    for (const [name, hints] of Object.entries(value)) {
      if (!isJsonObject(hints)) continue;
      columns[name] = hints;
    }
    if (Object.keys(columns).length === Object.keys(value).length) return columns;
  }
  throw new ConfigError("E_CONFIG", `${path}: expected a mapping of column names to hints`, {
    step: "config",
    hint: 'For example {"price": {"data_type": "decimal"}}.',
    context: { file: path },
  });
}

async function readGiven(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new ConfigError("E_INPUT", `the file ${path} cannot be read`, {
      step: "config",
      hint: "Give the path of an existing file.",
      context: { file: path },
      cause,
    });
  });
}

/** Records of a file of JSON lines, some at a time; blank lines are passed over. */
async function* recordBatches(file: string): AsyncGenerator<JsonValue[]> {
  await open(file, "r").then(
    (handle) => handle.close(),
    () => readGiven(file),
  );
  let batch: JsonValue[] = [];
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === "") continue;
    batch.push(parseLine(line, file, number));
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

function parseLine(line: string, file: string, number: number): JsonValue {
  try {
    return parseJson(line);
  } catch (cause) {
    const where = cause instanceof JsonSyntaxError ? ` at character ${cause.offset + 1}` : "";
    throw new DataError("E_DATA_VALUE", `${file}:${number}: the line is not JSON${where}`, {
      step: "extract",
      hint: "Give one JSON document a line.",
      context: { file, line: number },
      cause,
    });
  }
}

/** One table as CSV; columns that came later are empty in earlier rows. Returns the number of rows. */
async function writeCsv(
  path: string,
  folder: string,
  manifest: PackageManifest,
  schema: Schema,
  name: string,
): Promise<number> {
  const table = schema.tables.get(name);
  const columns = table === undefined ? [] : completeColumns(table);
  const out = await open(path, "w");
  let rows = 0;
  let text = `${columns.map((column) => csvField(column.name)).join(",")}\r\n`;
  for (const file of manifest.files.filter((one) => one.table === name)) {
    const at = columns.map((column) => file.columns.indexOf(column.name));
    for await (const line of linesOf(join(folder, file.path))) {
      const fields = decodeCopyRow(line);
      const printed = columns.map((column, index) => {
        const field = fields[at[index] ?? -1];
        return field === undefined || field === null ? "" : csvField(printedText(column, field));
      });
      text += `${printed.join(",")}\r\n`;
      rows += 1;
      if (text.length > 1 << 18) {
        await out.appendFile(text);
        text = "";
      }
    }
  }
  await out.appendFile(text);
  await out.close();
  return rows;
}

/** Quoted where the text needs it; an empty text is `""`, so that it differs from null. */
function csvField(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
