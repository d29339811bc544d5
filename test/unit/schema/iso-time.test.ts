import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dateOfDays, daysOfDate, isCalendarDate, ordinalDate, weekDate } from "../../../src/schema/iso-calendar.ts";
import {
  dateText,
  epochTimestamp,
  isIsoTimestamp,
  parseIso,
  plainTimestampEnd,
  timestampText,
  timeText,
} from "../../../src/schema/iso-time.ts";

const millisecond = fc.integer({ min: -62135596800000, max: 253402300799999 });
const offset = fc.integer({ min: -1439, max: 1439 });

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

test("every instant survives parsing in any zone", () => {
  fc.assert(
    fc.property(millisecond, offset, (ms, minutes) => {
      const local = ms + minutes * 60_000;
      fc.pre(local > Date.UTC(1000, 0, 1) && local < 253402300799999);
      const size = Math.abs(minutes);
      const zone = `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
      const text = iso(local).replace("Z", zone);
      const value = parseIso(text);
      assert.equal(value?.kind, "timestamp");
      assert.ok(isIsoTimestamp(text));
      assert.equal(value?.kind === "timestamp" && new Date(timestampText(value)).getTime(), ms);
    }),
  );
});

test("the fast check agrees with the grammar", () => {
  const character = fc.constantFrom(..."0123456789-:TZ+. ");
  const edited = fc
    .tuple(
      millisecond,
      fc.constantFrom("Z", "+02:00", "-23:59", "+24:00", "", "z"),
      fc.nat({ max: 30 }),
      character,
      fc.boolean(),
    )
    .map(([ms, zone, at, put, edit]) => {
      const text = iso(ms).slice(-24).replace("Z", zone);
      return edit ? text.slice(0, at) + put + text.slice(at + 1) : text;
    });
  fc.assert(
    fc.property(edited, (text) => {
      if (plainTimestampEnd(text) === text.length) assert.equal(parseIso(text)?.kind, "timestamp");
      assert.equal(isIsoTimestamp(text), parseIso(text)?.kind === "timestamp");
    }),
    { numRuns: 2000 },
  );
});

test("calendar arithmetic agrees with Date over all years", () => {
  fc.assert(
    fc.property(fc.integer({ min: daysOfDate(1, 1, 1), max: daysOfDate(9999, 12, 31) }), (days) => {
      const { year, month, day } = dateOfDays(days);
      const date = new Date(days * 86_400_000);
      assert.deepEqual([year, month, day], [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
      assert.equal(daysOfDate(year, month, day), days);
      assert.ok(isCalendarDate(year, month, day));
      assert.deepEqual(ordinalDate(year, days - daysOfDate(year, 1, 1) + 1), { year, month, day });
    }),
  );
  assert.deepEqual(weekDate(2020, 53, 7), { year: 2021, month: 1, day: 3 });
  assert.equal(weekDate(2024, 53, 1), undefined);
  assert.equal(weekDate(9999, 52, 7), undefined);
  assert.equal(isCalendarDate(1900, 2, 29), false);
});

const texts: readonly [text: string, utc: string][] = [
  ["2024-01-02T03:04:05.678Z", "2024-01-02T03:04:05.678+00:00"],
  ["2024-01-02T03:04:05.123456789+02:00", "2024-01-02T01:04:05.123456+00:00"],
  ["2024-01-02 03:04", "2024-01-02T03:04:00+00:00"],
  ["2024-01-01T00:30+01", "2023-12-31T23:30:00+00:00"],
  ["2024-W10-2T10", "2024-03-05T10:00:00+00:00"],
  ["0001-01-01T00:00+00:01", "0000-12-31T23:59:00+00:00"],
  ["9999-12-31T23:59:59-00:01", "10000-01-01T00:00:59+00:00"],
  ["2024", "2024-01-01T00:00:00+00:00"],
];

for (const [text, utc] of texts) {
  test(`${text} is ${utc}`, () => {
    const value = parseIso(text);
    assert.ok(value !== undefined && value.kind !== "time");
    assert.equal(timestampText(value), utc);
    assert.equal(dateText(value), utc.split("T")[0]);
  });
}

test("a zone moves a time within its day", () => {
  const text = (input: string) => {
    const value = parseIso(input);
    return value?.kind === "time" ? timeText(value) : undefined;
  };
  assert.equal(text("01:00+02:00"), "23:00:00");
  assert.equal(text("23:30:01.5-01:00"), "00:30:01.500");
  assert.equal(text("T10"), "10:00:00");
  assert.equal(text("T10:20:30"), undefined);
});

test("seconds since the epoch are rounded half to even, as Python rounds", () => {
  const text = (seconds: number) => {
    const value = epochTimestamp(seconds);
    return value && timestampText(value);
  };
  assert.equal(text(1700000000.25), "2023-11-14T22:13:20.250+00:00");
  assert.equal(text(-0.5), "1969-12-31T23:59:59.500+00:00");
  assert.equal(text(0.0000005), "1970-01-01T00:00:00+00:00");
  assert.equal(text(0.0000015), "1970-01-01T00:00:00.000002+00:00");
  assert.equal(text(0.9999999), "1970-01-01T00:00:01+00:00");
  assert.equal(text(-62135596800), "0001-01-01T00:00:00+00:00");
  for (const seconds of [-62135596801, 253402300800, 1e16, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(text(seconds), undefined);
  }
});

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
