import {
  type ConverterConfig,
  converterCode,
  formatPieces,
  isNamedConverter,
  type NamedConverter,
} from "../config/rest-api/converter-shape.ts";
import { SourceError } from "../core/errors.ts";
import { Double, type JsonValue } from "../core/json.ts";
import { asNumber, isInteger } from "../core/json-number.ts";
import { inCalendar, parseMoment } from "../core/moment.ts";
import { parsePythonInt, pythonStr } from "../core/python-text.ts";
import { ExpressionFailure } from "../expression/compile.ts";
import { compileCode, type SourceFunctions } from "./functions.ts";
import { TimeGuardError, withinTime } from "./time-guard.ts";

export type Convert = (value: JsonValue) => JsonValue;

/**
 * The function of a checked `convert`. It is asked for values that are not null, and throws a `SourceError`
 * (`E_SOURCE_SHAPE`, reason `cursor_type`) for a value that it cannot convert.
 */
export function compileConverter(
  resource: string,
  config: ConverterConfig | null | undefined,
  functions: SourceFunctions,
  limits: { readonly maxStepMs: number },
): Convert | undefined {
  if (config === null || config === undefined) return undefined;
  const fail = (value: JsonValue, why: string): never => {
    const shown = JSON.stringify(pythonStr(value).slice(0, 60));
    throw new SourceError("E_SOURCE_SHAPE", `resource ${JSON.stringify(resource)}: convert of ${shown} ${why}`, {
      step: "extract",
      reason: "cursor_type",
      hint: "Choose a converter that fits the values of the cursor.",
    });
  };
  const code = converterCode(config);
  if (code !== undefined) {
    const call = compileCode(code, "value", "any", functions);
    return (value) => {
      try {
        return withinTime(limits.maxStepMs, () => call({ value }));
      } catch (error) {
        if (error instanceof ExpressionFailure) return fail(value, `fails: ${error.message}`);
        if (error instanceof TimeGuardError) return fail(value, error.message);
        throw error;
      }
    };
  }
  const convert = plainConverter(config);
  return (value) => convert(value) ?? fail(value, "fails: it is no date that can be read, and no number");
}

/** Gives undefined for a value that it cannot convert. */
function plainConverter(config: ConverterConfig): (value: JsonValue) => JsonValue | undefined {
  if (isNamedConverter(config)) return NAMED[config];
  const { format, add } = typeof config === "string" ? {} : config;
  if (format !== undefined) return formatting(format);
  return add === undefined ? () => undefined : (value) => added(value, add);
}

const NAMED: Readonly<Record<NamedConverter, (value: JsonValue) => JsonValue | undefined>> = {
  date: (value) => utc(value)?.slice(0, 10),
  datetime: (value) =>
    utc(value)
      ?.replace(/\.000000$/, "")
      .concat("Z"),
  unix_seconds: (value) => wholeNumber(microsOf(value), 1_000_000n),
  unix_millis: (value) => wholeNumber(microsOf(value), 1000n),
  string: (value) => (typeof value === "string" ? value : pythonStr(value)),
  int: toInteger,
};

/** Numbers from here on count milliseconds since 1970, those below seconds: the year 5138, or March 1973. */
const FIRST_MILLIS = 100_000_000_000;

/** Text that is such a number: fewer digits may be a date (`20240131`), more of them date and time (`20240131100000`). */
const EPOCH_TEXT = /^\d{9,13}(\.\d+)?$/;

/** Microseconds since 1970 of a date, or of a number of seconds or milliseconds, which may stand in a text. */
function microsOf(value: JsonValue): bigint | undefined {
  if (typeof value === "string" && !EPOCH_TEXT.test(value)) return parseMoment(value)?.micros;
  const number = typeof value === "string" ? Number(value) : asNumber(value);
  if (number === undefined || !Number.isFinite(number)) return undefined;
  return inCalendar(BigInt(Math.round(number * (Math.abs(number) >= FIRST_MILLIS ? 1000 : 1_000_000))));
}

/** `2024-01-31T10:00:00.000000` in UTC; undefined for what is no date of the calendar. */
function utc(value: JsonValue): string | undefined {
  const micros = microsOf(value);
  return micros === undefined ? undefined : UTC_FORM?.format(micros);
}

const UTC_FORM = parseMoment("2024-01-01T00:00:00.000000");

function wholeNumber(micros: bigint | undefined, unit: bigint): number | undefined {
  if (micros === undefined) return undefined;
  const rest = ((micros % unit) + unit) % unit;
  return Number((micros - rest) / unit);
}

function toInteger(value: JsonValue): JsonValue | undefined {
  if (isInteger(value)) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    const number = parsePythonInt(value);
    return number === undefined ? undefined : safe(number);
  }
  const number = asNumber(value);
  return number === undefined || !Number.isFinite(number) ? undefined : safe(BigInt(Math.trunc(number)));
}

function safe(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Seconds added to a date in its own form, units to a number in its own kind. */
function added(value: JsonValue, by: number): JsonValue | undefined {
  if (typeof value === "bigint") return value + BigInt(Math.trunc(by));
  const number = asNumber(value);
  if (number !== undefined) {
    if (isInteger(value) && Number.isInteger(by)) return safe(BigInt(number) + BigInt(by));
    return Number.isInteger(number + by) ? new Double(number + by) : number + by;
  }
  const moment = typeof value === "string" ? parseMoment(value) : undefined;
  const micros = moment && inCalendar(moment.micros + BigInt(Math.round(by * 1e6)));
  return micros === undefined ? undefined : moment?.format(micros);
}

function formatting(format: string): (value: JsonValue) => JsonValue | undefined {
  const pieces = formatPieces(format);
  return (value) => {
    const text = utc(value);
    return text === undefined
      ? undefined
      : pieces.map((piece) => ("text" in piece ? piece.text : fieldText(piece.field, text))).join("");
  };
}

/** A field of `2024-01-31T10:00:00.000000`. */
function fieldText(field: string, text: string): string {
  const [from, to] = RANGES[field.slice(0, 1)] ?? [0, 0];
  const digits = text.slice(from, to);
  if (field.startsWith("X")) return "Z";
  if (field.startsWith("S")) return digits.slice(0, field.length);
  if (field === "yy") return digits.slice(2);
  return field.length === 1 ? String(Number(digits)) : digits;
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  y: [0, 4],
  M: [5, 7],
  d: [8, 10],
  H: [11, 13],
  m: [14, 16],
  s: [17, 19],
  S: [20, 26],
};
