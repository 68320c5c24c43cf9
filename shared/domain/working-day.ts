import { addDays, LocalDate, toEpochDay } from './local-date.ts';

const MONDAY = 1;
const FRIDAY = 5;

export function isMonday(day: LocalDate): boolean {
  return weekdayOf(day) === MONDAY;
}

/** The first day of its month that is no Saturday or Sunday. Holidays are not known here. */
export function isFirstWorkingDay(day: LocalDate): boolean {
  const dayOfMonth = Number(day.slice(8));
  const weekday = weekdayOf(day);
  if (weekday === MONDAY) return dayOfMonth <= 3;
  return dayOfMonth === 1 && weekday > MONDAY && weekday <= FRIDAY;
}

/** Of the month that the day is in; it may be before or after the day. */
export function firstWorkingDayOf(day: LocalDate): LocalDate {
  let first = LocalDate.parse(`${day.slice(0, 8)}01`);
  while (!isFirstWorkingDay(first)) first = addDays(first, 1);
  return first;
}

/** 0 for Sunday. The first day of all, 1970-01-01, was a Thursday. */
function weekdayOf(day: LocalDate): number {
  return (((toEpochDay(day) + 4) % 7) + 7) % 7;
}
