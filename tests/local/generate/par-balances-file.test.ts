import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Cells, cents, dayOf, groupBy, money, writtenBook } from './written-book.ts';

type Book = Awaited<ReturnType<typeof writtenBook>>;

describe.each([1, 2, 7, 40])('the PAR file of a book drawn from seed %i', (seed) => {
  let book: Book;
  let par: Cells[];
  beforeAll(async () => {
    book = await writtenBook({ loans: 900, seed });
    par = book.rows('looker/loan_par_balances.csv');
  });

  it('has one row for each loan and month end, by date, over 36 month ends', () => {
    const keys = new Set(par.map((row) => `${row['loan_id_raw']}/${row['reporting_date']}`));
    const dates = [...groupBy(par, 'reporting_date').keys()];

    expect(keys.size).toBe(par.length);
    expect(dates).toEqual(dates.toSorted());
    expect(dates).toHaveLength(36);
    expect(dates.at(-1)).toBe('2025-12-31');
  });

  it('nests the PAR balances within the outstanding balance', () => {
    for (const row of par) {
      const chain = [
        'outstanding_balance_usd',
        'PAR_7_balance_usd',
        'PAR_30_balance_usd',
        'PAR_60_balance_usd',
        'PAR_90_balance_usd',
      ].map((column) => cents(row[column]));
      expect(chain).toEqual(chain.toSorted((a, b) => Number(b - a)));
      expect(chain.at(-1)).toBeGreaterThanOrEqual(0n);
    }
  });

  it('counts a balance from exactly 7, 30, 60 and 90 days on', () => {
    for (const row of par)
      for (const days of [7, 30, 60, 90])
        expect(row[`PAR_${days}_balance_usd`]).toBe(
          Number(row['dpd']) >= days ? row['outstanding_balance'] : '0',
        );
  });

  it('has a due date if and only if the loan is late, as many days before the as-of day', () => {
    for (const row of par) {
      const dpd = Number(row['dpd']);
      const asOf = row['reporting_date'] === '2025-12-31' ? '2025-12-10' : row['reporting_date'];
      expect(row['dpd_date'] !== '').toBe(dpd > 0);
      if (dpd > 0) expect(dayOf(row['dpd_date']) + dpd).toBe(dayOf(asOf));
    }
  });

  it('writes a loan off if and only if it is more than 180 days late, and then moves its balance', () => {
    expect(par.some((row) => row['is_writeoff'] === 'true')).toBe(true);
    for (const row of par) {
      const isLost = Number(row['dpd']) > 180;
      expect(row['is_writeoff']).toBe(String(isLost));
      expect(row['writeoff_type']).toBe(isLost ? 'DPD' : '');
      expect(cents(row['writeoff_outstanding_balance']) > 0n).toBe(isLost);
      if (isLost) expect(row['outstanding_balance']).toBe('0');
      expect(row['outstanding_balance']).toBe(row['outstanding_balance_usd']);
    }
  });

  it('equals the snapshots rebuilt from loans, schedules and transactions', () => {
    const rebuilt = rebuildSnapshots(book);

    expect(par.map(factsOf).toSorted()).toEqual(rebuilt.toSorted());
  });

  it('holds the arrears of a healthy lender at the newest date', () => {
    const newest = book.expected.parDates.at(-1);
    const share = (balance: string | undefined): number =>
      Number((cents(balance) * 10_000n) / cents(newest?.outstanding)) / 100;

    expect(newest?.asOf).toBe('2025-12-10');
    expect(share(newest?.par30)).toBeGreaterThanOrEqual(4);
    expect(share(newest?.par30)).toBeLessThanOrEqual(6);
    expect(share(newest?.par90)).toBeGreaterThanOrEqual(2);
    expect(share(newest?.par90)).toBeLessThanOrEqual(4);
    expect(Number(newest?.writtenOffLoans)).toBeGreaterThan(0);
  });

  it('lets a loan return from written off to current, when as much cash came in as was due', () => {
    const lives = [...groupBy(par, 'loan_id_raw').values()];
    const returned = lives.filter((rows) =>
      rows.some(
        (row, index) => rows[index - 1]?.['is_writeoff'] === 'true' && row['is_writeoff'] === 'false',
      ),
    );

    expect(returned.length).toBeGreaterThan(0);
  });

  it('repeats its totals in the aggregated PAR file and in the tape', () => {
    const newest = book.expected.parDates.at(-1);
    const aggregated = book.rows('cascade/loan_tape_par.csv');
    const tape = book.rows('cascade/loan_tape.csv');

    expect(aggregated.map((row) => row['reporting_date'])).toEqual(
      book.expected.parDates.map((date) => date.reportingDate),
    );
    for (const [index, date] of book.expected.parDates.entries()) {
      const row = aggregated[index];
      expect(money(cents(row?.['outstanding_balance_usd']))).toBe(date.outstanding);
      expect(money(cents(row?.['par_7_balance_usd']))).toBe(date.par7);
      expect(money(cents(row?.['par_90_balance_usd']))).toBe(date.par90);
    }
    expect(tape.at(-1)?.['measurement_date']).toBe('2025-12-10');
    expect(money(cents(tape.at(-1)?.['total_receivable_usd']))).toBe(newest?.outstanding);
    expect(money(cents(tape.at(-1)?.['dpd_90_plus_usd']))).toBe(newest?.par90);
  });
});

