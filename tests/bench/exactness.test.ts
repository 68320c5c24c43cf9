import { describe, expect, it } from '@jest/globals';
import { expectedOf, mismatches } from '../../bench/exactness.ts';
import { ExpectedSums } from '../../local/generate/expected-sums.ts';

const EXPECTED = ExpectedSums.parse({
  seed: '1',
  asOf: '2025-12-10',
  files: {
    'looker/loan_par_balances.csv': {
      rows: '10',
      sums: { outstanding_balance: '100.25', outstanding_balance_usd: '100.50' },
      bad: { rows: '2', violations: '3', byCode: {} },
    },
  },
  parDates: [
    aDate({ reportingDate: '2025-11-30', outstanding: '1.00' }),
    aDate({ reportingDate: '2025-12-31', outstanding: '90.10', par30: '4.05', writtenOff: '0.00' }),
  ],
});
const INPUT = { rows: 10, expected: EXPECTED };
const RIGHT = { rows: 10, badRows: 2, violations: 3, centsSum: '20075' };

describe('what a file holds', () => {
  it('is counted in cents over all money columns, and at the newest date', () => {
    expect(expectedOf(EXPECTED, 10)).toEqual({
      ...RIGHT,
      newest: { outstanding: '9010', par30: '405', writtenOff: '0' },
    });
  });
});

describe('what a case found', () => {
  it('is right when it agrees in all that it looked for', () => {
    expect(mismatches({ name: 'a' }, INPUT, RIGHT)).toEqual([]);
    expect(mismatches({ name: 'a' }, INPUT, { rows: 10 })).toEqual([]);
  });

  it('is wrong by one cent', () => {
    expect(mismatches({ name: 'a' }, INPUT, { ...RIGHT, centsSum: '20076' })).toEqual([
      'a: centsSum is 20076, should be 20075',
    ]);
  });

  it('is wrong in as many ways as it differs', () => {
    const wrong = mismatches({ name: 'a' }, INPUT, { ...RIGHT, rows: 9, badRows: 0 });

    expect(wrong).toEqual(['a: rows is 9, should be 10', 'a: badRows is 0, should be 2']);
  });

  it('has good rows alone where it began with a staged file', () => {
    const isStaged = { name: 'a', staged: true };

    expect(mismatches(isStaged, INPUT, { rows: 8, centsSum: '20075' })).toEqual([]);
    expect(mismatches(isStaged, INPUT, { rows: 10 })).toEqual(['a: rows is 10, should be 8']);
  });

  it('is wrong when a KPI is', () => {
    const newest = { outstanding: '9010', par30: '404', writtenOff: '0' };

    expect(mismatches({ name: 'a' }, INPUT, { ...RIGHT, newest })).toEqual([
      'a: par30 at the newest date is 404, should be 405',
    ]);
  });
});

function aDate(facts: Record<string, string>) {
  const nothing = '0.00';
  return {
    asOf: '2025-12-10',
    loans: '1',
    activeLoans: '1',
    outstanding: nothing,
    par7: nothing,
    par30: nothing,
    par60: nothing,
    par90: nothing,
    writtenOff: nothing,
    writtenOffLoans: '0',
    ...facts,
  };
}
