import { SourceError } from "../core/errors.ts";
import { Double, type JsonValue } from "../core/json.ts";
import { asNumber, isInteger } from "../core/json-number.ts";
import { floorMod, inCalendar, type Moment, parseMoment } from "../core/moment.ts";
import { compareValues, ValueOrderError } from "../core/value-order.ts";

/**
 * The value at which a later run starts: `last` moved back by `lag` (forward for `min`), never beyond `initial`. Units:
 * seconds for datetimes, days for dates, as they are for numbers; the form of a text is kept.
 * Throws a {@link SourceError} with reason `cursor_type` for values that cannot be moved.
 */
export function applyLag(
  lag: number,
  initial: JsonValue,
  last: JsonValue,
  direction: "max" | "min",
  resource: string,
): JsonValue {
  const lagged = move(last, direction === "max" ? -lag : lag, initial, direction);
  const fail = (why: string, hint: string): never => {
    const message = `resource ${JSON.stringify(resource)}: a lag cannot be applied to the cursor value ${JSON.stringify(String(last))}${why}`;
    throw new SourceError("E_SOURCE_SHAPE", message, { reason: "cursor_type", hint, step: "extract" });
  };
  if (lagged === undefined) {
    return fail("", "Use lag with numbers, dates and datetimes in ISO form only, and within the years 1 to 9999.");
  }
  if (initial === null) return lagged;
  try {
    const order = compareValues(initial, lagged);
    return (direction === "max" ? order >= 0 : order <= 0) ? initial : lagged;
  } catch (error) {
    if (!(error instanceof ValueOrderError)) throw error;
    return fail(`: ${error.message}`, "Give initial_value the type that the stored cursor has.");
  }
}

/**
 * A value moved by so many units, its form kept; undefined for what cannot be moved. `initial` says whether they are
 * days or seconds, and `direction` to which end of a day a date goes.
 */
export function move(
  value: JsonValue,
  by: number,
  initial: JsonValue,
  direction: "max" | "min",
): JsonValue | undefined {
  if (typeof value === "bigint") return value + BigInt(Math.trunc(by));
  const number = asNumber(value);
  if (number !== undefined) {
    if (isInteger(value)) return Math.trunc(number + by);
    return Number.isInteger(number + by) ? new Double(number + by) : number + by;
  }
  if (typeof value !== "string") return undefined;
  const moment = parseMoment(value);
  if (moment === undefined) return undefined;
  // dlt: the form of the initial value, when it is a date or datetime, says whether the lag counts days or seconds.
  const declared = typeof initial === "string" ? parseMoment(initial) : undefined;
  const inDays = (declared ?? moment).isDate;
  if (!Number.isFinite(by * 1e6)) return undefined;
  if (!inDays) return written(moment, moment.micros + BigInt(Math.round(by * 1e6)));
  const day = 86_400_000_000n;
  const shift = BigInt(Math.floor(by)) * day;
  if (moment.isDate) return written(moment, moment.micros + shift);
  const start = moment.micros - floorMod(moment.micros, day) + shift;
  return written(moment, direction === "max" ? start : start + day - 1n);
}

function written(form: Moment, micros: bigint): string | undefined {
  return inCalendar(micros) === undefined ? undefined : form.format(micros);
}
