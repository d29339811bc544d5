import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, setOwn } from "../core/json.ts";
import type { Path } from "./document.ts";

/**
 * The source with a stand-in at each place that is still to be filled in, so that it can be explained before it is
 * complete. Nothing may be asked with it.
 *
 * @param open paths from the top of the source
 */
export function withStandIns(source: JsonObject, open: readonly Path[]): JsonObject {
  let filled: JsonValue = source;
  for (const path of open) filled = put(filled, path);
  return isJsonObject(filled) ? filled : source;
}

function put(value: JsonValue | undefined, path: Path): JsonValue {
  const [head, ...rest] = path;
  if (head === undefined) return value ?? null;
  const inner = (old: JsonValue | undefined): JsonValue => (rest.length === 0 ? standIn(String(head)) : put(old, rest));
  if (isJsonArray(value)) return value.map((item, index) => (index === head ? inner(item) : item));
  const copy: { [key: string]: JsonValue } = {};
  if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) setOwn(copy, key, item);
  setOwn(copy, String(head), inner(copy[String(head)]));
  return copy;
}

/** True for what stands in the place of a secret. */
export function isStandIn(text: string): boolean {
  return /^<\w+>$/.test(text);
}

/** Something that the checks take for this key. */
function standIn(key: string): string {
  return key === "base_url" || key.endsWith("_url") ? "https://to-be-filled-in.invalid" : `<${key}>`;
}
