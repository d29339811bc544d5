import { sha3Base64 } from "../core/digest.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { keysOf } from "../core/json.ts";
import { canonicalJson } from "../core/json-writer.ts";

/** Keys that say when and where a state was kept, not what it holds. */
const OUTSIDE_HASH = new Set(["_state_version", "_state_engine_version", "_version_hash", "_local"]);

/**
 * The hash of a state's content, 44 characters of base64. Two states with equal hash need no second row.
 *
 * dlt: SHA3-256 over canonical JSON without the keys of {@link OUTSIDE_HASH} (golden `system.json` state_hash).
 */
export function stateVersionHash(state: JsonObject): string {
  return sha3Base64(canonicalJson(without(state, OUTSIDE_HASH)));
}

/** The object without some keys, its order kept. */
export function without(object: JsonObject, keys: ReadonlySet<string>): JsonObject {
  const kept: [string, JsonValue][] = [];
  for (const key of keysOf(object)) {
    const value = object[key];
    if (!keys.has(key) && value !== undefined) kept.push([key, value]);
  }
  return Object.fromEntries(kept);
}
