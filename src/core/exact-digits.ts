/**
 * Decimal digits of a double, rounded as CPython and C round them: from the exact value, ties to even. `toFixed` and
 * `toExponential` take ties upwards, and no more than 100 digits.
 */

/** A positive double in `digits + 1` significant digits, and the power of ten of the first of them. */
export interface Significant {
  readonly digits: string;
  readonly exponent: number;
}

/** So many places behind the point hold any double; more of them are zeros. */
const MOST_PLACES = 1100;

/** A finite double that is not negative with so many places behind the point, without an exponent. */
export function fixedDigits(value: number, places: number): string {
  const exact = Math.min(places, MOST_PLACES);
  const scaled = rounded(value, exact)
    .toString()
    .padStart(exact + 1, "0");
  const whole = scaled.slice(0, scaled.length - exact);
  return places === 0 ? whole : `${whole}.${scaled.slice(whole.length).padEnd(places, "0")}`;
}

/** A finite double that is not negative in so many significant digits, at least one. */
export function significantDigits(value: number, count: number): Significant {
  const exact = Math.min(count, MOST_PLACES);
  if (value === 0) return { digits: "0".repeat(count), exponent: 0 };
  // Of shortest digits, which may lie beyond the next power of ten: `1e23` is below it.
  let exponent = Number(value.toExponential().split("e")[1]);
  const [top, bottom] = ratio(value);
  if (exponent >= 0 ? top < bottom * 10n ** BigInt(exponent) : top * 10n ** BigInt(-exponent) < bottom) exponent -= 1;
  let digits = rounded(value, exact - 1 - exponent).toString();
  if (digits.length > exact) {
    digits = digits.slice(0, exact);
    exponent += 1;
  }
  return { digits: digits.padEnd(count, "0"), exponent };
}

/** The nearest integer of `value * 10 ** places`. */
function rounded(value: number, places: number): bigint {
  const [top, bottom] = ratio(value);
  const power = 10n ** BigInt(Math.abs(places));
  const [dividend, divisor] = places < 0 ? [top, bottom * power] : [top * power, bottom];
  const whole = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && whole % 2n === 1n);
  return up ? whole + 1n : whole;
}

/** A double as a fraction of integers. */
function ratio(value: number): readonly [bigint, bigint] {
  let bottom = 1n;
  let top = value;
  // Each step is exact: only the exponent changes.
  while (!Number.isInteger(top)) {
    top *= 2;
    bottom *= 2n;
  }
  return [BigInt(top), bottom];
}
