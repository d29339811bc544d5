import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { compactJson } from "../core/json-writer.ts";
import { writeDurable } from "./durable-file.ts";

const FAILURE_NAME = "failure.json";

/** Writes beside the files of a package why it cannot be loaded. */
export async function writeFailure(folder: string, failure: JsonObject): Promise<void> {
  await writeDurable(join(folder, FAILURE_NAME), compactJson(failure));
}

/** Why a package under `failed/` is there; undefined when nobody could write it, or it cannot be read. */
export async function readFailure(folder: string): Promise<JsonObject | undefined> {
  try {
    const value = parseJson(await readFile(join(folder, FAILURE_NAME), "utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
