import type { Duration } from "../core/duration.ts";
import type { JsonValue } from "../core/json.ts";
import { parseMoment } from "../core/moment.ts";
import { compareValues } from "../core/value-order.ts";
import { move } from "./cursor-lag.ts";
import type { WindowState } from "./window-state.ts";

/** How long the windows of a range are: a duration for moments, a number in the units of the cursor (as for `lag`). */
export type WindowLength = Duration | number;

/** The part of a range that is loaded next. */
export interface CursorWindow {
  /** Where it begins: the end of the window before; null: at the cursor. */
  readonly start: JsonValue;
  /** Where it ends; null: open, it is the last one. */
  readonly end: JsonValue;
  /** The end for a request that must name one: an open window of moments reaches to the present one. */
  readonly reach: JsonValue;
}

interface Range {
  readonly length: WindowLength;
  readonly initial: JsonValue;
  /** The cursor. */
  readonly last: JsonValue;
  readonly lag: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * A window that would end within the last hour (and the lag) is left open: clocks differ, and sources show what was
 * changed a moment ago a moment later. A date, or a time without zone, may be that of a place twelve hours behind.
 */
const STILL_MOVING = 3_600_000_000n;
const ZONES_BEHIND = 12n * STILL_MOVING;
const HAS_ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/;

/** After the end of the year 9999 no window ends. */
const END_OF_TIME = 253_402_300_800_000_000n;

/**
 * The window that follows what is loaded. Numbers do not say where they end: there the first window without a row is
 * followed by an open one, and so is one that the source refused. Undefined when the value where it begins is neither a
 * number nor a moment in ISO form, or is written too coarsely to be moved by `length`.
 */
export function nextWindow(range: Range, state: WindowState): CursorWindow | undefined {
  const { last, now } = range;
  const start = placeOf(state, range);
  const from = start ?? last;
  const moment = typeof from === "string" ? parseMoment(from) : undefined;
  const reach = moment === undefined ? null : moment.format(BigInt(Math.floor(now * 1000)));
  const open = { start, end: null, reach };
  if (from === null || state.open) return open;
  const end = endOf(from, range);
  if (end === undefined || end === "never") return end === undefined ? undefined : open;
  if (compareMoments(end, from) <= 0) return undefined;
  return moment === undefined || isPast(end, range) ? { start, end, reach: end } : open;
}

/**
 * Where the windows stand: null where the cursor is further, and for what cannot be (values of another kind than those of
 * the cursor, a moment that is still to come because a clock was wrong), so that nothing is left out.
 */
function placeOf({ end }: WindowState, { last, now }: Range): JsonValue {
  if (end === null || last === null) return end;
  if ((typeof end === "string") !== (typeof last === "string")) return null;
  const moment = typeof end === "string" ? parseMoment(end) : undefined;
  if (moment !== undefined && moment.micros > BigInt(Math.floor(now * 1000))) return null;
  return compareMoments(last, end) > 0 ? null : end;
}

/** Order of two cursor values: moments by time, whatever form and zone they are written in, others as values. */
export function compareMoments(a: JsonValue, b: JsonValue): number {
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [parseMoment(a)?.micros, parseMoment(b)?.micros];
    if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  }
  return compareValues(a, b);
}

function endOf(start: JsonValue, { length, initial }: Range): JsonValue | "never" | undefined {
  const moment = typeof start === "string" ? parseMoment(start) : undefined;
  if (typeof length === "number") {
    if (moment !== undefined && moment.micros + BigInt(Math.ceil(length)) * 86_400_000_000n > END_OF_TIME)
      return "never";
    return move(start, length, initial, "max");
  }
  if (moment === undefined) return undefined;
  const end = monthsLater(moment.micros, length.months);
  if (end === undefined || end + length.micros > END_OF_TIME) return "never";
  return moment.format(end + length.micros);
}

/** The same day so many months later, or the last one of that month. Undefined beyond the calendar. */
function monthsLater(micros: bigint, months: number): bigint | undefined {
  if (months === 0) return micros;
  const date = new Date(Number(micros / 1000n));
  const target = new Date(date);
  target.setUTCDate(1);
  target.setUTCMonth(date.getUTCMonth() + months);
  if (Number.isNaN(target.getTime())) return undefined;
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return micros + BigInt(target.getTime() - date.getTime()) * 1000n;
}

function isPast(end: JsonValue, { initial, lag, now }: Range): boolean {
  const settled = move(end, lag, initial, "max");
  const moment = typeof settled === "string" ? parseMoment(settled) : undefined;
  if (typeof settled !== "string" || moment === undefined) return false;
  const margin = HAS_ZONE.test(settled) ? STILL_MOVING : STILL_MOVING + ZONES_BEHIND;
  return moment.micros + margin <= BigInt(Math.floor(now * 1000));
}
