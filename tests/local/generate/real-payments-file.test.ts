import { describe, expect, it } from '@jest/globals';
import { cents, writtenBook } from './written-book.ts';

describe.each([1, 2, 5])('the payments of a book drawn from seed %i', (seed) => {
  it('leave each loan with the balance that the tape states, and never precede the disbursement', async () => {
    const book = await writtenBook({ loans: 800, seed });
    const left = new Map<string | undefined, bigint>();
    const disbursed = new Map<string | undefined, string>();

    for (const row of book.rows('looker/transactions.csv')) {
      const id = row['loan_id'];
      const isPayment = row['transaction_type'] === 'PAYMENT';
      if (!isPayment) disbursed.set(id, row['date_paid'] ?? '');
      expect((disbursed.get(id) ?? '9999') <= (row['date_paid'] ?? '')).toBe(true);
      left.set(id, (left.get(id) ?? 0n) + (isPayment ? -1n : 1n) * cents(row['principal']));
    }

    for (const loan of book.rows('looker/loans.csv'))
      expect(left.get(loan['loan_id'])).toBe(cents(loan['outstanding_balance']));
  });

  it('move interest and VAT into principal on rebate credits, without cash', async () => {
    const book = await writtenBook({ loans: 800, seed });
    const rebates = book.rows('looker/transactions.csv').filter((row) => row['interest']?.startsWith('-'));

    expect(rebates.length).toBeGreaterThan(5);
    for (const row of rebates)
      expect(cents(row['principal']) + cents(row['interest']) + cents(row['to_tax'])).toBe(0n);
  });

  it('come back in the real-payments feed without the company in the id, newest first and 16 days fresher', async () => {
    const book = await writtenBook({ loans: 800, seed });
    const feed = book.rows('looker/historic_real_payments.csv');
    const key = (id: string | undefined, day: string | undefined): string => `${id}/${day}`;
    const inFeed = new Set(
      feed.map((row) => key(`${prefixOf(row['Company'])} - ${row['Loan ID']}`, row['True Payment Date'])),
    );
    const days = feed.map((row) => row['True Payment Date'] ?? '');

    const payments = book
      .rows('looker/transactions.csv')
      .filter((row) => row['transaction_type'] === 'PAYMENT');

    expect(payments.every((row) => inFeed.has(key(row['loan_id'], row['date_paid'])))).toBe(true);
    expect(days).toEqual(days.toSorted().reverse());
    expect((days[0] ?? '') > '2025-12-10').toBe(true);
    expect((days[0] ?? '') <= '2025-12-26').toBe(true);
    expect(feed.some((row) => row['Cliente']?.includes(','))).toBe(true);
    for (const row of feed) expect(row['True Other Payment']).toBe('null');
    const known = new Set(book.rows('looker/loans.csv').map((row) => row['loan_id']));
    const orphans = feed.filter((row) => !known.has(`${prefixOf(row['Company'])} - ${row['Loan ID']}`));
    expect(orphans.length).toBeGreaterThan(0);
  });

  it('state what the payer paid, within two cents of its parts, and the timing by the exact day', async () => {
    const book = await writtenBook({ loans: 800, seed });
    const maturity = new Map(
      book.rows('looker/loans.csv').map((row) => [row['loan_id'], row['maturity_date'] ?? '']),
    );
    const parts = [
      'Principal Payment',
      'Interest Payment',
      'Fee Payment',
      'Tax Payment',
      'Fee Tax Payment',
      'Devolution',
    ];

    for (const row of book.rows('looker/historic_real_payments.csv')) {
      const isRebate = row['True Payment Status'] === 'Rebate Credit';
      const sum = parts.reduce((all, part) => all + cents(row[`True ${part}`]), 0n);
      const slip = Number(cents(row['True Total Payment']) - sum);
      expect(Math.abs(slip)).toBeLessThanOrEqual(2);
      expect(cents(row['True Rabates'])).toBe(isRebate ? cents(row['True Principal Payment']) : 0n);
      if (isRebate) expect(row['True Total Payment']).toBe('0');
      const due = maturity.get(`${prefixOf(row['Company'])} - ${row['Loan ID']}`);
      const day = row['True Payment Date'] ?? '';
      if (due === undefined || isRebate) continue;
      expect(row['True Payment Status']).toBe(day === due ? 'On Time' : day < due ? 'Prepayment' : 'Late');
    }
  });
});

/** The last word of the company's name tells which one it is. */
function prefixOf(company = ''): string {
  return / F\S*$/.test(company) ? 'ABF' : 'ABT';
}
