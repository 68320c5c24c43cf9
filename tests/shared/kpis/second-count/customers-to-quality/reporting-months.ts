import type { Book } from './lender-rows.ts';

// Days are counted from 1970-01-01, a month is `2025-12`.

export type Month = {
  /** `2025-12` */
  readonly name: string;
  /** Its last day. */
  readonly label: string;
  readonly start: number;
  /** Its last day or, in the newest, the day of the book. */
  readonly asOf: number;
  readonly before: Month | undefined;
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
