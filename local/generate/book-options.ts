import { z } from 'zod';
import { endOfMonth, fromEpochDay, LocalDate, toEpochDay } from '../../shared/domain/local-date.ts';

/** What a book is made from. The same options give the same bytes. */
export type BookOptions = z.infer<typeof BookOptions>;
export const BookOptions = z.strictObject({
  /** At least 10; from about 200 loans on the shares of arrears hold. */
  loans: z
    .int()
    .min(10, 'a book has at least 10 loans')
    .max(5_000_000, 'a book has at most 5,000,000 loans')
    .default(600),
  seed: z.int().min(0).default(1),
  /** The tape cut-off: the last day that the book knows of. */
  asOf: LocalDate.default(LocalDate.parse('2025-12-10')),
  /** Month-end snapshots, the last one for the month of the cut-off. */
  months: z.int().min(12).max(120).default(36),
});

/** A month-end snapshot. The last one bears the month end as its label, though the book ends earlier. */
export type SnapshotDay = { readonly reportingDay: number; readonly asOfDay: number };

/** Oldest first. */
export function snapshotDays(options: BookOptions): SnapshotDay[] {
  const cutOff = toEpochDay(options.asOf);
  return Array.from({ length: options.months }, (_, index) => {
    const reportingDay = toEpochDay(endOfMonth(firstOfMonth(options.asOf, index + 1 - options.months)));
    return { reportingDay, asOfDay: Math.min(reportingDay, cutOff) };
  });
}

/** The first day of the month that lies `months` after (or, if negative, before) that of `day`. */
export function firstOfMonth(day: LocalDate, months: number): LocalDate {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return fromEpochDay(Date.UTC(year, month - 1 + months, 1) / 86_400_000);
}

const texts = new Map<number, LocalDate>();

/** The day as text; remembered, since a book names the same thousand days a million times. */
export function dayText(epochDay: number): LocalDate {
  const known = texts.get(epochDay);
  if (known !== undefined) return known;
  const text = fromEpochDay(epochDay);
  texts.set(epochDay, text);
  return text;
}
