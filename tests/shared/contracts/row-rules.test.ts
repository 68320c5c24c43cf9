import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RowRule } from '../../../shared/contracts/contract.ts';
import { ruleCheck, type TypedRow } from '../../../shared/contracts/row-rules.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';

const RUNS = { seed: 20_251_210, numRuns: 300 };

const CONTRACT = aContract({
  columns: [
    ...['total', 'a', 'b', 'c'].map((name) => aMoneyColumn({ name })),
    aColumn({ name: 'days', type: 'integer' }),
    aColumn({ name: 'due', type: 'date', nullable: true }),
    aColumn({ name: 'is_lost', type: 'boolean' }),
  ],
});

const check = (rule: RowRule, row: TypedRow) => ruleCheck(rule, CONTRACT)(row);

describe('descending: each column is at most the one before', () => {
  const rule: RowRule = {
    kind: 'descending',
    code: 'par-nesting',
    severity: 'error',
    columns: ['total', 'a', 'b', 'c'],
  };

  it.each<[string, TypedRow]>([
    ['falling', { total: 400, a: 300, b: 200, c: 100 }],
    ['all equal', { total: 5, a: 5, b: 5, c: 5 }],
    ['all zero', { total: 0, a: 0, b: 0, c: 0 }],
    ['falling across an empty cell', { total: 400, a: null, b: 200, c: 100 }],
    ['all empty', { total: null, a: null, b: null, c: null }],
    ['absent', {}],
  ])('holds when they are %s', (_, row) => {
    expect(check(rule, row)).toBeUndefined();
  });

  it('names the first column that is too much, with both amounts', () => {
    const row = { total: 40_000, a: 30_000, b: 30_001, c: 50_000 };

    expect(check(rule, row)).toEqual({ column: 'b', detail: 'b 300.01 is more than a 300.00' });
  });

  it('compares across an empty cell', () => {
    expect(check(rule, { total: 100, a: null, b: 101, c: 0 })).toEqual({
      column: 'b',
      detail: 'b 1.01 is more than total 1.00',
    });
  });

  it('is broken exactly when sorting would change the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 4, maxLength: 4 }), (amounts) => {
        const [total = 0, a = 0, b = 0, c = 0] = amounts;
        const isSorted = amounts
          .toSorted((x, y) => y - x)
          .every((amount, index) => amount === amounts[index]);

        expect(check(rule, { total, a, b, c }) === undefined).toBe(isSorted);
      }),
      RUNS,
    );
  });
});

describe('adds-up: the parts make the total', () => {
  const rule: RowRule = {
    kind: 'adds-up',
    code: 'tape-buckets',
    severity: 'error',
    parts: ['a', 'b', 'c'],
    total: 'total',
    within: '1.00',
  };

  it.each<[string, TypedRow]>([
    ['to the cent', { total: 60_000, a: 10_000, b: 20_000, c: 30_000 }],
    ['a dollar short', { total: 60_100, a: 10_000, b: 20_000, c: 30_000 }],
    ['a dollar over', { total: 59_900, a: 10_000, b: 20_000, c: 30_000 }],
    ['without a total to compare with', { total: null, a: 10_000, b: 20_000, c: 30_000 }],
    ['with an empty part that counts as nothing', { total: 30_000, a: 10_000, b: 20_000, c: null }],
  ])('holds %s', (_, row) => {
    expect(check(rule, row)).toBeUndefined();
  });

  it.each([
    [60_101, '601.01'],
    [59_899, '598.99'],
  ])('is broken one cent beyond the tolerance: %i cents', (total, shown) => {
    expect(check(rule, { total, a: 10_000, b: 20_000, c: 30_000 })).toEqual({
      column: 'total',
      detail: `a to c add up to 600.00, but total ${shown} differs by more than ${rule.within}`,
    });
  });
});

