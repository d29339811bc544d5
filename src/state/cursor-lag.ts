import { SourceError } from "../core/errors.ts";
import { Double, type JsonValue } from "../core/json.ts";
import { asNumber, isInteger } from "../core/json-number.ts";
import { compareValues } from "../core/value-order.ts";

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
  if (lagged === undefined) {
    throw new SourceError(
      "E_SOURCE_SHAPE",
      `resource ${JSON.stringify(resource)}: a lag cannot be applied to the cursor value ${JSON.stringify(String(last))}`,
      { reason: "cursor_type", hint: "Use lag with numbers, dates and datetimes in ISO form only.", step: "extract" },
    );
  }
  if (initial === null) return lagged;
  const order = compareValues(initial, lagged);
  return (direction === "max" ? order >= 0 : order <= 0) ? initial : lagged;
}

function move(value: JsonValue, by: number, initial: JsonValue, direction: "max" | "min"): JsonValue | undefined {
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
  if (!inDays) return moment.format(moment.micros + BigInt(Math.round(by * 1e6)));
  const day = 86_400_000_000n;
  const shift = BigInt(Math.floor(by)) * day;
  if (moment.isDate) return moment.format(moment.micros + shift);
  const start = moment.micros - mod(moment.micros, day) + shift;
  return moment.format(direction === "max" ? start : start + day - 1n);
}

function mod(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest < 0n ? rest + b : rest;
}

interface Moment {
  /** Microseconds since the epoch; a text without zone is taken as UTC. */
  readonly micros: bigint;
  readonly isDate: boolean;
  format(micros: bigint): string;
}

const FORM =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:([T ])(\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$|^(\d{4})(\d{2})(\d{2})$/;

function parseMoment(text: string): Moment | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, between = "T", hour, minute, second, fraction, zone, y8, m8, d8] = found;
  if (y8 !== undefined) {
    const micros = BigInt(Date.UTC(Number(y8), Number(m8) - 1, Number(d8))) * 1000n;
    return { micros, isDate: true, format: (at) => iso(at).slice(0, 10).replaceAll("-", "") };
  }
  const offset = zoneMinutes(zone);
  const millis = Date.UTC(
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  const micros = BigInt(millis - offset * 60_000) * 1000n + BigInt((fraction ?? ".0").slice(1, 7).padEnd(6, "0"));
  const isDate = day !== undefined && hour === undefined;
  const length =
    month === undefined
      ? 4
      : day === undefined
        ? 7
        : hour === undefined
          ? 10
          : minute === undefined
            ? 13
            : second === undefined
              ? 16
              : 19;
  const format = (at: bigint): string => {
    const local = iso(at + BigInt(offset) * 60_000_000n).replace("T", between);
    return local.slice(0, length) + (fraction === undefined ? "" : local.slice(19, 26)) + (zone ?? "");
  };
  return { micros, isDate, format };
}

/** `2024-01-02T03:04:05.000006`. */
function iso(micros: bigint): string {
  const rest = mod(micros, 1_000_000n);
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(rest).padStart(6, "0")}`;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith("-") ? -minutes : minutes;
}
