import { type Piece, parseTemplate } from "../config/rest-api/placeholders.ts";
import { isJsonArray, isJsonObject, type JsonValue, keysOf, setOwn } from "../core/json.ts";
import { asNumber } from "../core/json-number.ts";
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
  const text =
    piece.conversion === "r" || piece.conversion === "a"
      ? pythonStr([value]).slice(1, -1)
      : typeof value === "string"
        ? value
        : pythonStr(value);
  return piece.format === "" ? text : formatted(piece.format, value, text);
}

/** The part of Python's format language that makes sense in a request: fill, alignment, sign, width, precision. */
function formatted(format: string, value: JsonValue, plain: string): string {
  const found = /^(?:(.)?([<>^]))?([+ ])?(0)?(\d+)?(?:\.(\d+))?([sdfg])?$/su.exec(format);
  if (found === null) return plain;
  const [, fill, align, sign, zero, width, precision, type] = found;
  const number = asNumber(value);
  let text = plain;
  if (number !== undefined && (type === "f" || (precision !== undefined && type !== "s"))) {
    text = number.toFixed(Number(precision ?? 6));
  } else if (number === undefined && precision !== undefined) {
    text = [...plain].slice(0, Number(precision)).join("");
  }
  if (number !== undefined && sign !== undefined && number >= 0) text = sign + text;
  const missing = Number(width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (zero !== undefined && align === undefined && number !== undefined) {
    const signed = /^[+\- ]/.test(text);
    return (signed ? text.slice(0, 1) : "") + "0".repeat(missing) + (signed ? text.slice(1) : text);
  }
  const pad = fill ?? " ";
  const side = align ?? (number === undefined ? "<" : ">");
  const left = side === ">" ? missing : side === "^" ? Math.floor(missing / 2) : 0;
  return pad.repeat(left) + text + pad.repeat(missing - left);
}
