import type { DataType } from "../core/flow.ts";

/** What a column declares beside its type. */
export interface StorageHints {
  readonly precision?: number;
  readonly scale?: number;
}

/**
 * Why PostgreSQL cannot hold a coerced text in a column of this type, or undefined when it can. dlt accepts these values and
 * fails when it loads; here they are found before anything is written.
 */
export function checkStorable(to: DataType, text: string, hints: StorageHints = {}): string | undefined {
  switch (to) {
    case "bigint":
      return checkInteger(text, hints.precision ?? 64);
    case "double":
      return NOT_FINITE.test(text) ? `${text} has no numeric literal` : undefined;
    case "decimal":
      return checkDecimal(text, hints.precision ?? 38, hints.scale ?? (hints.precision === undefined ? 9 : 0));
    case "wei":
      return checkDecimal(text, hints.precision ?? 156, hints.scale ?? 78);
    case "timestamp":
    case "date":
      return YEAR_1_TO_9999.test(text) ? undefined : "the year is outside 1 to 9999 in UTC";
    case "text":
      return checkLength(text, hints.precision);
    default:
      return undefined;
  }
}

const NOT_FINITE = /^(?:nan|-?inf)$/;
const YEAR_1_TO_9999 = /^(?!0000)\d{4}-/;

function checkInteger(text: string, bits: number): string | undefined {
  const size = bits <= 16 ? 16 : bits <= 32 ? 32 : 64;
  // Up to four, nine or eighteen digits always fit.
  if (text.length <= (size === 16 ? 4 : size === 32 ? 9 : 18)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(size, value) === value ? undefined : `the integer needs more than ${size} bits`;
}

function checkDecimal(text: string, precision: number, scale: number): string | undefined {
  if (NOT_FINITE.test(text)) return `${text} has no numeric literal`;
  if (text.includes("e")) return "the exponent is out of range";
  const point = text.indexOf(".");
  const whole = text.slice(0, point === -1 ? undefined : point).replace(/^-?0*/, "");
  // PostgreSQL rounds to the scale, which may carry into one more digit.
  const carry = point !== -1 && /^9*$/.test(whole) && roundsUp(text.slice(point + 1), scale) ? 1 : 0;
  const digits = whole.length + carry;
  return digits > precision - scale
    ? `numeric(${precision},${scale}) has room for ${precision - scale} digits before the point`
    : undefined;
}

function roundsUp(fraction: string, scale: number): boolean {
  return /^9*$/.test(fraction.slice(0, scale)) && fraction.length > scale && fraction.charAt(scale) >= "5";
}

/** `varchar(n)` counts characters. */
function checkLength(text: string, most: number | undefined): string | undefined {
  if (most === undefined || text.length <= most) return undefined;
  return [...text].length > most ? `the text is longer than ${most} characters` : undefined;
}
