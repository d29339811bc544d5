/** `YYYY-MM-DD(T| )HH:MM:SS[.f{1,6}]Z` with a valid date and time; what is unusual is left to `plainTimestampEnd`. */
export function isPlainUtc(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length < 20 || length > 27 || length === 21 || bytes[end - 1] !== 0x5a) return false;
  if (
    bytes[start + 4] !== 0x2d ||
    bytes[start + 7] !== 0x2d ||
    bytes[start + 13] !== 0x3a ||
    bytes[start + 16] !== 0x3a
  )
    return false;
  const separator = bytes[start + 10];
  if (separator !== 0x54 && separator !== 0x20) return false;
  if (length > 20) {
    if (bytes[start + 19] !== 0x2e) return false;
    for (let i = start + 20; i < end - 1; i += 1) {
      const digit = (bytes[i] as number) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return false;
    }
  }
  const century = pair(bytes, start);
  const year = pair(bytes, start + 2);
  const month = pair(bytes, start + 5);
  const day = pair(bytes, start + 8);
  // Days 29 to 31 depend on the month: 30 is right for all but February.
  return (
    century >= 1 &&
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || (day <= 30 && month !== 2) || (day === 31 && LONG_MONTHS[month] === 1)) &&
    inRange(pair(bytes, start + 11), 23) &&
    inRange(pair(bytes, start + 14), 59) &&
    inRange(pair(bytes, start + 17), 59)
  );
}

const LONG_MONTHS = [0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1];

function inRange(value: number, most: number): boolean {
  return value >= 0 && value <= most;
}

/** Two digits; negative when one of them is none. */
function pair(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
