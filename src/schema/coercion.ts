import type { DataType } from "../core/flow.ts";
import { Double, type JsonValue } from "../core/json.ts";
import { parseJson } from "../core/json-reader.ts";
import { compactJson } from "../core/json-writer.ts";
import { parsePythonFloat, parsePythonInt, pythonFloatRepr, pythonStrip } from "../core/python-text.ts";
import { textToBytes } from "./coercion-binary.ts";
import { plainDecimal } from "./coercion-decimal.ts";
import {
  type ClockTime,
  dateText,
  epochTimestamp,
  parseIso,
  plainTimestampEnd,
  timestampText,
  timeText,
} from "./iso-time.ts";

export { checkStorable } from "./storable.ts";

/** The value has no form in the column's type: it belongs to a variant column. */
export const VARIANT: unique symbol = Symbol("sluice.variant");

/**
 * The value as text that PostgreSQL reads for the column's type (before COPY escaping), or {@link VARIANT}. Follows dlt's rules, matched by
 * `coercion.json`. Nulls are not asked about: they are left out before.
 *
 * bigint `123`; double as Python writes it, `0` for `-0.0`, `nan`, `inf`; bool `t`/`f`; timestamp, date and time in UTC; decimal and wei
 * plain digits; json compact; binary `\x<hex>`. Whether the server can hold the result is asked of `checkStorable`.
 */
export function coerceValue(to: DataType, value: Exclude<JsonValue, null>): string | typeof VARIANT {
  switch (typeof value) {
    case "string":
      return TEXT[to](value);
    case "number":
      return Number.isInteger(value) ? INTEGER[to](value) : FLOAT[to](value);
    case "bigint":
      return INTEGER[to](value);
    case "boolean":
      return fromBool(to, value);
    default:
      if (value instanceof Double) return FLOAT[to](value.value);
      return to === "json" || to === "text" ? compactJson(value) : VARIANT;
  }
}

type Coerced = string | typeof VARIANT;
type Rules<T> = Readonly<Record<DataType, (value: T) => Coerced>>;

const never = (): Coerced => VARIANT;

const TEXT: Rules<string> = {
  text: (value) => value,
  bigint: (value) => {
    const integer = textToInteger(value);
    return integer === undefined ? VARIANT : integer.toString();
  },
  double: (value) => {
    const hexadecimal = hexInteger(value);
    if (hexadecimal !== undefined) return INTEGER.double(hexadecimal);
    const float = parsePythonFloat(pythonStrip(value));
    return float === undefined ? VARIANT : doubleText(float);
  },
  bool: (value) => {
    const word = value.toLowerCase();
    if (TRUE_WORDS.has(word)) return "t";
    return FALSE_WORDS.has(word) ? "f" : VARIANT;
  },
  timestamp: textToTimestamp,
  date: (value) => {
    const iso = parseIso(value);
    if (iso?.kind === "time") return VARIANT;
    if (iso?.kind === "timestamp" && !hasUsableOffset(iso)) return VARIANT;
    const date = iso ?? textToEpoch(value);
    return date === undefined ? VARIANT : dateText(date);
  },
  time: (value) => {
    const iso = parseIso(value);
    return iso?.kind === "time" && hasUsableOffset(iso) ? timeText(iso) : VARIANT;
  },
  decimal: textToDecimal,
  wei: textToDecimal,
  json: (value) => {
    try {
      const text = compactJson(parseJson(value));
      return LONE_SURROGATE.test(text) ? VARIANT : text;
    } catch {
      // Text that is no JSON is a variant, whatever is wrong with it.
      return VARIANT;
    }
  },
  binary: (value) => {
    const bytes = textToBytes(value);
    return bytes === undefined ? VARIANT : `\\x${bytes}`;
  },
};

