import { Double, isJsonArray, isJsonObject, type JsonValue, keysOf } from "../../core/json.ts";
import { parseJson } from "../../core/json-reader.ts";
import type { Column } from "../../schema/table.ts";

/**
 * The text that PostgreSQL prints for a value of a column (`value::text`, time zone UTC), from the text that goes into
 * COPY. For `sluice normalize`, which shows rows without a database.
 *
 * @param text what PostgreSQL would read, before COPY escaping
 */
export function printedText(
  column: Pick<Column, "dataType" | "precision" | "scale" | "timezone">,
  text: string,
): string {
  switch (column.dataType) {
    case "bool":
      return text === "t" ? "true" : "false";
    case "double":
      return printDouble(Number(text));
    case "timestamp":
      return printTimestamp(text, column.precision ?? 6, column.timezone ?? true);
    case "time":
      return printTime(text, column.precision ?? 6);
    case "decimal":
      return printNumeric(text, column.scale ?? 9);
    case "wei":
      return printNumeric(text, column.scale ?? 78);
    case "json":
      return printJsonb(parseJson(text, { maxDepth: 10_000 }));
    default:
      return text;
  }
}

/** `float8out`: shortest digits that read back, exponent form below 1e-4 and from 1e15. */
export function printDouble(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const [mantissa = "", exponentText = "0"] = shortestInside(value).split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 15) return plainDecimal(mantissa, exponent);
  const digits = Math.abs(exponent) < 10 ? `0${Math.abs(exponent)}` : String(Math.abs(exponent));
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
}

/**
 * Shortest digits in exponent form that lie between the neighbours' midpoints. JavaScript takes a midpoint too when
 * reading it back rounds to the value; the server does not. Only integers beyond 2^53 have midpoints that short.
 */
function shortestInside(value: number): string {
  const shortest = value.toExponential();
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return shortest;
  const exact = BigInt(value);
  let text = shortest;
  for (let digits = shortest.replace(/e.*|[-.]/g, "").length; isMidpoint(text); digits += 1) {
    text = value.toExponential(digits);
  }
  return text;

  function isMidpoint(candidate: string): boolean {
    const [mantissa = "", exponent = "0"] = candidate.split("e");
    const printed = BigInt(plainDecimal(mantissa, Number(exponent)));
    if (printed === exact) return false;
    const other = neighbour(value, exact < printed);
    return Number.isFinite(other) && printed * 2n === exact + BigInt(other);
  }
}

/** The next double above or below. */
function neighbour(value: number, above: boolean): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const step = above === value > 0 ? 1n : -1n;
  view.setBigInt64(0, view.getBigInt64(0) + step);
  return view.getFloat64(0);
}

/** `jsonb`: keys ordered by byte length, then bytes; the last of equal keys; one blank after `:` and `,`. */
export function printJsonb(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return printJsonNumber(String(Object.is(value, -0) ? 0 : value));
  if (value instanceof Double) return printJsonNumber(value.lexeme ?? String(value.value));
  if (isJsonArray(value)) return `[${value.map(printJsonb).join(", ")}]`;
  if (isJsonObject(value)) {
    const object = value;
    const keys = keysOf(object).map((key) => ({ key, bytes: Buffer.from(key) }));
    keys.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
    return `{${keys.map(({ key }) => `${JSON.stringify(key)}: ${printJsonb(object[key] ?? null)}`).join(", ")}}`;
  }
  return "null";
}

/** PostgreSQL keeps numbers of jsonb as `numeric`: digits as written, never an exponent, no negative zero. */
function printJsonNumber(lexeme: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(lexeme);
  if (match === null) return lexeme;
  const [, sign = "", whole = "0", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  let digits = whole + fraction;
  let point = whole.length + exponent;
  const scale = Math.max(0, fraction.length - exponent);
  if (point <= 0) {
    digits = "0".repeat(1 - point) + digits;
    point = 1;
  }
  digits = digits.padEnd(point + scale, "0");
  const integer = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const rest = scale > 0 ? `.${digits.slice(point, point + scale)}` : "";
  const zero = /^[0.]*$/.test(integer + rest);
  return `${zero ? "" : sign}${integer}${rest}`;
}

function plainDecimal(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, "0");
  const fraction = padded.slice(exponent + 1);
  return `${sign}${padded.slice(0, exponent + 1)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Decimal text rounded half away from zero to a scale, as `numeric(p, s)` does. */
function printNumeric(text: string, scale: number): string {
  const negative = text.startsWith("-");
  const plain = printJsonNumber(text.replace(/^[+-]/, ""));
  const [whole = "0", fraction = ""] = plain.split(".");
  const kept = fraction.slice(0, scale).padEnd(scale, "0");
  const roundUp = (fraction[scale] ?? "0") >= "5";
  const units = BigInt(whole + kept) + (roundUp ? 1n : 0n);
  const digits = String(units).padStart(scale + 1, "0");
  const body = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative && units !== 0n ? `-${body}` : body;
}

/** `2024-01-02T03:04:05.678+00:00` -> `2024-01-02 03:04:05.678+00`. */
function printTimestamp(text: string, precision: number, timezone: boolean): string {
  const match = /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?/.exec(text);
  if (match === null) return text;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = ""] = match;
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), 0);
  const total = roundMicros(BigInt(date.getTime()) * 1000n + micros - SERVER_EPOCH, precision) + SERVER_EPOCH;
  const seconds = (total - (((total % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  const rest = total - seconds * 1_000_000n;
  const iso = new Date(Number(seconds) * 1000).toISOString();
  // Rounding may end in the year 10000, which ISO strings write as +010000.
  const base = iso.replace(/^\+0*/, "").replace("T", " ").slice(0, -".000Z".length);
  return `${base}${fractionText(rest)}${timezone ? "+00" : ""}`;
}

function printTime(text: string, precision: number): string {
  const match = /^(\d\d):(\d\d)(?::(\d\d))?(?:\.(\d+))?/.exec(text);
  if (match === null) return text;
  const [, hour = "0", minute = "0", second = "0", fraction = ""] = match;
  const micros = BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  const seconds = BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second);
  const total = roundMicros(seconds * 1_000_000n + micros, precision);
  const whole = total / 1_000_000n;
  const two = (n: bigint) => String(n).padStart(2, "0");
  return `${two(whole / 3600n)}:${two((whole / 60n) % 60n)}:${two(whole % 60n)}${fractionText(total % 1_000_000n)}`;
}

/** 2000-01-01 in microseconds since 1970: the server counts from there, and rounds away from it. */
const SERVER_EPOCH = 946_684_800_000_000n;

/** Halves are rounded away from zero. */
function roundMicros(micros: bigint, precision: number): bigint {
  const unit = 10n ** BigInt(6 - Math.min(6, precision));
  const half = micros < 0n ? -unit / 2n : unit / 2n;
  return ((micros + half) / unit) * unit;
}

function fractionText(micros: bigint): string {
  return micros === 0n ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
}
