import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { getOwn, isJsonArray, isJsonObject, type JsonValue } from "../../src/core/json.ts";
import { decodeUtf8, parseJson } from "../../src/core/json-reader.ts";
import type { VectorFile, VectorSet } from "./vector-file.ts";

/** The sets, each with the variable that replaces its folder of cases. */
export const SETS: Readonly<Record<string, string>> = {
  interop: "INTEROP_CASES",
  "rest-api": "REST_API_CASES",
  openapi: "OPENAPI_CASES",
};

export interface Counts {
  passed: number;
  failed: number;
  notYet: number;
  notApplicable: number;
}

export interface Failure {
  readonly file: string;
  readonly vector: string;
  readonly why: string;
}

export interface ReplayResult {
  readonly set: string;
  readonly folder: string;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
}

/** The folder of cases does not exist or holds none. */
export class NoCasesError extends Error {}

/**
 * Replays all files of one set. `write` gets a line per failing vector and per file as they come, and at the end
 * `SET: N passed, N failed, N not yet, N not applicable`. Throws {@link NoCasesError}; all else is a failure in the result.
 */
export async function replay(set: string, write: (line: string) => void, folder?: string): Promise<ReplayResult> {
  const from = folder ?? caseFolder(set);
  const names = await caseFiles(from);
  const vectors = await loadSet(set);
  const counts = zero();
  const failures: Failure[] = [];
  try {
    for (const file of names) {
      const name = file.replace(/\.gz$/, "").replace(/\.json$/, "");
      const entry = vectors.files[name] ?? vectors.fileFor?.(name);
      if (entry === "skip") continue;
      const one = await replayFile(from, file, name, entry, (failure) => {
        failures.push(failure);
        write(`FAIL ${set}/${failure.file} ${failure.vector}: ${failure.why}`);
      });
      for (const key of KEYS) counts[key] += one[key];
      write(`  ${name}: ${render(one)}`);
    }
  } finally {
    await vectors.close?.();
  }
  write(`${set}: ${render(counts)}`);
  return { set, folder: from, counts, failures };
}

const KEYS = ["passed", "failed", "notYet", "notApplicable"] as const;

function zero(): Counts {
  return { passed: 0, failed: 0, notYet: 0, notApplicable: 0 };
}

function render(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.notYet} not yet, ${counts.notApplicable} not applicable`;
}

function caseFolder(set: string): string {
  const variable = SETS[set];
  const replaced = variable === undefined ? undefined : process.env[variable];
  return replaced === undefined || replaced === "" ? join(import.meta.dirname, "cases", set) : replaced;
}

async function caseFiles(folder: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    throw new NoCasesError(`cannot read the folder of cases ${folder}`, { cause: error });
  }
  const files = entries.filter((name) => /\.json(?:\.gz)?$/.test(name)).sort();
  if (files.length === 0) throw new NoCasesError(`no .json or .json.gz file in ${folder}`);
  return files;
}

async function loadSet(set: string): Promise<VectorSet> {
  const index = join(import.meta.dirname, set, "index.ts");
  try {
    await access(index);
  } catch {
    return { files: {} };
  }
  return (await import(pathToFileURL(index).href)) as VectorSet;
}

async function replayFile(
  folder: string,
  file: string,
  name: string,
  entry: VectorFile | undefined,
  onFailure: (failure: Failure) => void,
): Promise<Counts> {
  const counts = zero();
  const fail = (vector: string, why: string) => {
    counts.failed += 1;
    onFailure({ file: name, vector, why });
  };
  let document: JsonValue;
  try {
    document = parseJson(await readText(folder, file), { keepLexemes: true });
  } catch (error) {
    fail("(file)", String(error));
    return counts;
  }
  if (entry === undefined) {
    counts.notYet = countVectors(document);
    return counts;
  }
  try {
    await entry.run(
      document,
      {
        pass: () => {
          counts.passed += 1;
        },
        fail,
        notYet: () => {
          counts.notYet += 1;
        },
        notApplicable: () => {
          counts.notApplicable += 1;
        },
      },
      { name, sibling: (sibling) => readText(folder, sibling) },
    );
  } catch (error) {
    fail("(file)", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (KEYS.every((key) => counts[key] === 0) && countVectors(document) > 0) fail("(file)", "no vector was replayed");
  return counts;
}

async function readText(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (file.endsWith(".gz")) throw error;
    return decodeUtf8(gunzipSync(await readFile(`${path}.gz`)));
  }
  return decodeUtf8(file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
}

/** Vectors of a file that nothing replays: the members of `vectors`, or the file itself. */
function countVectors(document: JsonValue): number {
  const vectors = isJsonObject(document) ? getOwn(document, "vectors") : undefined;
  if (isJsonArray(vectors)) return vectors.length;
  if (isJsonObject(vectors)) return Object.keys(vectors).length;
  return 1;
}
