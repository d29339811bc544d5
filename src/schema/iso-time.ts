import { asciiDigits } from "../core/python-text.ts";
import { type CalendarDate, isCalendarDate, ordinalDate, weekDate } from "./iso-calendar.ts";
import type { ClockTime, IsoTime, IsoTimestamp, IsoValue } from "./iso-value.ts";

export { dateText, epochTimestamp, timestampText, timeText } from "./iso-time-text.ts";
export type { ClockTime, IsoValue } from "./iso-value.ts";

/**
 * True when dlt would infer the type `timestamp` from this text. Called for every new text column; most texts are
 * decided by their first characters.
 */
export function isIsoTimestamp(text: string): boolean {
  return mayBeTimestamp(text) && (plainTimestampEnd(text) === text.length || parseIso(text)?.kind === "timestamp");
}

/**
 * Reads a date, a time or both as dlt does: first by the grammar of ISO 8601 (A), then by a looser one without zones (B).
 * Undefined when neither matches or the calendar has no such date. Fractions are cut to microseconds.
 */
export function parseIso(text: string): IsoValue | undefined {
  if (plainTimestampEnd(text) === text.length) return plainTimestamp(text);
  return parseExtended(text) ?? parseBasic(text) ?? parseTime(text) ?? parseCommon(text);
}

/**
 * Length of the longest prefix of the form `YYYY-MM-DD(T| )HH:MM:SS[.f{1,6}](Z|±hh:mm)` with a valid date, or -1. This form is nearly all
 * that APIs send; it is checked by character codes without making a value.
 */
export function plainTimestampEnd(text: string): number {
  if (text.length < 20) return -1;
  const separator = text.charCodeAt(10);
  if (
    text.charCodeAt(4) !== HYPHEN ||
    text.charCodeAt(7) !== HYPHEN ||
    (separator !== 0x54 && separator !== 0x20) ||
    text.charCodeAt(13) !== COLON ||
    text.charCodeAt(16) !== COLON
  ) {
    return -1;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  if (!isCalendarDate(year, twoDigits(text, 5), twoDigits(text, 8))) return -1;
  if (!(twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60)) return -1;
  const zone = fractionEnd(text);
  const code = text.charCodeAt(zone);
  if (code === 0x5a) return zone + 1;
  if ((code !== 0x2b && code !== HYPHEN) || text.charCodeAt(zone + 3) !== COLON) return -1;
  return twoDigits(text, zone + 1) * 60 + twoDigits(text, zone + 4) <= DAY_MINUTES ? zone + 6 : -1;
}

/** The fields of a text that {@link plainTimestampEnd} has checked. */
function plainTimestamp(text: string): IsoTimestamp {
  const zone = fractionEnd(text);
  const sign = text.charCodeAt(zone) === HYPHEN ? -1 : 1;
  return {
    kind: "timestamp",
    year: twoDigits(text, 0) * 100 + twoDigits(text, 2),
    month: twoDigits(text, 5),
    day: twoDigits(text, 8),
    hour: twoDigits(text, 11),
    minute: twoDigits(text, 14),
    second: twoDigits(text, 17),
    microsecond: zone === 19 ? 0 : Number(text.slice(20, zone).padEnd(6, "0")),
    offset: zone === text.length - 1 ? 0 : sign * (twoDigits(text, zone + 1) * 60 + twoDigits(text, zone + 4)),
  };
}

const HYPHEN = 0x2d;
const COLON = 0x3a;
const DAY_MINUTES = 24 * 60;

/** Where the zone begins; -1 for a point without one to six digits. */
function fractionEnd(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 19;
  let at = 20;
  while (at < 26 && isDigit(text.charCodeAt(at))) at += 1;
  return at === 20 ? -1 : at;
}

/** NaN when one of the two is no digit: every comparison with it is false. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A timestamp begins with four digits; those of other scripts pass grammar B. */
function mayBeTimestamp(text: string): boolean {
  if (text.length < 7) return false;
  for (let at = 0; at < 4; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80 && !isDigit(code)) return false;
    if (code >= 0x80) return FOREIGN_START.test(text);
  }
  return true;
}

const FOREIGN_START = /^\p{Nd}/u;

