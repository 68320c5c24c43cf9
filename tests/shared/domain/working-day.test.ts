import { describe, expect, it } from '@jest/globals';
import { addDays, LocalDate } from '../../../shared/domain/local-date.ts';
import { firstWorkingDayOf, isFirstWorkingDay, isMonday } from '../../../shared/domain/working-day.ts';

const day = (text: string): LocalDate => LocalDate.parse(text);

describe('the first working day of a month', () => {
  it.each([
    ['2026-12-01', 'a Tuesday', true],
    ['2026-05-01', 'a Friday', true],
    ['2026-06-01', 'a Monday', true],
    ['2026-08-01', 'a Saturday', false],
    ['2026-08-03', 'the Monday after it', true],
    ['2026-03-01', 'a Sunday', false],
    ['2026-03-02', 'the Monday after it', true],
    ['2026-02-09', 'a later Monday', false],
    ['2026-12-02', 'a Wednesday that is a second', false],
    ['1969-12-01', 'a Monday of before the first day of all', true],
  ])('%s, %s: %s', (text, _what, expected) => {
    expect(isFirstWorkingDay(day(text))).toBe(expected);
  });
});

it('is known on any day of its month', () => {
  for (const text of ['2026-08-01', '2026-08-03', '2026-08-31']) {
    expect(firstWorkingDayOf(day(text))).toBe('2026-08-03');
  }
});

it('every seventh day is a Monday', () => {
  const monday = day('2026-02-09');

  for (let weeks = -3_000; weeks < 3_000; weeks += 500)
    for (let days = 0; days < 7; days += 1)
      expect(isMonday(addDays(monday, weeks * 7 + days))).toBe(days === 0);
});
