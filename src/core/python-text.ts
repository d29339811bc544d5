import { Double, isJsonArray, type JsonValue, keysOf } from "./json.ts";

/*
 * Texts as Python reads and writes them, where dlt stores what Python made of a value. Python's blanks and digits are
 * not JavaScript's: U+001C to U+001F and U+0085 are blanks, U+FEFF is not, and every decimal digit of Unicode counts.
 */

/** `str.strip()`. */
export function pythonStrip(text: string): string {
  return text.replace(BLANKS_AROUND, "");
}

const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BLANKS_AROUND = new RegExp(`^${BLANK}+|${BLANK}+$`, "g");
/** Number readers take fewer blanks than `str.strip`: U+001C to U+001F are none of theirs. */
const NUMBER_BLANK = BLANK.replace("\\x1c-\\x20", "\\x20");
const BLANKS_AROUND_NUMBER = new RegExp(`^${NUMBER_BLANK}+|${NUMBER_BLANK}+$`, "g");

/** `repr(float)`: shortest round trip, always with a point or an exponent: `1.0`, `1e+16`, `1e-07`, `-0.0`, `inf`, `nan`. */
export function pythonFloatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e16 || size < 1e-4) return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `str(value)` of the value as Python's JSON reader gives it: `None`, `True`, `1.0`, `[1, 'a']`, `{'a': None}`. */
export function pythonStr(value: JsonValue): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

function pythonRepr(value: JsonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : pythonFloatRepr(value);
  if (typeof value === "string") return pythonStringRepr(value);
  if (value instanceof Double) return pythonFloatRepr(value.value);
  if (isJsonArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  const entries = keysOf(value).map((key) => `${pythonStringRepr(key)}: ${pythonRepr(value[key] ?? null)}`);
  return `{${entries.join(", ")}}`;
}

function pythonStringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(UNPRINTABLE, (character) => {
    const known = SHORT_ESCAPES[character];
    if (known !== undefined) return known;
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** Backslash, and what `str.isprintable` refuses: categories C and Z except the space. */
const UNPRINTABLE = /\\|\p{C}|(?! )\p{Z}/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `int(text, base)`; undefined where Python raises. */
export function parsePythonInt(text: string, base: 10 | 16 = 10): bigint | undefined {
  const stripped = asciiDigits(text.replace(BLANKS_AROUND_NUMBER, ""));
  const match = (base === 10 ? DECIMAL_INTEGER : HEXADECIMAL_INTEGER).exec(stripped);
  if (match === null) return undefined;
  const digits = (match[2] ?? "").replaceAll("_", "");
  // Python's limit holds for bases that are no power of two.
  if (base === 10 && digits.length > 4300) return undefined;
  const value = BigInt(base === 10 ? digits : `0x${digits}`);
  return match[1] === "-" ? -value : value;
}

const DECIMAL_INTEGER = /^([+-]?)(\d+(?:_\d+)*)$/;
const HEXADECIMAL_INTEGER = /^([+-]?)(?:0[xX]_?)?([\da-fA-F]+(?:_[\da-fA-F]+)*)$/;

/** `float(text)`; undefined where Python raises. */
export function parsePythonFloat(text: string): number | undefined {
  const stripped = asciiDigits(text.replace(BLANKS_AROUND_NUMBER, ""));
  if (FLOAT.test(stripped)) return Number(stripped.replaceAll("_", ""));
  const word = NOT_A_NUMBER.exec(stripped);
  if (word === null) return undefined;
  if (word[2] === undefined) return Number.NaN;
  return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?|(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const NOT_A_NUMBER = /^([+-]?)(?:nan|(inf(?:inity)?))$/i;

/** Every decimal digit of Unicode as its ASCII digit. */
export function asciiDigits(text: string): string {
  return NON_ASCII.test(text) ? text.replace(FOREIGN_DIGIT, (digit) => String(digitValue(digit))) : text;
}

const NON_ASCII = /[^\0-\x7f]/;
const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/gu;
const DIGIT = /^\p{Nd}$/u;

/** Digits of a script stand in a row of ten (or several rows of ten) that begins with its zero. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}
