import { fixedDigits, significantDigits } from "./exact-digits.ts";
import type { JsonValue } from "./json.ts";
import { asNumber, isInteger } from "./json-number.ts";
import { pythonFloatRepr, pythonStr } from "./python-text.ts";

/**
 * `format(value, spec)` of Python 3.11 for texts, numbers and booleans: fill, alignment, sign, `z`, `#`, `0`, width, grouping,
 * precision and type. Where Python raises, and for other values, the plain text.
 *
 * @example
 * pythonFormat(7, "03d"); // "007"
 * pythonFormat(1234.5, ",.2f"); // "1,234.50"
 */
export function pythonFormat(value: JsonValue, spec: string): string {
  if (spec === "") return pythonStr(value);
  const read = readSpec(spec);
  const made = read === undefined ? undefined : typeof value === "string" ? text(value, read) : number(value, read);
  return made ?? pythonStr(value);
}

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string | undefined;
  readonly noNegativeZero: boolean;
  readonly alternate: boolean;
  /** `0` before the width: zeros between sign and digits, where no alignment is written. */
  readonly zero: boolean;
  readonly width: number;
  readonly group: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

function readSpec(spec: string): Spec | undefined {
  const found = SPEC.exec(spec);
  if (found === null) return undefined;
  const [, fill, align, sign, z, alternate, zero, width = "0", group = "", precision, type = ""] = found;
  return {
    fill: fill ?? (zero === undefined ? " " : "0"),
    align,
    sign,
    noNegativeZero: z !== undefined,
    alternate: alternate !== undefined,
    zero: zero !== undefined && fill === undefined,
    width: Number(width),
    group,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function text(value: string, spec: Spec): string | undefined {
  const { type, sign, alternate, noNegativeZero, group, align = "<", precision } = spec;
  if ((type !== "" && type !== "s") || group !== "" || align === "=") return undefined;
  if (sign !== undefined || alternate || noNegativeZero) return undefined;
  return padded("", precision === undefined ? value : [...value].slice(0, precision).join(""), align, spec);
}

/** A number without its sign: what stands before the digits (`0x`), the digits, and what stands behind them. */
interface Body {
  readonly prefix: string;
  readonly whole: string;
  readonly rest: string;
  readonly isNegative: boolean;
}

function number(given: JsonValue, spec: Spec): string | undefined {
  const value = typeof given === "boolean" ? Number(given) : given;
  const isWhole = isInteger(value);
  const double = asNumber(value);
  if (double === undefined) return undefined;
  const isOfInteger = isWhole && (spec.type === "" || "bcdnoxX".includes(spec.type));
  // An integer that no double holds.
  if (!isOfInteger && isWhole && !Number.isFinite(double)) return undefined;
  const body = isOfInteger ? integer(value, spec) : float(double, spec);
  if (body === undefined) return undefined;
  const { prefix, whole, rest, isNegative } = body;
  const mark = (isNegative ? "-" : spec.sign === undefined || spec.sign === "-" ? "" : spec.sign) + prefix;
  const align = spec.align ?? (spec.zero ? "=" : ">");
  const size = "boxX".includes(spec.type) && spec.type !== "" ? 4 : 3;
  const least = spec.fill === "0" && align === "=" ? spec.width - mark.length - rest.length : 0;
  return padded(mark, grouped(whole, spec.group, size, least) + rest, align, spec);
}

function integer(
  value: number | bigint,
  { type, alternate, sign, group, precision, noNegativeZero }: Spec,
): Body | undefined {
  if (precision !== undefined || noNegativeZero) return undefined;
  if (type === "c") {
    if (sign !== undefined || alternate || group !== "" || value < 0 || value > 0x10ffff) return undefined;
    return { prefix: "", whole: "", rest: String.fromCodePoint(Number(value)), isNegative: false };
  }
  if (group !== "" && (type === "n" || (group === "," && type !== "" && type !== "d"))) return undefined;
  const base = type === "b" ? 2 : type === "o" ? 8 : type === "x" || type === "X" ? 16 : 10;
  const digits = (value < 0 ? -BigInt(value) : BigInt(value)).toString(base);
  return {
    prefix: alternate && base !== 10 ? `0${type}` : "",
    whole: type === "X" ? digits.toUpperCase() : digits,
    rest: "",
    isNegative: value < 0,
  };
}

function float(value: number, spec: Spec): Body | undefined {
  const { type, group, noNegativeZero } = spec;
  if (!["", "e", "E", "f", "F", "g", "G", "n", "%"].includes(type) || (type === "n" && group !== "")) return undefined;
  const shown = floatText(Math.abs(type === "%" ? value * 100 : value), spec) + (type === "%" ? "%" : "");
  const cased = type === "E" || type === "F" || type === "G" ? shown.toUpperCase() : shown;
  const [, whole = "", rest = ""] = /^(\d*)(.*)$/s.exec(cased) ?? [];
  const isZero = noNegativeZero && !/[1-9]/.test(cased.replace(/e.*$/i, "")) && Number.isFinite(value);
  return { prefix: "", whole, rest, isNegative: (value < 0 || Object.is(value, -0)) && !isZero };
}

function floatText(value: number, { type, precision, alternate }: Spec): string {
  if (!Number.isFinite(value)) return pythonFloatRepr(value);
  switch (type) {
    case "f":
    case "F":
    case "%": {
      const digits = fixedDigits(value, precision ?? 6);
      return alternate && precision === 0 ? `${digits}.` : digits;
    }
    case "e":
    case "E": {
      const { digits, exponent } = significantDigits(value, (precision ?? 6) + 1);
      return scientific(digits, exponent, alternate);
    }
    case "":
      if (precision !== undefined) return general(value, precision, alternate, true);
      return alternate ? pythonFloatRepr(value).replace(/^(\d+)e/, "$1.e") : pythonFloatRepr(value);
    default:
      return general(value, precision ?? 6, alternate, false);
  }
}

/** `asRepr`: as Python writes a float that nothing is said of, with a digit behind the point. */
function general(value: number, precision: number, alternate: boolean, asRepr: boolean): string {
  const count = Math.max(1, precision);
  const { digits, exponent } = significantDigits(value, count);
  const kept = alternate ? digits : digits.replace(/0+$/, "") || "0";
  if (exponent < -4 || exponent >= count - (asRepr ? 1 : 0)) return scientific(kept, exponent, alternate);
  const whole = exponent < 0 ? "0" : kept.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const behind = exponent < 0 ? "0".repeat(-exponent - 1) + kept : kept.slice(exponent + 1);
  if (behind !== "") return `${whole}.${behind}`;
  return alternate && !asRepr ? `${whole}.` : asRepr ? `${whole}.0` : whole;
}

/** Python's exponents have two digits at least. */
function scientific(digits: string, exponent: number, alternate: boolean): string {
  const behind = digits.slice(1);
  const point = behind === "" && !alternate ? "" : ".";
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${point}${behind}e${exponent < 0 ? "-" : "+"}${size}`;
}

/** Digits in groups; zeros before them are grouped too, until there are so many characters at least. */
function grouped(whole: string, mark: string, size: number, least: number): string {
  if (mark === "" || whole === "") return whole.padStart(least, "0");
  let digits = whole;
  while (digits.length + Math.floor((digits.length - 1) / size) < least) digits = `0${digits}`;
  const first = digits.length % size || size;
  const parts = [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += size) parts.push(digits.slice(at, at + size));
  return parts.join(mark);
}

function padded(mark: string, body: string, align: string, { fill, width }: Spec): string {
  const missing = Math.max(0, width - [...mark, ...body].length);
  if (align === "=") return mark + fill.repeat(missing) + body;
  const left = align === ">" ? missing : align === "^" ? Math.floor(missing / 2) : 0;
  return fill.repeat(left) + mark + body + fill.repeat(missing - left);
}
