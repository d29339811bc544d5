/** A length of time. Months have no fixed length, so they are kept apart. */
export interface Duration {
  readonly months: number;
  readonly micros: bigint;
}

/**
 * Reads an ISO 8601 duration (`P30D`, `P1M`, `PT12H`, `P1DT6H`) or a number with a unit (`30d`, `12h`, `2w`, `90m`,
 * `45s`; `m` are minutes). Undefined for anything else, and for no time at all.
 */
export function parseDuration(text: string): Duration | undefined {
  const short = /^(\d{1,9})([smhdw])$/i.exec(text);
  const found = short === null ? ISO.exec(text) : null;
  if (short === null && found === null) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] =
    found === null ? shortParts(short) : found.slice(1).map((part) => Number(part ?? 0));
  const whole = ((Number(weeks) * 7 + Number(days)) * 24 + Number(hours)) * 60 + Number(minutes);
  const duration = {
    months: Number(years) * 12 + Number(months),
    micros: BigInt(whole) * 60_000_000n + BigInt(Math.round(Number(seconds) * 1e6)),
  };
  return duration.months === 0 && duration.micros === 0n ? undefined : duration;
}

const ISO =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?$/;

const UNITS = ["", "", "w", "d", "h", "m", "s"];

function shortParts(found: RegExpExecArray | null): readonly number[] {
  return UNITS.map((unit) => (unit === found?.[2]?.toLowerCase() ? Number(found[1]) : 0));
}
