import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Configuration } from "../../config/load-configuration.ts";
import { compactJson, lexemeJson } from "../../core/json-writer.ts";
import type { Source } from "../../core/source.ts";
import type { Warning } from "../../core/warnings.ts";
import { pathName } from "../../load/path-name.ts";
import { type ExtractOptions, extractSource, requestLine } from "./extract-source.ts";

export interface ExtractSummary {
  readonly resources: readonly {
    readonly resource: string;
    readonly records: number;
    readonly requests: number;
    readonly path: string;
  }[];
  readonly statePath: string;
  readonly requestsPath: string;
  readonly warnings: readonly Warning[];
}

/**
 * Extracts a source into files: `<resource>.jsonl` (one record a line, numbers as received), `state.json` (the state
 * document that a load would have stored) and `requests.jsonl`. Files take their names when all is done; after a failure
 * only the request log is there.
 */
export async function extractToFolder(
  source: Source,
  configuration: Pick<Configuration, "pipelineName" | "datasetName" | "settings">,
  folder: string,
  options: ExtractOptions,
): Promise<ExtractSummary> {
  await mkdir(folder, { recursive: true });
  const files = new Map<string, OutputFile>();
  const file = async (name: string): Promise<OutputFile> => {
    const known = files.get(name);
    if (known !== undefined) return known;
    const made = await openOutput(folder, name);
    files.set(name, made);
    return made;
  };
  const requestLog = await openOutput(folder, "requests.jsonl");
  try {
    for (const { name, selected } of source.resources) if (selected) await file(recordsFile(name));
    const extracted = await extractSource(
      source,
      configuration,
      {
        records: async (resource, records) =>
          (await file(recordsFile(resource))).write(records.map((record) => `${lexemeJson(record)}\n`).join("")),
        requests: (requests) => requestLog.write(requests.map((request) => `${requestLine(request)}\n`).join("")),
      },
      options,
    );
    for (const resource of extracted.failed) {
      await files.get(recordsFile(resource))?.discard();
      files.delete(recordsFile(resource));
    }
    await (await file("state.json")).write(`${compactJson(extracted.state)}\n`);
    for (const one of files.values()) await one.keep();
    return {
      resources: extracted.resources
        .filter(({ resource }) => files.has(recordsFile(resource)))
        .map(({ resource, records, requests }) => ({
          resource,
          records,
          requests,
          path: join(folder, recordsFile(resource)),
        })),
      statePath: join(folder, "state.json"),
      requestsPath: join(folder, "requests.jsonl"),
      warnings: extracted.warnings,
    };
  } catch (error) {
    for (const one of files.values()) await one.discard();
    throw error;
  } finally {
    await requestLog.keep();
  }
}

/** A resource name as a file name; what a file name cannot hold is mapped, so that nothing is written outside. */
function recordsFile(resource: string): string {
  return `${/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/.test(resource) ? resource : pathName(resource)}.jsonl`;
}

interface OutputFile {
  write(text: string): Promise<void>;
  /** Gives the file its name. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

async function openOutput(folder: string, name: string): Promise<OutputFile> {
  const part = join(folder, `.${name}.part`);
  const handle: FileHandle = await open(part, "w");
  return {
    write: async (text) => {
      if (text !== "") await handle.appendFile(text);
    },
    keep: async () => {
      await handle.close();
      await rename(part, join(folder, name));
    },
    discard: async () => {
      await handle.close();
      await rm(part, { force: true });
    },
  };
}
