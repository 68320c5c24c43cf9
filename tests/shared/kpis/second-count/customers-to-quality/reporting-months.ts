import type { Book } from './lender-rows.ts';

// Days are counted from 1970-01-01, a month is `2025-12`.

/** A reporting month; a quarter or a week as if it were one. */
export type Month = {
  /** `2025-12`; of a quarter, its last month; of a week, its last day. */
  readonly name: string;
  /** Its last day. */
  readonly label: string;
  readonly start: number;
  /** Its last day or, in the newest, the day of the book. */
  readonly asOf: number;
  readonly before: Month | undefined;
  /** Those of a quarter. */
  readonly months?: readonly Month[];
};

/** From the month of the first loan to that of the day that is reported. */
export function monthsOf({ loans, asOf }: Book): readonly Month[] {
  const months: Month[] = [];
  let name = monthOf(Math.min(...loans.map(({ disbursed }) => disbursed)));
  while (name <= monthOf(asOf)) {
    const next = monthAfter(name, 1);
    const last = dayOf(`${next}-01`) - 1;
    months.push({
      name,
      label: textOf(last),
      start: dayOf(`${name}-01`),
      asOf: Math.min(last, asOf),
      before: months.at(-1),
    });
    name = next;
  }
  return months;
}

/** The quarters that months belong to; the newest is to date. */
export function quartersOf(months: readonly Month[]): readonly Month[] {
  const quarters: Month[] = [];
  for (const [label, own] of Map.groupBy(months, ({ name }) => quarterEnd(name))) {
    const [first, last] = [own[0], own.at(-1)];
    if (first && last)
      quarters.push({ ...last, label, start: first.start, before: quarters.at(-1), months: own });
  }
  return quarters;
}

/** The newest 53 weeks, from Monday to Sunday. */
export function weeksOf({ asOf }: Book): readonly Month[] {
  // The first day of all was a Thursday.
  const sunday = asOf + ((((3 - asOf) % 7) + 7) % 7);
  const weeks: Month[] = [];
  for (let last = sunday - 52 * 7; last <= sunday; last += 7)
    weeks.push({
      name: textOf(last),
      label: textOf(last),
      start: last - 6,
      asOf: Math.min(last, asOf),
      before: weeks.at(-1),
    });
  return weeks;
}

function quarterEnd(name: string): string {
  const month = Number(name.slice(5));
  return textOf(dayOf(`${monthAfter(name, ((12 - month) % 3) + 1)}-01`) - 1);
}

export function monthsIn(period: Month): readonly Month[] {
  return period.months ?? [period];
}

export function monthOf(day: number): string {
  return textOf(day).slice(0, 7);
}

/** The month that lies so many months after, or before, another. */
export function monthAfter(name: string, months: number): string {
  const [year = 0, month = 0] = name.split('-').map(Number);
  return monthOf(Date.UTC(year, month - 1 + months, 1) / MS_PER_DAY);
}

const MS_PER_DAY = 86_400_000;

export function dayOf(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / MS_PER_DAY;
}

export function textOf(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}
