import { beforeAll, describe, expect, it } from '@jest/globals';
import { amountBucket, sequenceBucket, termBucket } from '../../../local/generate/loans-file.ts';
import { type Cells, cents, dayOf, groupBy, total, writtenBook } from './written-book.ts';

type Book = Awaited<ReturnType<typeof writtenBook>>;

describe.each([1, 3, 11])('the loan tape of a book drawn from seed %i', (seed) => {
  let book: Book;
  let loans: Cells[];
  beforeAll(async () => {
    book = await writtenBook({ loans: 1_500, seed });
    loans = book.rows('looker/loans.csv');
  });

  it('has 28 columns, one row per loan in no order, and blank columns blank', () => {
    const ids = loans.map((loan) => loan['loan_id'] ?? '');

    expect(Object.keys(loans[0] ?? {})).toHaveLength(28);
    expect(new Set(ids).size).toBe(1_500);
    expect(ids).not.toEqual(ids.toSorted());
    for (const id of ids) expect(id).toMatch(/^AB[FT] - (DSB|PC)\d{4}-\d{3}$/);
    for (const column of ['application_date', 'pledge_date', 'loan_grade', 'facility', 'credit_bureau_score'])
      expect(new Set(loans.map((loan) => loan[column]))).toEqual(new Set(['']));
  });

  it('counts the term from disbursement to maturity', () => {
    for (const loan of loans)
      expect(dayOf(loan['maturity_date']) - dayOf(loan['disburse_date'])).toBe(Number(loan['term']));
  });

  it('puts amounts into buckets by principal and fees, the upper bound included', () => {
    const order = ['0-0.5K', '0.5K-1K', '1K-2.5K', '2.5K-5K', '5K-10K', '10K-50K', '50K-100K', '>100K'];
    const bounds = [500, 1_000, 2_500, 5_000, 10_000, 50_000, 100_000].map((usd) => BigInt(usd) * 100n);
    for (const loan of loans) {
      const amount = cents(loan['disburse_principal']) + cents(loan['total_fees']);
      const bucket = order[bounds.filter((bound) => amount > bound).length];
      expect(loan['amount_buckets']).toBe(bucket);
    }
  });

  it('states the share paid back and an all-in yearly rate', () => {
    for (const loan of loans) {
      const principal = Number(loan['disburse_principal']);
      const cost = Number(loan['total_interest']) + Number(loan['total_fees']);
      const paid = 1 - Number(loan['outstanding_balance']) / principal;
      expect(Math.abs(Number(loan['ratio_paid']) - paid)).toBeLessThan(0.0001);
      expect(Number(loan['interest_rate'])).toBeLessThanOrEqual(11.6);
      const rate = (cost * 365) / (principal * Number(loan['term']));
      expect(Math.abs(Number(loan['interest_rate']) - rate)).toBeLessThan(0.0036);
    }
    const skewed = loans.filter((loan) => Number(loan['interest_rate']) > 1).length / loans.length;
    expect(skewed).toBeGreaterThan(0.005);
    expect(skewed).toBeLessThan(0.15);
  });

  it("numbers a customer's loans by date and id, across both companies", () => {
    const bucket = (n: number): string => (n <= 4 ? String(n) : n <= 10 ? '5-10' : '11+');
    for (const own of groupBy(loans, 'customer_id').values()) {
      const inOrder = own.toSorted((a, b) =>
        `${a['disburse_date']}${a['loan_id']}` < `${b['disburse_date']}${b['loan_id']}` ? -1 : 1,
      );
      expect(inOrder.map((loan) => loan['loan_counts'])).toEqual(
        inOrder.map((_, index) => bucket(index + 1)),
      );
    }
  });

  it('takes the company from the id, and stops lending from ABF in September 2025', () => {
    for (const loan of loans) expect(loan['loan_id']?.slice(0, 3)).toBe(loan['company']);
    const abf = loans.filter((loan) => loan['company'] === 'ABF');

    expect(abf.length / loans.length).toBeGreaterThan(0.4);
    expect(abf.every((loan) => (loan['disburse_date'] ?? '') < '2025-09-01')).toBe(true);
  });

  it('keeps written-off balances, within 50 dollars of both sides of the PAR file', () => {
    const newest = book.expected.parDates.at(-1);
    const both = cents(newest?.outstanding) + cents(newest?.writtenOff);

    const gap = total(loans, 'outstanding_balance') - both;

    expect(gap).toBeGreaterThanOrEqual(0n);
    expect(gap).toBeLessThanOrEqual(5_000n);
  });

  it('counts days late from the maturity date, and calls a loan past it in default whatever the days', () => {
    for (const loan of loans) {
      if (loan['dpd'] !== '0')
        expect(dayOf(loan['maturity_date']) + Number(loan['dpd'])).toBe(dayOf('2025-12-10'));
      if (loan['loan_status'] === 'Default') expect((loan['maturity_date'] ?? '') < '2025-12-10').toBe(true);
    }
    expect(new Set(loans.map((loan) => loan['loan_status']))).toEqual(
      new Set(['Complete', 'Current', 'Default']),
    );
  });

  it('has customers that all exist, and a state that is theirs', () => {
    const customers = new Map(book.rows('looker/customers.csv').map((row) => [row['customer_id'], row]));

    expect(customers.size).toBe(book.rows('looker/customers.csv').length);
    for (const loan of loans) {
      expect(customers.get(loan['customer_id'])?.['geography_state']).toBe(loan['location_state_province']);
      expect(loan['customer_id']).toMatch(/^(CLI|CLIAB|PAGAB)\d{4,6}$/);
    }
    expect(loans.some((loan) => /[^ -~]/.test(loan['location_state_province'] ?? ''))).toBe(true);
  });
});

describe('the buckets of the loan tape', () => {
  it('include their upper bound', () => {
    expect([1, 50_000, 50_001, 100_000, 10_000_000, 10_000_001].map(amountBucket)).toEqual([
      '0-0.5K',
      '0-0.5K',
      '0.5K-1K',
      '0.5K-1K',
      '50K-100K',
      '>100K',
    ]);
    expect([10, 11, 45, 180, 181].map(termBucket)).toEqual([
      '0-10 Days',
      '11-20 Days',
      '31-45 Days',
      '121-180 Days',
      '>180 Days',
    ]);
    expect([1, 4, 5, 10, 11].map(sequenceBucket)).toEqual(['1', '4', '5-10', '5-10', '11+']);
  });
});
