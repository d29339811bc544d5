import { getOwn, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/**
 * Follows references inside a document: `#`, or `#/` and a JSON pointer with `~0`, `~1` and `%xx`. Each is looked up once.
 * A target that is a reference itself is given as it is, so that cycles are the caller's to see.
 */
export function createResolver(root: JsonObject): (reference: string) => JsonValue | undefined {
  const known = new Map<string, JsonValue | undefined>();
  return (reference) => {
    if (known.has(reference)) return known.get(reference);
    const value = lookUp(root, reference);
    known.set(reference, value);
    return value;
  };
}

function lookUp(root: JsonObject, reference: string): JsonValue | undefined {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let here: JsonValue | undefined = root;
  for (const piece of reference.slice(2).split("/")) {
    const key = pointerKey(piece);
    if (isJsonObject(here)) here = getOwn(here, key);
    else if (isJsonArray(here) && /^(?:0|[1-9]\d*)$/.test(key)) here = here[Number(key)];
    else return undefined;
  }
  return here;
}

/** `%7E1` is decoded to `~1`, then to `/`. A percent sign that begins no code stays. */
function pointerKey(piece: string): string {
  return decoded(piece).replaceAll("~1", "/").replaceAll("~0", "~");
}

function decoded(piece: string): string {
  if (!piece.includes("%")) return piece;
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