/** The writer escapes a surrogate only when it stands alone; the backslash must not itself be escaped. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

const TRUE_WORDS: ReadonlySet<string> = new Set(["yes", "true", "t", "y", "1"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["no", "false", "f", "n", "0"]);

const INTEGER: Rules<number | bigint> = {
  text: String,
  bigint: String,
  double: (value) => {
    const float = Number(value);
    return Number.isFinite(float) ? doubleText(float) : VARIANT;
  },
  bool: (value) => (Number(value) === 0 ? "f" : "t"),
  timestamp: (value) => epochText(Number(value), timestampText),
  date: (value) => epochText(Number(value), dateText),
  time: never,
  decimal: String,
  wei: String,
  json: never,
  binary: (value) => {
    if (value < 0) return VARIANT;
    const hex = value === 0 || value === 0n ? "" : BigInt(value).toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
    return `\\x${bytes.reverse().toString("hex")}`;
  },
};

const FLOAT: Rules<number> = {
  text: pythonFloatRepr,
  bigint: (value) => (Number.isInteger(value) ? BigInt(value).toString() : VARIANT),
  double: doubleText,
  bool: (value) => (value === 0 ? "f" : "t"),
  timestamp: (value) => epochText(value, timestampText),
  date: (value) => epochText(value, dateText),
  time: never,
  decimal: (value) => plainDecimal(pythonFloatRepr(value)) ?? VARIANT,
  wei: (value) => plainDecimal(pythonFloatRepr(value)) ?? VARIANT,
  json: never,
  binary: never,
};

function fromBool(to: DataType, value: boolean): Coerced {
  if (to === "bool") return value ? "t" : "f";
  if (to === "text") return value ? "True" : "False";
  return VARIANT;
}

/** dlt: its SQL literal of `-0.0` is numeric and arrives as `0`. */
function doubleText(value: number): string {
  return value === 0 ? (Object.is(value, -0) ? "0" : "0.0") : pythonFloatRepr(value);
}

/** dlt: ISO first, so that `2024` is a year; else seconds since the epoch. */
function textToTimestamp(value: string): Coerced {
  // Nearly all: already in UTC, to the microsecond. Only the zone's spelling changes.
  if (value.endsWith("Z") && plainTimestampEnd(value) === value.length) return `${value.slice(0, -1)}+00:00`;
  const iso = parseIso(value);
  if (iso?.kind === "time") return VARIANT;
  const timestamp = iso ?? textToEpoch(value);
  return timestamp === undefined ? VARIANT : timestampText(timestamp);
}

/** Python's zones end short of 24 hours; dlt's parser goes further, and its dates and times then fail. */
function hasUsableOffset(time: ClockTime): boolean {
  return Math.abs(time.offset ?? 0) < 24 * 60;
}

function textToEpoch(value: string): ReturnType<typeof epochTimestamp> {
  const seconds = parsePythonFloat(value);
  return seconds === undefined ? undefined : epochTimestamp(seconds);
}

function epochText(
  seconds: number,
  render: (value: NonNullable<ReturnType<typeof epochTimestamp>>) => string,
): Coerced {
  const timestamp = epochTimestamp(seconds);
  return timestamp === undefined ? VARIANT : render(timestamp);
}

function textToInteger(value: string): bigint | undefined {
  return isHexadecimal(value) ? hexInteger(value) : parsePythonInt(pythonStrip(value));
}

function textToDecimal(value: string): Coerced {
  if (isHexadecimal(value)) return hexInteger(value)?.toString() ?? VARIANT;
  return plainDecimal(value) ?? VARIANT;
}

function isHexadecimal(value: string): boolean {
  return value.includes("0x") && pythonStrip(value).startsWith("0x");
}

/** dlt: what follows `0x` is read by `int(rest, 16)`, which takes blanks, a sign and another `0x`. */
function hexInteger(value: string): bigint | undefined {
  return isHexadecimal(value) ? parsePythonInt(pythonStrip(value).slice(2), 16) : undefined;
}