describe('present-when-positive: a value exactly when another is above zero', () => {
  const rule: RowRule = {
    kind: 'present-when-positive',
    code: 'dpd-date-mismatch',
    severity: 'error',
    column: 'due',
    of: 'days',
  };

  it.each<[string, TypedRow]>([
    ['both are there', { due: 20_000, days: 3 }],
    ['it is the first day of 1970, which is day zero', { due: 0, days: 3 }],
    ['neither is', { due: null, days: 0 }],
    ['the other is empty', { due: 20_000, days: null }],
  ])('holds when %s', (_, row) => {
    expect(check(rule, row)).toBeUndefined();
  });

  it.each<[TypedRow, string]>([
    [{ due: null, days: 1 }, 'due is empty although days is above zero'],
    [{ days: 1 }, 'due is empty although days is above zero'],
    [{ due: 20_000, days: 0 }, 'due has a value although days is zero'],
  ])('is broken by %j', (row, detail) => {
    expect(check(rule, row)).toEqual({ column: 'due', detail });
  });
});

describe('zero-when: nothing is left where a flag is set', () => {
  const rule: RowRule = {
    kind: 'zero-when',
    code: 'writeoff-with-balance',
    severity: 'error',
    columns: ['a', 'b'],
    when: 'is_lost',
  };

  it.each<[string, TypedRow]>([
    ['the flag is not set', { is_lost: false, a: 1, b: 1 }],
    ['the flag is empty', { is_lost: null, a: 1, b: 1 }],
    ['all are zero', { is_lost: true, a: 0, b: 0 }],
    ['all are empty', { is_lost: true, a: null, b: null }],
  ])('holds when %s', (_, row) => {
    expect(check(rule, row)).toBeUndefined();
  });

  it('names the first column that is not zero', () => {
    expect(check(rule, { is_lost: true, a: 0, b: -1 })).toEqual({
      column: 'b',
      detail: 'b -0.01 should be zero because is_lost is true',
    });
  });
});

describe('includes: a bucket holds its own sub-bucket', () => {
  const rule: RowRule = {
    kind: 'includes',
    code: 'tape-90-plus',
    severity: 'error',
    column: 'a',
    part: 'b',
  };

  it.each<[string, TypedRow]>([
    ['more', { a: 200, b: 100 }],
    ['the same', { a: 100, b: 100 }],
    ['an unknown part', { a: 0, b: null }],
    ['an unknown whole', { a: null, b: 100 }],
  ])('holds with %s', (_, row) => {
    expect(check(rule, row)).toBeUndefined();
  });

  it('is broken when the part is more than the whole', () => {
    expect(check(rule, { a: 0, b: 1 })).toEqual({
      column: 'a',
      detail: 'a 0.00 is less than b 0.01, which is part of it',
    });
  });
});

describe('at-most: one amount is limited by another', () => {
  const rule: RowRule = {
    kind: 'at-most',
    code: 'balance-above-principal',
    severity: 'error',
    column: 'a',
    limit: 'total',
    within: '0.02',
  };

  it.each<[string, TypedRow]>([
    ['below', { a: 1, total: 100 }],
    ['at the limit', { a: 100, total: 100 }],
    ['two cents above, which is tolerated', { a: 102, total: 100 }],
    ['empty', { a: null, total: 100 }],
    ['without a limit', { a: 100, total: null }],
  ])('holds %s', (_, row) => {
    expect(check(rule, row)).toBeUndefined();
  });

  it('is broken three cents above', () => {
    expect(check(rule, { a: 103, total: 100 })).toEqual({
      column: 'a',
      detail: 'a 1.03 is more than total 1.00',
    });
  });

  it('shows whole numbers without a point, and a column that nobody declared as it is', () => {
    const days: RowRule = { ...rule, column: 'days', limit: 'nowhere', within: '0' };

    expect(check(days, { days: 4, nowhere: 3 })?.detail).toBe('days 4 is more than nowhere 3');
  });

  it('shows a decimal column without a scale in whole units', () => {
    const contract = aContract({ columns: [aColumn({ name: 'a', type: 'decimal' })] });

    expect(ruleCheck({ ...rule, within: '0' }, contract)({ a: 4, total: 3 })?.detail).toBe(
      'a 4 is more than total 3',
    );
  });
});
