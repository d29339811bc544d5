import { type Piece, parseTemplate } from "../config/rest-api/placeholders.ts";
import { isJsonArray, isJsonObject, type JsonValue, keysOf, setOwn } from "../core/json.ts";
import { pythonFormat } from "../core/python-format.ts";
import { pythonStr } from "../core/python-text.ts";
import { Secret } from "../core/secret.ts";

/** Value of a placeholder by its name as written. */
export type Lookup = (name: string) => JsonValue;

/** A configured value with placeholders, compiled once a resource and filled for every request. */
export type Template<T> = (lookup: Lookup) => T;

/** Text with placeholders; `insert` changes what is inserted. */
export function compileText(
  pieces: readonly Piece[],
  insert: (text: string) => string = (text) => text,
): Template<string> {
  const first = pieces[0];
  if (pieces.length === 0) return () => "";
  if (pieces.length === 1 && first?.kind === "text") return () => first.text;
  return (lookup) =>
    pieces.map((piece) => (piece.kind === "text" ? piece.text : insert(fieldText(piece, lookup(piece.name))))).join("");
}

/**
 * A configured value, placeholders in keys and texts at any depth. With `keepType` a text that is one placeholder and
 * nothing else keeps the JSON type of its value.
 */
export function compileValue(value: JsonValue | Secret, keepType: boolean): Template<JsonValue> {
  if (value instanceof Secret) return () => value.reveal();
  if (typeof value === "string") return compileString(value, keepType);
  if (isJsonArray(value)) {
    const items = value.map((item) => compileValue(item, keepType));
    return (lookup) => items.map((item) => item(lookup));
  }
  if (isJsonObject(value)) {
    const entries = keysOf(value).map(
      (key) => [compileText(parseTemplate(key)), compileValue(value[key] ?? null, keepType)] as const,
    );
    return (lookup) => {
      const out: { [key: string]: JsonValue } = {};
      for (const [key, item] of entries) setOwn(out, key(lookup), item(lookup));
      return out;
    };
  }
  return () => value;
}

function compileString(text: string, keepType: boolean): Template<JsonValue> {
  const pieces = parseTemplate(text);
  const only = pieces[0];
  if (keepType && pieces.length === 1 && only?.kind === "field" && only.conversion === "" && only.format === "") {
    return (lookup) => lookup(only.name);
  }
  return compileText(pieces);
}

function fieldText(piece: Extract<Piece, { kind: "field" }>, value: JsonValue): string {
  if (piece.conversion === "") return pythonFormat(value, piece.format);
  const isRepr = piece.conversion === "r" || piece.conversion === "a";
  return pythonFormat(isRepr ? pythonStr([value]).slice(1, -1) : pythonStr(value), piece.format);
}
