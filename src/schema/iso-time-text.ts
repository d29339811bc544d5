import { type CalendarDate, dateOfDays, daysOfDate } from "./iso-calendar.ts";
import type { ClockTime, IsoDate, IsoTime, IsoTimestamp } from "./iso-value.ts";

/** A timestamp in UTC. Its year may be 0 or 10000 after the conversion. */
export interface UtcTimestamp extends CalendarDate, ClockTime {
  readonly offset: 0;
}

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/**
 * Text of a timestamp in UTC for PostgreSQL: `2024-01-02T03:04:05.678+00:00`, the fraction absent when it is zero. Without a zone the value is
 * taken as UTC; a date is its midnight.
 */
export function timestampText(value: IsoTimestamp | IsoDate | UtcTimestamp): string {
  if (!("hour" in value)) return `${dateText(value)}T00:00:00+00:00`;
  const utc = toUtc(value);
  return `${dateText(utc)}T${clockText(utc)}+00:00`;
}

/** `YYYY-MM-DD`; a timestamp gives its day in UTC. */
export function dateText(value: CalendarDate | IsoTimestamp): string {
  const { year, month, day } = "hour" in value ? toUtc(value) : value;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** `HH:MM:SS[.f]` without a zone; a zone is applied first, within the day. */
export function timeText(value: IsoTime): string {
  const seconds = ((secondsOfDay(value) % DAY) + DAY) % DAY;
  return clockText({ ...clockOf(seconds), microsecond: value.microsecond });
}

/**
 * The timestamp so many seconds after 1970-01-01, rounded half to even to microseconds, as Python rounds; undefined outside years 1
 * to 9999 and for what is not finite.
 */
export function epochTimestamp(seconds: number): UtcTimestamp | undefined {
  if (!Number.isFinite(seconds)) return undefined;
  let whole = Math.trunc(seconds);
  let microsecond = roundHalfEven((seconds - whole) * 1e6);
  if (microsecond >= 1e6) {
    microsecond -= 1e6;
    whole += 1;
  } else if (microsecond < 0) {
    microsecond += 1e6;
    whole -= 1;
  }
  if (!(whole >= FIRST_SECOND && whole <= LAST_SECOND)) return undefined;
  const days = Math.floor(whole / DAY);
  return { ...dateOfDays(days), ...clockOf(whole - days * DAY), microsecond, offset: 0 };
}

const FIRST_SECOND = daysOfDate(1, 1, 1) * DAY;
const LAST_SECOND = daysOfDate(9999, 12, 31) * DAY + DAY - 1;

function toUtc(value: CalendarDate & ClockTime): CalendarDate & ClockTime {
  if (value.offset === undefined || value.offset === 0) return value;
  const seconds = daysOfDate(value.year, value.month, value.day) * DAY + secondsOfDay(value);
  const days = Math.floor(seconds / DAY);
  return { ...dateOfDays(days), ...clockOf(seconds - days * DAY), microsecond: value.microsecond };
}

/** Seconds since midnight in UTC; negative or beyond a day where the zone moves the day. */
function secondsOfDay(time: ClockTime): number {
  return time.hour * 3600 + (time.minute - (time.offset ?? 0)) * MINUTE + time.second;
}

function clockOf(seconds: number): { hour: number; minute: number; second: number } {
  const minutes = Math.floor(seconds / MINUTE);
  return { hour: Math.floor(minutes / 60), minute: minutes % 60, second: seconds % MINUTE };
}

function clockText(time: ClockTime): string {
  const text = `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
  if (time.microsecond === 0) return text;
  const fraction = String(time.microsecond).padStart(6, "0");
  return `${text}.${fraction.endsWith("000") ? fraction.slice(0, 3) : fraction}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