/** Loan, date, days late, balance, written off: what the snapshot rules decide. */
function factsOf(row: Cells): string {
  const balance = cents(row['outstanding_balance']) + cents(row['writeoff_outstanding_balance']);
  return [row['loan_id_raw'], row['reporting_date'], row['dpd'], balance, row['is_writeoff']].join('|');
}

/** The six rules, written a second time over the files alone. */
function rebuildSnapshots(book: Book): string[] {
  const payments = Map.groupBy(
    book.rows('looker/transactions.csv').filter((row) => row['transaction_type'] === 'PAYMENT'),
    (row) => row['loan_id'],
  );
  const schedules = new Map(book.rows('looker/schedules.csv').map((row) => [row['loan_id'], row]));
  const dates = [...groupBy(book.rows('looker/loan_par_balances.csv'), 'reporting_date').keys()];
  return book.rows('looker/loans.csv').flatMap((loan) => {
    const due = schedules.get(loan['loan_id']);
    const paid = payments.get(loan['loan_id']) ?? [];
    return dates.flatMap((date) => rebuildRow(loan, due, paid, date));
  });
}

function rebuildRow(loan: Cells, due: Cells | undefined, paid: Cells[], date: string): string[] {
  const asOf = date > '2025-12-10' ? '2025-12-10' : date;
  const disbursed = loan['disburse_date'] ?? '';
  if (disbursed > asOf) return [];
  const known = paid.filter((row) => (row['date_paid'] ?? '') <= asOf);
  const principal = cents(loan['disburse_principal']);
  const balance = known.reduce((left, row) => left - cents(row['principal']), principal);
  if (balance === 0n && !disbursed.startsWith(date.slice(0, 7))) return [];
  if (balance > 0n && balance * 100n < principal) return [];
  const everything = (row: Cells | undefined): bigint =>
    ['principal', 'interest', 'fees', 'to_tax', 'other'].reduce((sum, name) => sum + cents(row?.[name]), 0n);
  const cash = known.reduce((sum, row) => sum + everything(row), 0n);
  const isCurrent = balance === 0n || (due?.['date_due'] ?? '') >= asOf || cash >= everything(due);
  const dpd = isCurrent ? 0 : dayOf(asOf) - dayOf(due?.['date_due']);
  return [[loan['loan_id'], date, dpd, balance, dpd > 180].join('|')];
}
