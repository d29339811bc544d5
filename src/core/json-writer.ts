import { Double, isJsonArray, isJsonObject, type JsonObject, type JsonValue, keysOf } from "./json.ts";

/**
 * The text that dlt hashes: compact, keys sorted by code point at every level, doubles as {@link formatDouble}.
 * Doubles that are not finite are `null`, as dlt's JSON library writes them.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, sortedKeys, formatDoubleValue);
}

/** Compact text in document order with the number forms of {@link canonicalJson}. */
export function compactJson(value: JsonValue): string {
  return write(value, keysOf, formatDoubleValue);
}

/** Indented by two, in document order, with the number forms of {@link canonicalJson}. No line break at the end. */
export function prettyJson(value: JsonValue, indent = ""): string {
  const inner = `${indent}  `;
  const isList = isJsonArray(value);
  if (!isList && !isJsonObject(value)) return compactJson(value);
  const members = isList
    ? value.map((item) => prettyJson(item, inner))
    : keysOf(value).map((key) => `${JSON.stringify(key)}: ${prettyJson(value[key] ?? null, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  return members.length === 0
    ? `${open}${close}`
    : `${open}\n${inner}${members.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** Compact text in document order; a {@link Double} with a lexeme is written as it was received. */
export function lexemeJson(value: JsonValue): string {
  return write(value, keysOf, (double) => double.lexeme ?? formatDoubleValue(double));
}

/**
 * dlt: a double as orjson 3.13 prints it: shortest round trip, `1.0` below 1e16, `1e+16` from there on, plain down to
 * `0.00001`, then `1e-6` without padding.
 */
export function formatDouble(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size >= 1e16) return exponentForm(value);
  if (Number.isInteger(value)) return `${value}.0`;
  // JavaScript goes over to exponents below 1e-6, orjson below 1e-5.
  return size < 1e-5 ? exponentForm(value) : String(value);
}

/** JavaScript's own exponent form is orjson's: `1e+16`, `1.5e-7`. */
function exponentForm(value: number): string {
  return value.toExponential();
}

function formatDoubleValue(double: Double): string {
  return formatDouble(double.value);
}

function sortedKeys(object: JsonObject): readonly string[] {
  const keys = Object.keys(object);
  return keys.sort(hasSurrogate(keys) ? byCodePoint : byCodeUnit);
}

function hasSurrogate(keys: readonly string[]): boolean {
  return keys.some((key) => SURROGATE.test(key));
}

const SURROGATE = /[\ud800-\udfff]/;

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** UTF-16 puts characters beyond U+FFFF before U+E000 to U+FFFF; UTF-8 bytes do not. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates after all other code units. */
function rank(code: number): number {
  return code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code;
}

function write(
  value: JsonValue,
  keys: (object: JsonObject) => readonly string[],
  double: (value: Double) => string,
): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      // A plain number is an integer lexeme exactly when it is an integer.
      return Number.isInteger(value) ? String(value) : formatDouble(value);
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "true" : "false";
    default:
      break;
  }
  if (value === null) return "null";
  if (value instanceof Double) return double(value);
  let text = "";
  if (isJsonArray(value)) {
    for (const item of value) text += (text === "" ? "[" : ",") + write(item, keys, double);
    return text === "" ? "[]" : `${text}]`;
  }
  for (const key of keys(value)) {
    text += `${text === "" ? "{" : ","}${JSON.stringify(key)}:${write(value[key] ?? null, keys, double)}`;
  }
  return text === "" ? "{}" : `${text}}`;
}
