import { describe, expect, it } from '@jest/globals';
import { loanTapeParV1, loanTapeV1 } from '../../../shared/contracts/loan-tape.v1.ts';
import { type RawRow, rowJudge } from '../../../shared/contracts/row-schema.ts';
import { aTapeRow } from '../../support/file-rows.ts';

describe('a quarter of the tape', () => {
  const judge = rowJudge(loanTapeV1);
  const QUARTER: RawRow = {
    measurement_date: '2025-12-02',
    total_receivable_usd: '1000.00',
    total_eligible_usd: '900.00',
    discounted_balance_usd: '800.00',
    cash_available_usd: '50.00',
    dpd_0_7_usd: '600.00',
    dpd_7_30_usd: '200.00',
    dpd_30_60_usd: '100.00',
    dpd_60_90_usd: '50.00',
    dpd_90_plus_usd: '50.00',
  };

  it.each<[string, RawRow]>([
    ['only what is required', {}],
    ['buckets that add up within a dollar', { total_receivable_usd: '1001.00' }],
    ['a collection rate above 100', { collection_rate_pct: '113.4' }],
    ['a collateralisation above 100', { collateralization_pct: '140' }],
    ['a negative surplus', { surplus_usd: '-12.5' }],
    ['a bucket of 120 days that is part of 90 plus', { dpd_120_plus_usd: '50.00' }],
    ['PAR that nests', { par7_pct: '40', par30_pct: '20', par60_pct: '10', par90_pct: '5' }],
    ['PAR with a gap', { par7_pct: '40', par90_pct: '5' }],
  ])('may have %s', (_, change) => {
    expect(judge({ ...QUARTER, ...change })).toMatchObject({ kind: 'accepted', remarks: [] });
  });

  // The defects that the real file has.
  it.each<[string, RawRow, string, string]>([
    [
      'buckets that miss the total',
      { total_receivable_usd: '1001.01' },
      'tape-buckets',
      'total_receivable_usd',
    ],
    ['more at 120 days than at 90', { dpd_120_plus_usd: '50.01' }, 'tape-90-plus', 'dpd_90_plus_usd'],
    ['PAR that nests the other way', { par7_pct: '5', par30_pct: '10' }, 'par-nesting', 'par30_pct'],
    ['negative cash', { cash_available_usd: '-1' }, 'negative-balance', 'cash_available_usd'],
    ['no date', { measurement_date: '' }, 'missing-value', 'measurement_date'],
  ])('is rejected for %s', (_, change, code, column) => {
    expect(judge({ ...QUARTER, ...change })).toMatchObject({ kind: 'rejected', issues: [{ code, column }] });
  });

  it('tolerates no bad row at all', () => {
    expect(loanTapeV1.maxRejectedShare).toBe('0');
  });
});

describe('a percentage of the tape', () => {
  const judge = rowJudge(loanTapeV1);
  const shares = ['par7_pct', 'default_ratio_30dpd_pct', 'cdr_pct', 'smm_pct', 'cpp_pct'];

  it.each(shares)('is a part of the whole: %s', (name) => {
    expect(judge({ ...aTapeRow(), [name]: '100' }).kind).toBe('accepted');
    for (const cell of ['100.01', '-0.01']) {
      expect(judge({ ...aTapeRow(), [name]: cell })).toMatchObject({
        kind: 'rejected',
        issues: [{ code: 'out-of-range', column: name }],
      });
    }
  });

  it.each(['collateralization_pct', 'collection_rate_pct'])('may be above a hundred: %s', (name) => {
    expect(judge({ ...aTapeRow(), [name]: '140' }).kind).toBe('accepted');
  });
});

describe('a day of the PAR variant', () => {
  const judge = rowJudge(loanTapeParV1);
  const DAY: RawRow = {
    reporting_date: '2025-12-02',
    outstanding_balance_usd: '1000.00',
    par_7_balance_usd: '400.00',
    par_30_balance_usd: '200.00',
    par_60_balance_usd: '200.00',
    par_90_balance_usd: '0.00',
  };

  it('nests with PAR 0 and without', () => {
    expect(judge(DAY).kind).toBe('accepted');
    expect(judge({ ...DAY, par_0_balance_usd: '500.00' }).kind).toBe('accepted');
  });

  it.each<[string, RawRow, string]>([
    ['PAR 0 below PAR 7', { par_0_balance_usd: '399.99' }, 'par_7_balance_usd'],
    ['PAR 7 above the book', { par_7_balance_usd: '1000.01' }, 'par_7_balance_usd'],
    ['PAR 90 above PAR 60', { par_90_balance_usd: '200.01' }, 'par_90_balance_usd'],
  ])('is rejected for %s', (_, change, column) => {
    expect(judge({ ...DAY, ...change })).toMatchObject({
      kind: 'rejected',
      issues: [{ code: 'par-nesting', column }],
    });
  });
});
