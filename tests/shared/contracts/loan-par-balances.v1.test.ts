import { describe, expect, it } from '@jest/globals';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { type RawRow, rowJudge } from '../../../shared/contracts/row-schema.ts';

const judge = rowJudge(loanParBalancesV1);

/** 500.00 USD, 45 days past due at the true as-of date. */
const BALANCE: RawRow = {
  loan_id_raw: 'ABF - DSB0007-001',
  reporting_date: '2025-12-31',
  dpd: '45',
  dpd_date: '2025-10-26',
  is_writeoff: 'false',
  writeoff_type: '',
  loan_ccy: 'USD',
  outstanding_balance: '500.0',
  outstanding_balance_usd: '500.0',
  writeoff_outstanding_balance: '0.0',
  writeoff_outstanding_balance_usd: '0.0',
  xchg_rate_to_usd: '1',
  par_7_balance_usd: '500.0',
  par_30_balance_usd: '500.0',
  par_60_balance_usd: '0.0',
  par_90_balance_usd: '0.0',
};
const NOTHING = {
  outstanding_balance: '0.0',
  outstanding_balance_usd: '0.0',
  par_7_balance_usd: '0.0',
  par_30_balance_usd: '0.0',
};
const WRITTEN_OFF: RawRow = {
  ...BALANCE,
  ...NOTHING,
  dpd: '200',
  dpd_date: '2025-05-24',
  is_writeoff: 'true',
  writeoff_type: 'DPD',
  writeoff_outstanding_balance: '500.0',
  writeoff_outstanding_balance_usd: '500.0',
};

describe('a balance at a month end', () => {
  it.each<[string, RawRow]>([
    ['late', BALANCE],
    ['current', { ...BALANCE, dpd: '0', dpd_date: '', par_7_balance_usd: '0', par_30_balance_usd: '0' }],
    ['repaid within the month', { ...BALANCE, ...NOTHING, dpd: '0', dpd_date: '' }],
    ['written off', WRITTEN_OFF],
  ])('may be %s', (_, row) => {
    expect(judge(row)).toMatchObject({ kind: 'accepted', remarks: [] });
  });

  it.each<[string, RawRow, string, string]>([
    ['PAR 30 above PAR 7', { par_30_balance_usd: '500.01' }, 'par-nesting', 'par_30_balance_usd'],
    ['PAR 7 above the balance', { par_7_balance_usd: '600' }, 'par-nesting', 'par_7_balance_usd'],
    ['days past due without a due date', { dpd_date: '' }, 'dpd-date-mismatch', 'dpd_date'],
    ['a due date without days past due', { dpd: '0' }, 'dpd-date-mismatch', 'dpd_date'],
    ['a negative balance', { outstanding_balance: '-1' }, 'negative-balance', 'outstanding_balance'],
    ['an exchange rate of zero', { xchg_rate_to_usd: '0' }, 'out-of-range', 'xchg_rate_to_usd'],
    ['another currency', { loan_ccy: 'SVC' }, 'unknown-value', 'loan_ccy'],
    ['a write-off that is neither true nor false', { is_writeoff: 'maybe' }, 'unknown-value', 'is_writeoff'],
  ])('is rejected for %s', (_, change, code, column) => {
    expect(judge({ ...BALANCE, ...change })).toMatchObject({ kind: 'rejected', issues: [{ code, column }] });
  });

  it('is rejected when it is written off and still outstanding', () => {
    const verdict = judge({ ...WRITTEN_OFF, outstanding_balance_usd: '500.0' });

    expect(verdict).toMatchObject({
      issues: [
        {
          code: 'writeoff-with-balance',
          column: 'outstanding_balance_usd',
          message: 'outstanding_balance_usd 500.00 should be zero because is_writeoff is true',
        },
      ],
    });
  });
});
