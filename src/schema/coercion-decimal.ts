import { asciiDigits, pythonStrip } from "../core/python-text.ts";

/**
 * Python's `Decimal(text)` in plain digits: `1E+5` => `100000`, `.5` => `0.5`, `1_000` => `1000`; `nan`, `inf`, `-inf`
 * for what is not finite; undefined where Python raises. An exponent so large that no column could hold the digits stays.
 */
export function plainDecimal(text: string): string | undefined {
  const stripped = asciiDigits(pythonStrip(text)).replaceAll("_", "");
  const match = DECIMAL.exec(stripped);
  if (match !== null) {
    const [, sign = "", whole = "", fraction = "", onlyFraction = "", exponent = "0"] = match;
    return sign.replace("+", "") + shift(whole, fraction || onlyFraction, Number(exponent));
  }
  const word = NOT_FINITE.exec(stripped);
  if (word === null) return undefined;
  if (word[2] === undefined) return "nan";
  return word[1] === "-" ? "-inf" : "inf";
}

const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;
const NOT_FINITE = /^([+-]?)(?:s?nan\d*|(inf(?:inity)?))$/i;
/** More places than a `numeric` of PostgreSQL with a declared precision has on either side of the point. */
const MOST_DIGITS = 1000;

/** The digits with the point moved `exponent` places to the right. */
function shift(whole: string, fraction: string, exponent: number): string {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point > MOST_DIGITS) return `${whole || "0"}.${fraction || "0"}e${exponent}`;
  if (point < -MOST_DIGITS) return "0";
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