const ZONE = "(Z|[+-]\\d{2}:?(?:\\d{2})?)?";
/** Hyphenated date; seconds only with colons. */
const EXTENDED = new RegExp(
  `^(\\d{4})-(?:(\\d{2})-(\\d{2})|W(\\d{2})(?:-(\\d))?|(\\d{3})|(\\d{2}))` +
    `(?:[T ](\\d{2})(?::(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?)?${ZONE})?$`,
);
/** Date without hyphens; seconds only without colons. */
const BASIC = new RegExp(
  `^(\\d{4})(?:(\\d{2})(\\d{2})|W(\\d{2})(\\d)?|(\\d{3}))` +
    `(?:[T ](\\d{2})(?::(\\d{2})|(\\d{2})(?:(\\d{2})(?:[.,](\\d+))?)?)?${ZONE})?$`,
);
const EXTENDED_TIME = new RegExp(`^(\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?${ZONE}$`);
const BASIC_TIME = new RegExp(`^T(\\d{2})(?::(\\d{2})|(\\d{2})(?:(\\d{2})(?:[.,](\\d+))?)?)?${ZONE}$`);

function parseExtended(text: string): IsoValue | undefined {
  const match = EXTENDED.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, week, weekday, ordinal, onlyMonth, hour, minute, second, fraction, zone] = match;
  const date = dateFrom(year, month ?? onlyMonth, day, week, weekday, ordinal);
  return join(date, hour, clockTime(hour, minute, second, fraction, zone));
}

function parseBasic(text: string): IsoValue | undefined {
  const match = BASIC.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, week, weekday, ordinal, hour, colonMinute, minute, second, fraction, zone] = match;
  const date = dateFrom(year, month, day, week, weekday, ordinal);
  return join(date, hour, clockTime(hour, colonMinute ?? minute, second, fraction, zone));
}

function parseTime(text: string): IsoValue | undefined {
  const extended = EXTENDED_TIME.exec(text);
  if (extended !== null) {
    const [, hour, minute, second, fraction, zone] = extended;
    return timeOrNothing(clockTime(hour, minute, second, fraction, zone));
  }
  const basic = BASIC_TIME.exec(text);
  if (basic === null) return undefined;
  const [, hour, colonMinute, minute, second, fraction, zone] = basic;
  return timeOrNothing(clockTime(hour, colonMinute ?? minute, second, fraction, zone));
}

/**
 * Grammar B. dlt: the alternatives are tried from the left and the first match counts, so `202410:20` is a date; the
 * separator of the fraction may be a bar.
 */
const COMMON = new RegExp(
  "^(?:(D{4})(?:[/:]?(D{2})(?:[/:]?(D{2})))?)?( ?(D{1,2}):(D{1,2})(?::(D{1,2}))?(?:[.|,](D{1,9}))?)?$".replaceAll(
    "D",
    "\\p{Nd}",
  ),
  "u",
);

function parseCommon(text: string): IsoValue | undefined {
  const match = COMMON.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, time, hour, minute, second, fraction] = match.map((part) => part && asciiDigits(part));
  const clock = time === undefined ? undefined : clockTime(hour, minute, second, fraction, undefined);
  if (year === undefined) return timeOrNothing(clock);
  return join(dateFrom(year, month ?? "1", day, undefined, undefined, undefined), time, clock);
}

type Part = string | undefined;

function dateFrom(year: Part, month: Part, day: Part, week: Part, weekday: Part, ordinal: Part) {
  const y = Number(year);
  if (week !== undefined) return weekDate(y, Number(week), Number(weekday ?? 1));
  if (ordinal !== undefined) return ordinalDate(y, Number(ordinal));
  const [m, d] = [Number(month), Number(day ?? 1)];
  return isCalendarDate(y, m, d) ? { year: y, month: m, day: d } : undefined;
}

function clockTime(hour: Part, minute: Part, second: Part, fraction: Part, zone: Part): ClockTime | undefined {
  const time = {
    hour: Number(hour),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    microsecond: Number((fraction ?? "").slice(0, 6).padEnd(6, "0")),
  };
  if (!(time.hour < 24 && time.minute < 60 && time.second < 60)) return undefined;
  if (zone === undefined) return time;
  const offset = offsetMinutes(zone);
  // dlt: only zones to the east are limited.
  return offset > DAY_MINUTES ? undefined : { ...time, offset };
}

function offsetMinutes(zone: string): number {
  if (zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return zone.startsWith("-") ? -minutes : minutes;
}

function join(date: CalendarDate | undefined, timeText: Part, time: ClockTime | undefined): IsoValue | undefined {
  if (date === undefined) return undefined;
  if (timeText === undefined) return { kind: "date", ...date };
  return time === undefined ? undefined : { kind: "timestamp", ...date, ...time };
}

function timeOrNothing(time: ClockTime | undefined): IsoTime | undefined {
  return time === undefined ? undefined : { kind: "time", ...time };
}
