import { LocalDate } from '../domain/local-date.ts';

/** Last day of the calendar quarter that the day lies in. */
export function quarterEnd(day: LocalDate): LocalDate {
  const [year = '', month = ''] = day.split('-');
  const lastMonth = Math.ceil(Number(month) / 3) * 3;
  const lastDay = lastMonth === 3 || lastMonth === 12 ? 31 : 30;
  return LocalDate.parse(`${year}-${String(lastMonth).padStart(2, '0')}-${lastDay}`);
}
