import { z } from 'zod';

// Calendar days without a clock or a time zone. A LocalDate is text `YYYY-MM-DD`, so it sorts, compares and
// prints as it is; arithmetic goes through the number of days since 1970-01-01.

const MS_PER_DAY = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A real calendar day between 0001-01-01 and 9999-12-31: `2023-02-30` is refused. */
export type LocalDate = z.infer<typeof LocalDate>;
export const LocalDate = z
  .string()
  .regex(ISO_DAY, 'must be a day, as in 2025-12-10')
  .refine((text) => isCalendarDay(text), 'not a day of the calendar')
  .brand('LocalDate');

/** The day of reference data, which has none: it is before every other, and so in every book. */
export const REFERENCE_DAY = LocalDate.parse('0001-01-01');

/** ` as of 2025-12-31` behind the name of a snapshot; nothing behind reference data, which is of no day. */
export function ofDay(asOf: LocalDate): string {
  return asOf === REFERENCE_DAY ? '' : ` as of ${asOf}`;
}

/** The day, or undefined when the text is not exactly one calendar day in ISO form. */
export function parseLocalDate(text: string): LocalDate | undefined {
  // Not `safeParse`: what it says of a text that is no day takes ten times as long, and a file may be full of them.
  return ISO_DAY.test(text) && isCalendarDay(text) ? LocalDate.parse(text) : undefined;
}

/** Days since 1970-01-01 (negative before it). */
export function toEpochDay(day: LocalDate): number {
  return Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY;
}

export function fromEpochDay(epochDay: number): LocalDate {
  return LocalDate.parse(new Date(epochDay * MS_PER_DAY).toISOString().slice(0, 10));
}

export function addDays(day: LocalDate, days: number): LocalDate {
  return fromEpochDay(toEpochDay(day) + days);
}

/** The last day of the month that holds `day`. */
export function endOfMonth(day: LocalDate): LocalDate {
  const [year = 0, month = 0] = day.split('-').map(Number);
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  return fromEpochDay(new Date(0).setUTCFullYear(year, month, 0) / MS_PER_DAY);
}

/** The day of an instant in UTC. */
export function localDateOf(instant: Date): LocalDate {
  return LocalDate.parse(instant.toISOString().slice(0, 10));
}

function isCalendarDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= lastDay;
}
