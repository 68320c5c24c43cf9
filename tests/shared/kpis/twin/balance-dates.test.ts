import { describe, expect, it } from '@jest/globals';
import { fromEpochDay } from '../../../../shared/domain/local-date.ts';
import { parDates, rebuiltDates } from '../../../../shared/kpis/twin/balance-dates.ts';
import { type Grain, periodsOf } from '../../../../shared/kpis/twin/periods.ts';
import { day } from './rows-in-memory.ts';

type Implied = Readonly<Record<string, number>>;

function dates(labels: Readonly<Record<string, Implied>>, grain: Grain = 'month', asOf = '2025-12-10') {
  const parsed = Object.entries(labels).map(([label, implied]) => ({
    label: day(label),
    impliedDays: new Map(Object.entries(implied).map(([text, loans]) => [day(text), loans])),
  }));
  return parDates(parsed, { grain, fileAsOf: day('2025-12-10'), asOf: day(asOf) }).map(
    ({ reportingDay, asOf: known, previous, source }) =>
      `${[reportingDay, known, source].map(fromEpochDay).join(' ')} after ${previous ?? 'none'}`,
  );
}

describe('the dates of a PAR file', () => {
  it('have the day that most late loans imply, the newest that of the file', () => {
    expect(
      dates({
        '2025-12-31': { '2025-12-09': 5 },
        '2025-10-31': { '2025-10-29': 2, '2025-10-30': 3, '2025-10-31': 1 },
        '2025-11-30': {},
      }),
    ).toEqual([
      '2025-10-31 2025-10-30 2025-10-31 after none',
      '2025-11-30 2025-11-30 2025-11-30 after 0',
      '2025-12-31 2025-12-10 2025-12-31 after 1',
    ]);
  });

  it('take the later of two days that as many imply, and none after the label', () => {
    expect(
      dates({
        '2025-10-31': { '2025-10-30': 2, '2025-10-28': 2 },
        '2025-11-30': { '2025-12-02': 9 },
        '2025-12-31': {},
      }).slice(0, 2),
    ).toEqual(['2025-10-31 2025-10-30 2025-10-31 after none', '2025-11-30 2025-11-30 2025-11-30 after 0']);
  });

  it('are those that were known on the day that is reported', () => {
    expect(dates({ '2025-11-30': {}, '2025-12-31': {} }, 'month', '2025-12-09')).toEqual([
      '2025-11-30 2025-11-30 2025-11-30 after none',
    ]);
  });

  it('are compared with the month before alone, and with none over a hole', () => {
    expect(dates({ '2025-09-30': {}, '2025-11-30': {}, '2025-12-31': {} })).toEqual([
      '2025-09-30 2025-09-30 2025-09-30 after none',
      '2025-11-30 2025-11-30 2025-11-30 after none',
      '2025-12-31 2025-12-10 2025-12-31 after 1',
    ]);
  });

  it('stand for a quarter by the last of it, and for a week or a day by the true day', () => {
    const labels = { '2025-08-31': {}, '2025-09-30': {}, '2025-12-31': {} };

    expect(dates(labels, 'quarter')).toEqual([
      '2025-09-30 2025-09-30 2025-09-30 after none',
      '2025-12-31 2025-12-10 2025-12-31 after 0',
    ]);
    expect(dates(labels, 'week').at(-1)).toBe('2025-12-14 2025-12-10 2025-12-31 after none');
    expect(dates(labels, 'day').at(-1)).toBe('2025-12-10 2025-12-10 2025-12-31 after none');
  });
});

it('every period has a date where balances are rebuilt', () => {
  const periods = periodsOf('month', day('2025-11-20'), day('2025-12-10'));

  expect(rebuiltDates(periods).map(({ asOf, previous }) => [fromEpochDay(asOf), previous])).toEqual([
    ['2025-11-30', undefined],
    ['2025-12-10', 0],
  ]);
});
