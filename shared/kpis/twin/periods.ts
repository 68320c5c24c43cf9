// Reporting periods counted on the calendar, in days since 1970-01-01. The newest period ends, for now, on the last day
// that the book knows; its label is its end all the same, as the PAR file labels months.

export type Grain = 'day' | 'week' | 'month' | 'quarter';

export type Period = {
  readonly start: number;
  /** Last day: the reporting date. */
  readonly label: number;
  /** Last day that is known. */
  readonly asOf: number;
};

/** Days and weeks are reported for about two months and a year; months and quarters since the first disbursement. */
const MOST_DAYS = 62;
const MOST_WEEKS = 53;

/** The periods from that of `firstDay` to that of `asOf`, oldest first. */
export function periodsOf(grain: Grain, firstDay: number, asOf: number): readonly Period[] {
  const periods: Period[] = [];
  for (let start = startOfPeriod(grain, earliest(grain, firstDay, asOf)); start <= asOf; ) {
    const next = nextStart(grain, start);
    periods.push({ start, label: next - 1, asOf: Math.min(next - 1, asOf) });
    start = next;
  }
  return periods;
}

/** Weeks begin on Monday. */
export function startOfPeriod(grain: Grain, day: number): number {
  const { year, month } = civil(day);
  switch (grain) {
    case 'day':
      return day;
    case 'week':
      // 1970-01-01 was a Thursday.
      return day - ((((day + 3) % 7) + 7) % 7);
    case 'month':
      return epochDay(year, month);
    case 'quarter':
      return epochDay(year, month - (month % 3));
  }
}

/** The last day of the period that begins on a day. */
export function endOfPeriod(grain: Grain, start: number): number {
  return nextStart(grain, start) - 1;
}

function earliest(grain: Grain, firstDay: number, asOf: number): number {
  if (grain === 'day') return Math.max(firstDay, asOf - MOST_DAYS + 1);
  return grain === 'week' ? Math.max(firstDay, asOf - (MOST_WEEKS - 1) * 7) : firstDay;
}

function nextStart(grain: Grain, start: number): number {
  if (grain === 'day') return start + 1;
  if (grain === 'week') return start + 7;
  const { year, month } = civil(start);
  return epochDay(year, month + (grain === 'month' ? 1 : 3));
}

/** No loan runs that long. */
export function fiftyYearsBefore(day: number): number {
  return new Date(day * MS_PER_DAY).setUTCFullYear(civil(day).year - 50) / MS_PER_DAY;
}

const MS_PER_DAY = 86_400_000;

/** The month counts from 0. */
function civil(day: number): { year: number; month: number } {
  const instant = new Date(day * MS_PER_DAY);
  return { year: instant.getUTCFullYear(), month: instant.getUTCMonth() };
}

/** First day of a month; month 12 is January of the year after. Not Date.UTC: it takes the year 99 for 1999. */
function epochDay(year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month, 1) / MS_PER_DAY;
}
