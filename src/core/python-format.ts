import type { Double, JsonValue } from "./json.ts";
import { asNumber, isInteger } from "./json-number.ts";
import { pythonFloatRepr, pythonStr } from "./python-text.ts";

/**
 * `format(value, spec)` of Python for texts, numbers and booleans: fill, alignment, sign, `#`, `0`, width, grouping,
 * precision and type. Where Python raises, and for other values, the plain text.
 *
 * @example
 * pythonFormat(7, "03d"); // "007"
 * pythonFormat(1234.5, ",.2f"); // "1,234.50"
 */
export function pythonFormat(value: JsonValue, spec: string): string {
  const plain = pythonStr(value);
  const found = SPEC.exec(spec);
  if (spec === "" || found === null) return plain;
  const [, fill, align, sign = "-", alternate = "", zero, width = "0", group = "", precision, type = ""] = found;
  const digits = precision === undefined ? undefined : Number(precision);
  const number = typeof value === "boolean" ? Number(value) : value;
  const isText = typeof value === "string";
  const body = isText
    ? textBody(value, digits, type)
    : isNumber(number)
      ? numberBody(number, digits, type, alternate !== "")
      : undefined;
  if (body === undefined) return plain;
  const negative = body.startsWith("-");
  const mark = isText ? "" : negative ? "-" : sign === "-" ? "" : sign;
  const bare = grouped(negative ? body.slice(1) : body, group);
  const missing = Math.max(0, Number(width) - [...mark, ...bare].length);
  const side = align ?? (zero === undefined ? (isText ? "<" : ">") : "=");
  const pad = fill ?? (zero === undefined ? " " : "0");
  if (side === "=") return mark + pad.repeat(missing) + bare;
  const left = side === ">" ? missing : side === "^" ? Math.floor(missing / 2) : 0;
  return pad.repeat(left) + mark + bare + pad.repeat(missing - left);
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?z?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

function isNumber(value: JsonValue): value is number | bigint | Double {
  return asNumber(value) !== undefined;
}

function textBody(text: string, digits: number | undefined, type: string): string | undefined {
  if (type !== "" && type !== "s") return undefined;
  return digits === undefined ? text : [...text].slice(0, digits).join("");
}

function numberBody(
  value: number | bigint | Double,
  digits: number | undefined,
  type: string,
  alternate: boolean,
): string | undefined {
  const number = asNumber(value) ?? 0;
  if (isInteger(value) && (type === "" || "bcdnoxX".includes(type))) {
    return digits === undefined ? integerBody(value, type, alternate) : undefined;
  }
  if (!Number.isFinite(number)) return pythonFloatRepr(number);
  switch (type) {
    case "f":
    case "F":
      return fixed(number, digits ?? 6);
    case "%":
      return `${fixed(number * 100, digits ?? 6)}%`;
    case "e":
    case "E":
      return cased(exponential(number, digits ?? 6), type);
    case "g":
    case "G":
    case "n":
      return cased(general(number, digits ?? 6), type);
    case "": {
      if (digits === undefined) return pythonFloatRepr(number);
      const text = general(number, digits);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
    default:
      return undefined;
  }
}

function integerBody(value: number | bigint, type: string, alternate: boolean): string {
  const base = type === "b" ? 2 : type === "o" ? 8 : type === "x" || type === "X" ? 16 : 10;
  if (type === "c") return String.fromCodePoint(Number(value));
  const text = value.toString(base);
  const prefix = alternate && base !== 10 ? `0${type}` : "";
  const signed = text.startsWith("-") ? `-${prefix}${text.slice(1)}` : prefix + text;
  return type === "X" ? signed.toUpperCase() : signed;
}

/** Without an exponent, however large. */
function fixed(value: number, digits: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(digits);
  return `${BigInt(value)}${digits === 0 ? "" : `.${"0".repeat(digits)}`}`;
}

/** Python's exponents have two digits at least. */
function exponential(value: number, digits: number): string {
  return value.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");
}

function general(value: number, digits: number): string {
  const precision = Math.max(1, digits);
  const rounded = value.toExponential(precision - 1);
  const exponent = Number(rounded.slice(rounded.indexOf("e") + 1));
  const text =
    exponent >= -4 && exponent < precision
      ? value.toFixed(precision - 1 - exponent)
      : exponential(value, precision - 1);
  return text.replace(/(\.\d*?)0+(e|$)/, "$1$2").replace(/\.(e|$)/, "$1");
}

function cased(text: string, type: string): string {
  return type === "E" || type === "G" ? text.toUpperCase() : text;
}

function grouped(text: string, mark: string): string {
  if (mark === "") return text;
  const [, whole = "", rest = ""] = /^(\d*)(.*)$/s.exec(text) ?? [];
  return whole.replace(/\B(?=(\d{3})+$)/g, mark) + rest;
}
