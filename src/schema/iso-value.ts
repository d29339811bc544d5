import type { CalendarDate } from "./iso-calendar.ts";

/** What a text of the ISO family says. */
export type IsoValue = IsoTimestamp | IsoDate | IsoTime;

export interface IsoTimestamp extends CalendarDate, ClockTime {
  readonly kind: "timestamp";
}

export interface IsoDate extends CalendarDate {
  readonly kind: "date";
}

export interface IsoTime extends ClockTime {
  readonly kind: "time";
}

export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Minutes east of UTC; absent when the text has no zone. */
  readonly offset?: number;
}
