/**
 * Seconds in words, as dlt prints them (`humanize.precisedelta`): `0.07 seconds`, `1 minute and 2.35 seconds`,
 * `1 hour, 1 minute and 1 second`. Rounded to hundredths first, halves to even, so 59.996 is `1 minute`.
 */
export function formatDuration(seconds: number): string {
  let rest = hundredths(Math.max(0, seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / (size * 100));
    if (count > 0) parts.push(plural(count, String(count), unit));
    rest -= count * size * 100;
  }
  if (rest > 0 || parts.length === 0) {
    const value = rest / 100;
    parts.push(plural(value, Number.isInteger(value) ? String(value) : value.toFixed(2), "second"));
  }
  const last = parts.pop() ?? "";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

/** Seconds for a table or a log line: `0.07 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`. */
export function shortDuration(seconds: number): string {
  if (seconds < 9.995) return `${Math.max(0, seconds).toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

function plural(value: number, text: string, unit: string): string {
  return `${text} ${unit}${value === 1 ? "" : "s"}`;
}

/** As Python's `%0.2f` rounds: from the exact binary value, halves to even. `toFixed` differs only in halves. */
function hundredths(value: number): number {
  const rounded = Math.round(Number(value.toFixed(2)) * 100);
  const isHalf = Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  return isHalf && rounded % 2 === 1 ? rounded - 1 : rounded;
}
