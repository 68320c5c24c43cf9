import { describe, expect, it } from '@jest/globals';
import { loansV1 } from '../../../shared/contracts/loans.v1.ts';
import { type RawRow, rowJudge } from '../../../shared/contracts/row-schema.ts';

const judge = rowJudge(loansV1);

/** A loan of 1,000.00 USD, half repaid, as Looker exports it. */
const LOAN: RawRow = {
  loan_id: 'ABF - DSB0007-001',
  maturity_date: '2026-01-15',
  customer_id: 'CLI0007',
  application_date: '',
  pledge_date: '',
  disburse_date: '2025-10-17',
  product_type: 'factoring',
  loan_grade: '',
  total_fees: '10.0',
  total_interest: '25.5',
  total_other: '0.0',
  lender: '',
  facility: '',
  term: '90',
  frequency: 'One-time',
  interest_rate: '0.144',
  disburse_principal: '1000.0',
  outstanding_balance: '500.00',
  currency: 'USD',
  dpd: '0',
  ratio_paid: '0.5',
  loan_status: 'Current',
  credit_bureau_score: '',
  amount_buckets: '1K-2.5K',
  company: 'ABF',
  loan_counts: '1',
  term_buckets: '61-90 Days',
  location_state_province: 'Cuscatlán',
};
const codesOf = (change: RawRow): string[] => {
  const verdict = judge({ ...LOAN, ...change });
  const issues = verdict.kind === 'rejected' ? verdict.issues : verdict.remarks;
  return issues.map(({ code, column, severity }) => `${severity} ${code} ${column}`);
};

describe('a loan', () => {
  it('is accepted as it is exported', () => {
    expect(judge(LOAN)).toMatchObject({
      kind: 'accepted',
      row: { disburse_principal: 100_000, outstanding_balance: 50_000, interest_rate: 144_000, dpd: 0 },
      remarks: [],
    });
  });

  // All of these are in real exports.
  it.each<[string, RawRow]>([
    ['a yearly rate of 11.6, fees included', { interest_rate: '11.6' }],
    ['a status of Default while nothing is late', { loan_status: 'Default', dpd: '0' }],
    ['a Complete loan that still holds a cent', { loan_status: 'Complete', outstanding_balance: '0.01' }],
    ['a thousand days past due', { dpd: '1001' }],
    ['a balance two cents above the principal', { outstanding_balance: '1000.02' }],
    ['a state that nobody provided', { location_state_province: 'Not Provided' }],
    ['a term of one day', { term: '1' }],
    ['an empty state', { location_state_province: '' }],
  ])('may have %s', (_, change) => {
    expect(codesOf(change)).toEqual([]);
  });

  it.each<[string, RawRow, string]>([
    [
      'float residue',
      { outstanding_balance: '181.67999999999984' },
      'notice excess-scale outstanding_balance',
    ],
    ['a status that is new', { loan_status: 'Paused' }, 'warning unknown-value loan_status'],
    ['an entity that is new', { company: 'ABZ' }, 'warning unknown-value company'],
    ['half a cent', { outstanding_balance: '0.005' }, 'warning excess-scale outstanding_balance'],
    ['a rate with seven digits', { interest_rate: '0.1234567' }, 'warning excess-scale interest_rate'],
  ])('is accepted with a remark for %s', (_, change, remark) => {
    expect(judge({ ...LOAN, ...change }).kind).toBe('accepted');
    expect(codesOf(change)).toEqual([remark]);
  });

  it.each<[string, RawRow, string]>([
    ['no id', { loan_id: '' }, 'missing-value loan_id'],
    ['a negative balance', { outstanding_balance: '(0.01)' }, 'negative-balance outstanding_balance'],
    ['no balance', { outstanding_balance: '' }, 'missing-value outstanding_balance'],
    ['a due date of never', { maturity_date: '9999-12-31' }, 'out-of-range maturity_date'],
    ['a due date of the last century', { maturity_date: '1925-12-10' }, 'out-of-range maturity_date'],
    ['an endless product', { product_type: 'x'.repeat(1_001) }, 'out-of-range product_type'],
    [
      'a balance three cents above the principal',
      { outstanding_balance: '1000.03' },
      'balance-above-principal outstanding_balance',
    ],
    ['a rate given in points', { interest_rate: '36' }, 'out-of-range interest_rate'],
    ['a negative rate', { interest_rate: '-0.1' }, 'out-of-range interest_rate'],
    ['days past due beyond ten years', { dpd: '3651' }, 'out-of-range dpd'],
    ['days past due below zero', { dpd: '-1' }, 'out-of-range dpd'],
    ['half a day past due', { dpd: '5.5' }, 'text-in-number dpd'],
    ['a 30th of February', { maturity_date: '2023-02-30' }, 'impossible-date maturity_date'],
    ['another currency', { currency: 'EUR' }, 'unknown-value currency'],
  ])('is rejected for %s', (_, change, issue) => {
    expect(judge({ ...LOAN, ...change }).kind).toBe('rejected');
    expect(codesOf(change)).toEqual([`error ${issue}`]);
  });

  it('has its money rounded to cents, half away from zero', () => {
    const verdict = judge({ ...LOAN, outstanding_balance: '10.005', total_fees: '10.004999' });

    expect(verdict).toMatchObject({ row: { outstanding_balance: 1_001, total_fees: 1_000 } });
  });

  it('never has its customer or id repeated in a message', () => {
    const verdict = judge({ ...LOAN, loan_id: 'null', customer_id: 'none', dpd: 'x' });

    const messages = verdict.kind === 'rejected' ? verdict.issues.map(({ message }) => message) : [];
    expect(messages).toEqual([
      'loan_id holds a word that means no value, but the contract needs one',
      'customer_id holds a word that means no value, but the contract needs one',
      'dpd, a text of 1 character, is not a whole number',
    ]);
  });
});
