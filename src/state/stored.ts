import { deflateSync, inflateSync } from "node:zlib";
import { SluiceError } from "../core/errors.ts";
import { getOwn, isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { compactJson } from "../core/json-writer.ts";
import { without } from "./version-hash.ts";

/** The form of the state document that this program reads and writes. dlt 1.31 writes 4 as well. */
export const STATE_ENGINE_VERSION = 4;

/** A state of more than this many bytes is refused rather than unpacked (a small blob can unpack to gigabytes). */
const MAX_STATE_BYTES = 256 * 1024 * 1024;

const LOCAL = new Set(["_local"]);

/** The text of a `_dlt_pipeline_state.state` value: base64 of zlib of compact JSON. `_local` is never written. */
export function encodeState(state: JsonObject): string {
  return deflateSync(compactJson(without(state, LOCAL)), { level: 9 }).toString("base64");
}

/**
 * Reads a stored state. Strings with a private-use prefix (dates, decimals of dlt) stay as they are, and are written
 * back so.
 *
 * dlt: text that is not base64 is read as plain JSON. Throws `E_STATE_UNREADABLE` when neither reading gives an object,
 * and for a newer engine version; never falls back to an empty state, which would load append tables twice.
 */
export function decodeState(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(isBase64(text) ? inflate(text) : text);
  } catch (cause) {
    throw unreadable("it is neither base64 of compressed JSON nor JSON", cause);
  }
  if (!isJsonObject(value)) throw unreadable("it is not a JSON object");
  const engine = getOwn(value, "_state_engine_version");
  if (typeof engine !== "number" || !Number.isInteger(engine)) throw unreadable("it has no _state_engine_version");
  if (engine > STATE_ENGINE_VERSION) {
    throw new SluiceError(
      "E_STATE_UNREADABLE",
      `the pipeline state has engine version ${engine}, this program reads up to ${STATE_ENGINE_VERSION}`,
      { step: "sync", reason: "state_engine", hint: "Use a newer Sluice for this dataset." },
    );
  }
  return value;
}

function inflate(text: string): string {
  const bytes = inflateSync(Buffer.from(text, "base64"), { maxOutputLength: MAX_STATE_BYTES });
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** JSON text starts with a brace or white space, base64 never does. */
function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
}

function unreadable(why: string, cause?: unknown): SluiceError {
  return new SluiceError("E_STATE_UNREADABLE", `the pipeline state stored in the destination cannot be read: ${why}`, {
    step: "sync",
    hint: "Restore the newest row of _dlt_pipeline_state, or delete it to load everything again.",
    ...(cause === undefined ? {} : { cause }),
  });
}
