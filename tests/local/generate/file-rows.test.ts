import { describe, expect, it } from '@jest/globals';
import { LOANS_HEADER } from '../../../local/generate/loans-file.ts';
import { PAR_HEADER } from '../../../local/generate/par-balances-file.ts';
import { aLoan, aParRow, aPayment, aTapeRow, csvOf } from '../../support/file-rows.ts';

describe('builders of rows', () => {
  it('make a loan whose derived cells follow from those that are named', () => {
    const loan = aLoan({
      loan_id: 'ABF - DSB0002-001',
      disburse_date: '2025-01-01',
      term: '45',
      disburse_principal: '2000.0',
      total_interest: '50.0',
      total_fees: '10.0',
      outstanding_balance: '500.0',
      dpd: '90',
    });

    expect(Object.keys(loan)).toEqual([...LOANS_HEADER]);
    expect(loan).toMatchObject({
      maturity_date: '2025-02-15',
      // 60 x 365 / (2000 x 45) = 0.2433
      interest_rate: '0.243',
      ratio_paid: '0.75',
      loan_status: 'Default',
      amount_buckets: '1K-2.5K',
      term_buckets: '31-45 Days',
      company: 'ABF',
      lender: '',
    });
    expect(aLoan()).toMatchObject({ loan_status: 'Current', ratio_paid: '0.0' });
    expect(aLoan({ outstanding_balance: '0.0' }).loan_status).toBe('Complete');
  });

  it('make a PAR row that is current, late, or written off past 180 days', () => {
    expect(Object.keys(aParRow())).toEqual([...PAR_HEADER]);
    expect(aParRow()).toMatchObject({
      dpd_date: '',
      outstanding_balance_usd: '1000',
      PAR_7_balance_usd: '0',
    });
    expect(aParRow({ dpd: '60', outstanding_balance: '250.5' })).toMatchObject({
      dpd_date: '2025-10-01',
      PAR_30_balance_usd: '250.5',
      PAR_60_balance_usd: '250.5',
      PAR_90_balance_usd: '0',
    });
    expect(aParRow({ dpd: '181' })).toMatchObject({
      is_writeoff: 'true',
      writeoff_type: 'DPD',
      outstanding_balance: '0',
      writeoff_outstanding_balance_usd: '1000',
      PAR_90_balance_usd: '0',
    });
  });

  it('make a row that contradicts itself when asked to', () => {
    expect(aParRow({ dpd: '0', PAR_30_balance_usd: '40' }).PAR_30_balance_usd).toBe('40');
    expect(aParRow({ dpd: '200', outstanding_balance_usd: '40' }).outstanding_balance_usd).toBe('40');
    expect(aLoan({ disburse_principal: 'one thousand' }).disburse_principal).toBe('one thousand');
  });

  it('make a payment with its tax, and a tape row whose receivable is the sum of its buckets', () => {
    expect(aPayment({ interest: '100.0', fees: '0.0' }).to_tax).toBe('13.0');
    expect(aTapeRow({ dpd_0_7_usd: '1', dpd_7_30_usd: '2.5' })).toMatchObject({
      total_receivable_usd: '50003.5',
      period: '2025Q4',
    });
  });

  it('become a file', () => {
    expect(csvOf([{ a: '1', b: 'x, y' }])).toBe('a,b\n1,"x, y"\n');
  });
});
