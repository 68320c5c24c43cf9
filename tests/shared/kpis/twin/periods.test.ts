import { describe, expect, it } from '@jest/globals';
import { fromEpochDay } from '../../../../shared/domain/local-date.ts';
import {
  endOfPeriod,
  fiftyYearsBefore,
  type Grain,
  periodsOf,
  startOfPeriod,
} from '../../../../shared/kpis/twin/periods.ts';
import { day } from './rows-in-memory.ts';

function periods(grain: Grain, first: string, asOf: string): string[] {
  return periodsOf(grain, day(first), day(asOf)).map(({ start, label, asOf: known }) =>
    [start, label, known].map(fromEpochDay).join(' '),
  );
}

describe('the periods of a book', () => {
  it('are months from that of the first day, the newest known up to the day of the book', () => {
    expect(periods('month', '2024-12-17', '2025-02-10')).toEqual([
      '2024-12-01 2024-12-31 2024-12-31',
      '2025-01-01 2025-01-31 2025-01-31',
      '2025-02-01 2025-02-28 2025-02-10',
    ]);
  });

  it('are quarters from that of the first day', () => {
    expect(periods('quarter', '2024-12-17', '2025-03-31')).toEqual([
      '2024-10-01 2024-12-31 2024-12-31',
      '2025-01-01 2025-03-31 2025-03-31',
    ]);
  });

  it('are weeks that end on Sunday, 53 at most', () => {
    expect(periods('week', '2025-11-28', '2025-12-10')).toEqual([
      '2025-11-24 2025-11-30 2025-11-30',
      '2025-12-01 2025-12-07 2025-12-07',
      '2025-12-08 2025-12-14 2025-12-10',
    ]);
    expect(periods('week', '2020-01-01', '2025-12-10')).toHaveLength(53);
  });

  it('are days, 62 at most', () => {
    expect(periods('day', '2025-12-09', '2025-12-10')).toEqual([
      '2025-12-09 2025-12-09 2025-12-09',
      '2025-12-10 2025-12-10 2025-12-10',
    ]);
    expect(periods('day', '2020-01-01', '2025-12-10')).toHaveLength(62);
  });

  it('begin and end where the calendar says, before 1970 too', () => {
    const of = (grain: Grain, text: string) => {
      const start = startOfPeriod(grain, day(text));
      return [start, endOfPeriod(grain, start)].map(fromEpochDay).join(' ');
    };

    expect(of('week', '1969-12-31')).toBe('1969-12-29 1970-01-04');
    expect(of('month', '2024-02-29')).toBe('2024-02-01 2024-02-29');
    expect(of('quarter', '2025-12-31')).toBe('2025-10-01 2025-12-31');
    expect(of('day', '2025-12-31')).toBe('2025-12-31 2025-12-31');
  });

  it('know a day of fifty years ago, which no loan is older than', () => {
    expect(fromEpochDay(fiftyYearsBefore(day('2025-12-10')))).toBe('1975-12-10');
  });
});
