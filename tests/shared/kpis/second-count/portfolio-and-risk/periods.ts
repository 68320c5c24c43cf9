import { addDays, endOfMonth, LocalDate } from '../../../../../shared/domain/local-date.ts';
import { earlier, type Period } from './scope.ts';

// The periods that a book is told of. The newest bears the end of it as its label, though the book ends before.

export function newestMonths(asOf: string, count: number): readonly Period[] {
  const months: Period[] = [];
  let end = endOfMonth(LocalDate.parse(asOf));
  while (months.length < count) {
    const from = `${end.slice(0, 7)}-01`;
    months.unshift({ from, to: earlier(end, asOf), label: end });
    end = addDays(LocalDate.parse(from), -1);
  }
  return months;
}

export function quartersOf(months: readonly Period[]): readonly Period[] {
  const quarterOf = ({ label }: Period) => `${label.slice(0, 4)} ${Math.ceil(Number(label.slice(5, 7)) / 3)}`;
  return [...Map.groupBy(months, quarterOf).values()].flatMap((own) => {
    const [first, last] = [own[0], own.at(-1)];
    return first && last ? [{ ...last, from: first.from }] : [];
  });
}

/** From Monday to Sunday. */
export function newestWeeks(asOf: string, count: number): readonly Period[] {
  const day = LocalDate.parse(asOf);
  const daysToSunday = (7 - new Date(`${day}T00:00:00Z`).getUTCDay()) % 7;
  const newest = addDays(day, daysToSunday);
  return Array.from({ length: count }, (_, index) => {
    const label = addDays(newest, -7 * (count - 1 - index));
    return { from: addDays(label, -6), to: earlier(label, asOf), label };
  });
}
