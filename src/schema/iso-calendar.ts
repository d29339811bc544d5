/** Calendar arithmetic in the proleptic Gregorian calendar, years 1 to 9999. */

export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function isCalendarDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The date of a day of the year; undefined when the year has no such day. */
export function ordinalDate(year: number, dayOfYear: number): CalendarDate | undefined {
  if (year < 1 || year > 9999 || dayOfYear < 1 || dayOfYear > (isLeapYear(year) ? 366 : 365)) return undefined;
  return dateOfDays(daysOfDate(year, 1, 1) + dayOfYear - 1);
}

/** The date of an ISO week. dlt: week 0 and day 0 pass and mean the week and the day before the first. */
export function weekDate(year: number, week: number, weekday: number): CalendarDate | undefined {
  if (year < 1 || weekday > 7 || week > 53 || (week === 53 && !isLongYear(year))) return undefined;
  // The Monday of week 1 is the Monday at or before January 4.
  const fourth = daysOfDate(year, 1, 4);
  const date = dateOfDays(fourth - (isoWeekday(fourth) - 1) + (week - 1) * 7 + weekday - 1);
  return date.year >= 1 && date.year <= 9999 ? date : undefined;
}

/** Days since 1970-01-01. */
export function daysOfDate(year: number, month: number, day: number): number {
  // Years counted from March, so that the leap day comes last.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** The date so many days after 1970-01-01; may lie outside years 1 to 9999. */
export function dateOfDays(days: number): CalendarDate {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Monday is 1. */
function isoWeekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

/** Years of 53 weeks begin on a Thursday, or on a Wednesday when they are leap years. */
function isLongYear(year: number): boolean {
  const first = isoWeekday(daysOfDate(year, 1, 1));
  return first === 4 || (first === 3 && isLeapYear(year));
}
