import { posix } from "node:path";
import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { ReportedFault } from "./config-error.ts";
import { type ConfigDocument, type Path, readDocument } from "./document.ts";

export interface ReadSeeds {
  /** The source with every seed as a list under `records`. */
  readonly source: JsonObject;
  /** Paths from the top of the source; what is wrong inside a seed's file has its place there. */
  readonly faults: readonly ReportedFault[];
}

/**
 * Reads the seeds of a source: resources whose records stand in the configuration. `records` may be text with a list in
 * YAML or JSON (of `${env:NAME}`), `records_file` names a file beside the pipeline file. Messages never quote a text,
 * which may come from anywhere.
 */
export function readSeeds(
  source: JsonObject,
  file: string | undefined,
  readText: (path: string) => string | undefined,
): ReadSeeds {
  const faults: ReportedFault[] = [];
  const folder = file === undefined ? "." : posix.dirname(file.replaceAll("\\", "/"));

  const read = (resource: JsonValue, index: number): JsonValue => {
    if (!isJsonObject(resource)) return resource;
    const at = ["resources", index];
    const records = getOwn(resource, "records");
    const named = getOwn(resource, "records_file");
    if (typeof records === "string") return withRecords(resource, fromText(records, [...at, "records"], faults));
    // Both, or a name that is none: the checks say so.
    if (typeof named !== "string" || named === "" || (records ?? null) !== null) return resource;
    const path = posix.isAbsolute(named) ? named : posix.join(folder, named.replaceAll("\\", "/"));
    return withRecords(resource, fromFile(path, readText(path), [...at, "records_file"], faults));
  };

  const resources = getOwn(source, "resources");
  if (!isJsonArray(resources)) return { source, faults };
  return { source: { ...source, resources: resources.map(read) }, faults };
}

function withRecords(resource: JsonObject, records: JsonValue): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(resource)) {
    if (key !== "records" && key !== "records_file") setOwn(result, key, value);
  }
  return { ...result, records };
}

function fromText(text: string, at: Path, faults: ReportedFault[]): JsonValue {
  const document = readDocument(text, "");
  for (const { message, place } of document.faults) {
    faults.push({ path: at, reason: "syntax", message: `the text is ${message} (line ${place?.line ?? 1} of it)` });
  }
  if (document.faults.length === 0) {
    for (const { message, within } of problems(document)) {
      const line = document.locate(within)?.line ?? 1;
      faults.push({ path: at, reason: "type", message: `${message} (line ${line} of the text)` });
    }
  }
  return listOf(document.value);
}

function fromFile(path: string, text: string | undefined, at: Path, faults: ReportedFault[]): JsonValue {
  if (text === undefined) {
    faults.push({ path: at, reason: "missing_file", message: `the file ${JSON.stringify(path)} does not exist` });
    return [];
  }
  const document = readDocument(text, path);
  faults.push(...document.faults.map((fault) => ({ ...fault, path: at })));
  if (document.faults.length === 0) {
    for (const { message, within } of problems(document)) {
      const place = document.locate(within);
      faults.push({ path: at, reason: "type", message, ...(place === undefined ? {} : { place }) });
    }
  }
  return listOf(document.value);
}

function* problems({ value }: ConfigDocument): Generator<{ readonly message: string; readonly within: Path }> {
  if (!isJsonArray(value)) {
    yield { message: "expected a list of records", within: [] };
    return;
  }
  for (const [index, item] of value.entries()) {
    if (!isJsonObject(item)) yield { message: `record ${index + 1} is no mapping`, within: [index] };
  }
}

/** What can be checked further: faults of the rest are told already. */
function listOf(value: JsonValue): JsonValue {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}
