import { hash } from "node:crypto";
import { getOwn, isJsonObject, type JsonObject, type JsonValue, keysOf, setOwn } from "./json.ts";
import { canonicalJson } from "./json-writer.ts";

/** SHAKE-128 of the data, `bytes` long, in standard base64 without padding: 14 characters for the usual 10 bytes. */
export function digest128(data: string | Uint8Array, bytes = 10): string {
  const text = hash("shake128", data, { outputEncoding: "base64", outputLength: bytes });
  return text.slice(0, Math.ceil((bytes * 4) / 3));
}

/**
 * Hash of a whole document as extracted (scd2): original keys, nulls and nested content included, top-level keys that begin with
 * `_dlt` left out.
 */
export function rowHash(document: JsonValue): string {
  if (!isJsonObject(document)) return digest128(canonicalJson(document));
  return keyHash(
    document,
    keysOf(document).filter((key) => !key.startsWith("_dlt")),
  );
}

/** Hash of some members of a row with the values as extracted; the order of `key` does not matter. */
export function keyHash(row: JsonObject, key: readonly string[]): string {
  const part: { [key: string]: JsonValue } = {};
  for (const name of key) setOwn(part, name, getOwn(row, name) ?? null);
  return digest128(canonicalJson(part));
}

/** SHA3-256 over the parts in turn, in base64 with padding: 44 characters. Version hashes of schema and state. */
export function sha3Base64(...parts: string[]): string {
  return hash("sha3-256", parts.join(""), "base64");
}
