import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  endOfMonth,
  fromEpochDay,
  LocalDate,
  localDateOf,
  ofDay,
  parseLocalDate,
  REFERENCE_DAY,
  toEpochDay,
} from '../../../shared/domain/local-date.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };
const day = (text: string): LocalDate => LocalDate.parse(text);

const FIRST = toEpochDay(day('0001-01-01'));
const LAST = toEpochDay(day('9999-12-31'));
const anyEpochDay = fc.integer({ min: FIRST, max: LAST });

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysIn = (year: number, month: number): number =>
  [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
const written = (year: number, month: number, date: number): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;

describe('a local date', () => {
  it.each([
    '0001-01-01',
    '0099-12-31',
    '1900-02-28',
    '1969-12-31',
    '2000-02-29',
    '2024-02-29',
    '2025-12-31',
    '9999-12-31',
  ])('may be %s', (text) => {
    expect(parseLocalDate(text)).toBe(text);
  });

  it.each([
    ['a 30th of February', '2023-02-30'],
    ['a leap day in a common year', '2023-02-29'],
    ['a leap day in a century that is not divisible by 400', '1900-02-29'],
    ['a 31st of April', '2025-04-31'],
    ['a day zero', '2025-01-00'],
    ['a 32nd day', '2025-01-32'],
    ['a month zero', '2025-00-10'],
    ['a 13th month', '2025-13-01'],
    ['the year zero', '0000-12-31'],
    ['a year of five digits', '10000-01-01'],
    ['a negative year', '-0001-01-01'],
    ['single digits', '2023-1-5'],
    ['slashes', '2023/01/05'],
    ['surrounding blanks', ' 2023-01-05 '],
    ['a line end', '2023-01-05\n'],
    ['a time', '2023-01-05T00:00:00Z'],
    ['Arabic-Indic digits', '٢٠٢٣-٠١-٠٥'],
    ['full-width digits', '２０２３-01-05'],
    ['a word', 'today'],
    ['nothing', ''],
  ])('cannot be %s', (_, text) => {
    expect(parseLocalDate(text)).toBeUndefined();
  });

  it('accepts exactly the days that the Gregorian calendar has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, date) => {
          const exists = year >= 1 && date >= 1 && date <= daysIn(year, month);

          expect(parseLocalDate(written(year, month, date)) !== undefined).toBe(exists);
        },
      ),
      RUNS,
    );
  });
});

describe('calendar arithmetic', () => {
  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-03-01', 11_017],
    ['2025-12-10', 20_432],
    ['0001-01-01', -719_162],
    ['9999-12-31', 2_932_896],
  ])('counts %s as day %i', (text, epochDay) => {
    expect(toEpochDay(day(text))).toBe(epochDay);
    expect(fromEpochDay(epochDay)).toBe(text);
  });

  it('goes from day to number and back without loss, in the order of the calendar', () => {
    fc.assert(
      fc.property(anyEpochDay, anyEpochDay, (a, b) => {
        expect(toEpochDay(fromEpochDay(a))).toBe(a);
        expect(fromEpochDay(a) < fromEpochDay(b)).toBe(a < b);
      }),
      RUNS,
    );
  });

  it.each([
    ['2025-02-28', 1, '2025-03-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2025-01-01', -1, '2024-12-31'],
    ['2025-12-10', 0, '2025-12-10'],
    ['2025-11-19', 21, '2025-12-10'],
  ])('adds to %s %i days and arrives at %s', (from, days, to) => {
    expect(addDays(day(from), days)).toBe(to);
  });

  it('refuses to leave the calendar', () => {
    expect(() => addDays(day('9999-12-31'), 1)).toThrow();
    expect(() => addDays(day('0001-01-01'), -1)).toThrow();
  });

  it.each([
    ['2025-02-01', '2025-02-28'],
    ['2024-02-29', '2024-02-29'],
    ['2025-12-10', '2025-12-31'],
    ['1900-02-01', '1900-02-28'],
    ['0050-02-03', '0050-02-28'],
    ['9999-12-01', '9999-12-31'],
  ])('ends the month of %s on %s', (text, end) => {
    expect(endOfMonth(day(text))).toBe(end);
  });

  it('ends every month on the day before the first of the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST - 31 }), (epochDay) => {
        const date = fromEpochDay(epochDay);
        const end = endOfMonth(date);

        expect(end >= date).toBe(true);
        expect(end.slice(0, 7)).toBe(date.slice(0, 7));
        expect(addDays(end, 1).slice(8)).toBe('01');
      }),
      RUNS,
    );
  });

  it('takes the day of an instant in UTC', () => {
    expect(localDateOf(new Date('2025-12-10T23:59:59.999Z'))).toBe('2025-12-10');
    expect(localDateOf(new Date('2025-12-10T23:00:00-06:00'))).toBe('2025-12-11');
  });

  it('stands behind the name of a snapshot, unless it is that of reference data, which nobody should read', () => {
    expect(`manual/targets${ofDay(day('2025-12-10'))}`).toBe('manual/targets as of 2025-12-10');
    expect(`manual/targets${ofDay(REFERENCE_DAY)}`).toBe('manual/targets');
  });
});
