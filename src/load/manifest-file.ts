import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { compactJson } from "../core/json-writer.ts";
import type { WindowReport } from "../core/source.ts";
import { writeDurable } from "./durable-file.ts";
import type { PackageFile, PackageManifest, PackageState } from "./manifest.ts";

export const MANIFEST_NAME = "manifest.json";

/** Names that the spool gives to files. Anything else in a manifest is refused, so no path can leave the folder. */
const FILE_NAME = /^[a-z0-9_]{1,80}\.copy$/;

/** Writes `manifest.json`, durably. */
export async function writeManifest(folder: string, manifest: PackageManifest): Promise<void> {
  await writeDurable(join(folder, MANIFEST_NAME), compactJson(toJson(manifest)));
}

/**
 * Reads and checks the manifest of a folder and, with `verifyFiles`, size and checksum of every file. Gives the reason
 * when the package cannot be used; never throws for what stands in the files, because they may be damaged or forged.
 */
export async function readManifest(
  folder: string,
  options: { readonly verifyFiles: boolean },
): Promise<PackageManifest | { readonly damaged: string }> {
  let manifest: PackageManifest | undefined;
  try {
    manifest = fromJson(parseJson(await readFile(join(folder, MANIFEST_NAME), "utf8")));
  } catch {
    return { damaged: "its manifest cannot be read" };
  }
  if (manifest === undefined) return { damaged: "its manifest has not the expected form" };
  if (options.verifyFiles) {
    for (const file of manifest.files) {
      const fault = await checkFile(folder, file);
      if (fault !== undefined) return { damaged: fault };
    }
  }
  return manifest;
}

async function checkFile(folder: string, file: PackageFile): Promise<string | undefined> {
  const path = join(folder, file.path);
  try {
    const facts = await stat(path);
    if (!facts.isFile() || facts.size !== file.bytes) return `${file.path} has not the recorded size`;
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
    return hash.digest("hex") === file.sha256 ? undefined : `${file.path} has not the recorded checksum`;
  } catch {
    return `${file.path} cannot be read`;
  }
}

function toJson(manifest: PackageManifest): JsonObject {
  return {
    format: manifest.format,
    loadId: manifest.loadId,
    pipeline: manifest.pipeline,
    dataset: manifest.dataset,
    schemaName: manifest.schemaName,
    createdAt: manifest.createdAt,
    base: { ...manifest.base },
    files: manifest.files.map((file) => ({ ...file })),
    rootTables: manifest.rootTables,
    ...(manifest.dropped === undefined ? {} : { dropped: manifest.dropped }),
    ...(manifest.emptied === undefined ? {} : { emptied: manifest.emptied }),
    ...(manifest.windows === undefined ? {} : { windows: manifest.windows.map((window) => ({ ...window })) }),
    schema: manifest.schema,
    schemaVersionHash: manifest.schemaVersionHash,
    ...(manifest.state === undefined ? {} : { state: { ...manifest.state } }),
  };
}

/** Undefined when a member is missing or of another type. */
function fromJson(value: JsonValue): PackageManifest | undefined {
  if (!isJsonObject(value) || getOwn(value, "format") !== 1) return undefined;
  const text = texts(value, ["loadId", "pipeline", "dataset", "schemaName", "createdAt", "schemaVersionHash"]);
  const base = baseFrom(getOwn(value, "base"));
  const files = listFrom(getOwn(value, "files"), fileFrom);
  const rootTables = textsFrom(getOwn(value, "rootTables"));
  const refreshed = refreshFrom(value);
  const windows = Object.hasOwn(value, "windows") ? listFrom(getOwn(value, "windows"), windowFrom) : [];
  const schema = getOwn(value, "schema");
  const storedState = getOwn(value, "state");
  const state = storedState === undefined ? undefined : stateFrom(storedState);
  if (text === undefined || base === undefined || files === undefined || rootTables === undefined) return undefined;
  if (refreshed === undefined || windows === undefined) return undefined;
  if (!isJsonObject(schema) || (storedState !== undefined && state === undefined)) return undefined;
  return {
    format: 1,
    ...text,
    base,
    files,
    rootTables,
    ...refreshed,
    ...(windows.length === 0 ? {} : { windows }),
    schema,
    ...(state === undefined ? {} : { state }),
  };
}

/** Undefined when what is there has another form. */
function refreshFrom(value: JsonObject): Pick<PackageManifest, "dropped" | "emptied"> | undefined {
  const found: { dropped?: readonly string[]; emptied?: readonly string[] } = {};
  for (const key of ["dropped", "emptied"] as const) {
    if (!Object.hasOwn(value, key)) continue;
    const tables = textsFrom(getOwn(value, key));
    if (tables === undefined) return undefined;
    found[key] = tables;
  }
  return found;
}

function baseFrom(value: JsonValue | undefined): PackageManifest["base"] | undefined {
  if (!isJsonObject(value)) return undefined;
  if (getOwn(value, "dataset") === false) return { dataset: false };
  const stateRowIds = textsFrom(getOwn(value, "stateRowIds"));
  return getOwn(value, "dataset") === true && stateRowIds !== undefined ? { dataset: true, stateRowIds } : undefined;
}

function fileFrom(value: JsonValue): PackageFile | undefined {
  if (!isJsonObject(value)) return undefined;
  const text = texts(value, ["table", "path", "sha256"]);
  const columns = textsFrom(getOwn(value, "columns"));
  const rows = count(getOwn(value, "rows"));
  const bytes = count(getOwn(value, "bytes"));
  if (text === undefined || columns === undefined || rows === undefined || bytes === undefined) return undefined;
  return FILE_NAME.test(text.path) ? { ...text, columns, rows, bytes } : undefined;
}

function windowFrom(value: JsonValue): WindowReport | undefined {
  const text = isJsonObject(value) ? texts(value, ["resource", "start"]) : undefined;
  const end = isJsonObject(value) ? getOwn(value, "end") : undefined;
  if (text === undefined || (end !== undefined && typeof end !== "string")) return undefined;
  return end === undefined ? text : { ...text, end };
}

function stateFrom(value: JsonValue): PackageState | undefined {
  if (!isJsonObject(value)) return undefined;
  const text = texts(value, ["pipelineName", "state", "createdAt", "versionHash", "dltId"]);
  const version = count(getOwn(value, "version"));
  const engineVersion = count(getOwn(value, "engineVersion"));
  if (text === undefined || version === undefined || engineVersion === undefined) return undefined;
  return { ...text, version, engineVersion };
}

function texts<K extends string>(object: JsonObject, keys: readonly K[]): Readonly<Record<K, string>> | undefined {
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = getOwn(object, key);
    if (typeof value !== "string") return undefined;
    found[key] = value;
  }
  return isComplete(found, keys) ? found : undefined;
}

function isComplete<K extends string>(
  found: Partial<Record<K, string>>,
  keys: readonly K[],
): found is Record<K, string> {
  return keys.every((key) => found[key] !== undefined);
}

function textsFrom(value: JsonValue | undefined): readonly string[] | undefined {
  return listFrom(value, (item) => (typeof item === "string" ? item : undefined));
}

function listFrom<T>(value: JsonValue | undefined, read: (item: JsonValue) => T | undefined): readonly T[] | undefined {
  if (!isJsonArray(value)) return undefined;
  const items: T[] = [];
  for (const item of value) {
    const one = read(item);
    if (one === undefined) return undefined;
    items.push(one);
  }
  return items;
}

function count(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
