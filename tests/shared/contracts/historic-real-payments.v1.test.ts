import { describe, expect, it } from '@jest/globals';
import { EXAMPLE_ROWS } from '../../../shared/contracts/example-rows.ts';
import { historicRealPaymentsV1 } from '../../../shared/contracts/historic-real-payments.v1.ts';
import { matchHeader } from '../../../shared/contracts/match-header.ts';
import { type RawRow, rowJudge } from '../../../shared/contracts/row-schema.ts';
import { verdictOn } from './example-verdict.ts';

const verdict = verdictOn(historicRealPaymentsV1);

/** No cash: interest and VAT go back and repay principal instead. */
const REBATE: RawRow = {
  true_total_payment: '0',
  true_devolution: '0',
  true_principal_payment: '113',
  true_interest_payment: '-100',
  true_fee_payment: '0',
  true_tax_payment: '-13',
  true_fee_tax_payment: '0',
  true_rebates: '113',
  true_payment_status: 'Rebate Credit',
};

describe('a real payment', () => {
  it('has the header that the export writes, misspelling included', () => {
    const header = [
      'Company',
      'Customer ID',
      'Cliente',
      'Pagador',
      'Loan ID',
      'True Payment Date',
      'True Devolution',
      'True Total Payment',
      'True Payment Currency',
      'True Principal Payment',
      'True Interest Payment',
      'True Fee Payment',
      'True Other Payment',
      'True Tax Payment',
      'True Fee Tax Payment',
      'True Rabates',
      'True Outstanding Loan Value',
      'True Payment Status',
    ];
    const correct = header.map((name) => name.replace('Rabates', 'Rebates'));

    for (const names of [header, correct]) {
      expect(matchHeader(historicRealPaymentsV1, names)).toMatchObject({
        missing: [],
        unexpected: [],
        recognised: 18,
      });
    }
  });

  // All of these are in real exports.
  it.each<[string, RawRow]>([
    ['a total two cents off its parts', { true_total_payment: '520.08' }],
    ['cash handed back', { true_devolution: '30', true_total_payment: '550.06' }],
    ['the word null where other payments stand', { true_other_payment: 'null' }],
    ['interest, VAT and rebates of a rebate credit', REBATE],
    ['whole dollars without a point', { true_principal_payment: '501', true_total_payment: '521.06' }],
    [
      'names with commas and blanks around them',
      { cliente: ' Example, Sons and Co ', pagador: 'Payer, Inc ' },
    ],
    ['no payer', { pagador: '' }],
  ])('may have %s', (_, change) => {
    expect(verdict(change)).toEqual([]);
  });

  it('counts other payments as one of the parts once they have a value', () => {
    expect(verdict({ true_other_payment: '2.50', true_total_payment: '522.56' })).toEqual([]);
    expect(verdict({ true_other_payment: '2.50' })).toEqual(['error does-not-add-up true_total_payment']);
  });

  it.each<[string, RawRow, string]>([
    ['three cents missing', { true_total_payment: '520.03' }, 'error does-not-add-up true_total_payment'],
    ['three cents too many', { true_total_payment: '520.09' }, 'error does-not-add-up true_total_payment'],
    [
      'rebates added to what they are already taken off',
      { ...REBATE, true_total_payment: '113' },
      'error does-not-add-up true_total_payment',
    ],
    ['a negative payment', { true_total_payment: '-1' }, 'error negative-balance true_total_payment'],
    ['another currency', { true_payment_currency: 'EUR' }, 'error unknown-value true_payment_currency'],
    ['no loan', { loan_id: 'null' }, 'error missing-value loan_id'],
    ['no entity', { company: '' }, 'error missing-value company'],
    ['a day that is none', { true_payment_date: '2025-11-31' }, 'error impossible-date true_payment_date'],
    ['words for money', { true_fee_payment: 'five' }, 'error text-in-number true_fee_payment'],
  ])('is rejected for %s', (_, change, issue) => {
    expect(verdict(change)).toEqual([issue]);
  });

  it.each<[string, RawRow, string]>([
    ['float residue', { true_fee_payment: '4.999999999999' }, 'notice excess-scale true_fee_payment'],
    ['a status that is new', { true_payment_status: 'Early' }, 'warning unknown-value true_payment_status'],
  ])('is accepted with a remark for %s', (_, change, issue) => {
    expect(verdict(change)).toEqual([issue]);
  });

  it('keeps every cent, below zero as well', () => {
    const row = { ...EXAMPLE_ROWS.get('historic_real_payments'), ...REBATE };

    expect(rowJudge(historicRealPaymentsV1)(row)).toMatchObject({
      row: { true_interest_payment: -10_000, true_tax_payment: -1_300, true_other_payment: null },
    });
  });

  it('never has a name repeated in a message', () => {
    const name = `Zacarias ${'Z'.repeat(1_000)}`;
    const judged = rowJudge(historicRealPaymentsV1)({
      ...EXAMPLE_ROWS.get('historic_real_payments'),
      cliente: name,
    });

    expect(judged.kind).toBe('rejected');
    expect(JSON.stringify(judged)).not.toContain('Zacarias');
  });

  it('finds its loan by the entity that its company stands for', () => {
    const [loan] = historicRealPaymentsV1.references ?? [];

    expect(loan).toMatchObject({
      column: 'loan_id',
      prefix: { from: 'company', byInitial: { F: 'ABF', T: 'ABT' }, separator: ' - ' },
      orphans: 'quarantine',
      maxShare: '0.005',
    });
  });
});
