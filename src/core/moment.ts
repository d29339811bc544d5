/** A date or datetime as a cursor or parameter holds it: its time, and the form in which it was written. */
export interface Moment {
  /** Microseconds since the epoch; a text without zone is taken as UTC. */
  readonly micros: bigint;
  readonly isDate: boolean;
  /** Another time in the same form: precision, zone and separator are kept. */
  format(micros: bigint): string;
}

const FORM =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:([T ])(\d{2})(?::(\d{2})(?::(\d{2})(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$|^(\d{4})(\d{2})(\d{2})$/;

/** Reads dates and datetimes in ISO form (`2024`, `2024-01-31`, `20240131`, `2024-01-31 10:00:00.5+02:00`); undefined for other texts. */
export function parseMoment(text: string): Moment | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, between = "T", hour, minute, second, fraction, zone, y8, m8, d8] = found;
  if (y8 !== undefined) {
    const micros = BigInt(utcMillis(Number(y8), Number(m8) - 1, Number(d8))) * 1000n;
    return { micros, isDate: true, format: (at) => iso(at).slice(0, 10).replaceAll("-", "") };
  }
  const offset = zoneMinutes(zone);
  const millis = utcMillis(
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

/** As `Date.UTC`, for which the years 0 to 99 are those of the twentieth century. The calendar repeats after 400 years. */
function utcMillis(year: number, ...rest: readonly [month: number, day: number, ...time: number[]]): number {
  return Date.UTC(year + 400, ...rest) - 146_097 * 86_400_000;
}

/** The time itself; undefined outside of the years 1 to 9999, which no {@link Moment} can write. */
export function inCalendar(micros: bigint): bigint | undefined {
  return micros >= -62_135_596_800_000_000n && micros < 253_402_300_800_000_000n ? micros : undefined;
}

/** `2024-01-02T03:04:05.000006`. */
function iso(micros: bigint): string {
  const rest = floorMod(micros, 1_000_000n);
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(rest).padStart(6, "0")}`;
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith("-") ? -minutes : minutes;
}

/** The rest of a division that rounds down: never negative. */
export function floorMod(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest < 0n ? rest + b : rest;
}
