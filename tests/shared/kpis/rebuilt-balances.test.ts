import { describe, expect, it } from '@jest/globals';
import { theKpis, theTable } from './lending-book.ts';
import { rowsOver } from './model-rows.ts';
import { aBalance, aLoan, aWriteOff, type Row, resultOf, type SmallBook } from './small-book.ts';

// Balances and days past due from disbursements, instalments and payments alone, worked by hand. VAT is left out.

type Owed = readonly [reportingDate: string, outstanding: string, dpd: number, writtenOff: string];

/** What a book of one loan owed at each month end. */
async function owed(book: SmallBook, asOf?: string): Promise<readonly Owed[]> {
  const rows = await rowsOver(book, {
    models: ['int_loan_balances'],
    query: `SELECT strftime(reporting_date, '%Y-%m-%d') AS day, outstanding::VARCHAR AS outstanding, dpd,
              written_off::VARCHAR AS written_off
            FROM int_loan_balances ORDER BY reporting_date`,
    ...(asOf === undefined ? {} : { asOf }),
  });
  return rows.map((row) => [
    String(row['day']),
    String(row['outstanding']),
    Number(row['dpd']),
    String(row['written_off']),
  ]);
}

function lent(principal: number, more: Row = {}): Row {
  return aLoan('A', 'CLI1', { disburse_date: '2025-08-15', disburse_principal: principal, ...more });
}

function due(day: string, principal: number, interest = 0, loan = 'A'): Row {
  return { loan_id: loan, date_due: day, principal, interest, fees: 0, to_tax: 0 };
}

function paid(day: string, principal: number, more: Row = {}): Row {
  return { loan_id: 'A', date_paid: day, principal, interest: 0, fees: 0, to_tax: 0, ...more };
}

function book(loan: Row, schedule: readonly Row[], payments: readonly Row[]): SmallBook {
  return { looker_loans: [loan], looker_schedules: schedule, looker_transactions: payments };
}

describe('a rebuilt loan', () => {
  it('is late from the day after it fell due, and written off after 180 days', async () => {
    const never = book(lent(1000, { disburse_date: '2025-04-20' }), [due('2025-05-31', 1000, 50)], []);

    expect(await owed(never)).toEqual([
      ['2025-04-30', '1000.00', 0, '0.00'],
      ['2025-05-31', '1000.00', 0, '0.00'],
      ['2025-06-30', '1000.00', 30, '0.00'],
      ['2025-07-31', '1000.00', 61, '0.00'],
      ['2025-08-31', '1000.00', 92, '0.00'],
      ['2025-09-30', '1000.00', 122, '0.00'],
      ['2025-10-31', '1000.00', 153, '0.00'],
      ['2025-11-30', '0.00', 183, '1000.00'],
      ['2025-12-31', '0.00', 193, '1000.00'],
    ]);
  });

  it('is late by the oldest instalment that the cash does not cover, two cents aside', async () => {
    const schedule = [due('2025-09-30', 400, 20), due('2025-10-31', 400, 20), due('2025-11-30', 400, 20)];
    const almost = paid('2025-10-05', 400, { interest: '19.98' });
    const short = paid('2025-10-05', 400, { interest: '19.97' });

    // On December 5 another 300 come in: not enough for the second instalment, and 500 are left.
    expect(await owed(book(lent(1200), schedule, [almost, paid('2025-12-05', 300)]))).toEqual([
      ['2025-08-31', '1200.00', 0, '0.00'],
      ['2025-09-30', '1200.00', 0, '0.00'],
      ['2025-10-31', '800.00', 0, '0.00'],
      ['2025-11-30', '800.00', 30, '0.00'],
      ['2025-12-31', '500.00', 40, '0.00'],
    ]);
    // With three cents missing the first instalment is still open.
    expect(await owed(book(lent(1200), schedule, [short]))).toEqual([
      ['2025-08-31', '1200.00', 0, '0.00'],
      ['2025-09-30', '1200.00', 0, '0.00'],
      ['2025-10-31', '800.00', 31, '0.00'],
      ['2025-11-30', '800.00', 61, '0.00'],
      ['2025-12-31', '800.00', 71, '0.00'],
    ]);
  });

  it('is not late with principal left when all that was due was paid, however it was booked', async () => {
    const asInterest = [paid('2025-10-02', 900, { interest: 150 })];

    expect(await owed(book(lent(1000), [due('2025-09-30', 1000, 50)], asInterest))).toEqual([
      ['2025-08-31', '1000.00', 0, '0.00'],
      ['2025-09-30', '1000.00', 0, '0.00'],
      ['2025-10-31', '100.00', 0, '0.00'],
      ['2025-11-30', '100.00', 0, '0.00'],
      ['2025-12-31', '100.00', 0, '0.00'],
    ]);
  });

  it('comes back from written off when enough cash comes in', async () => {
    const back = book(
      lent(1000, { disburse_date: '2025-04-01' }),
      [due('2025-05-01', 1000, 50)],
      [paid('2025-11-15', 900, { interest: 150 })],
    );

    expect((await owed(back)).slice(-3)).toEqual([
      ['2025-10-31', '0.00', 183, '1000.00'],
      ['2025-11-30', '100.00', 0, '0.00'],
      ['2025-12-31', '100.00', 0, '0.00'],
    ]);
  });

  it('has no row once repaid, but for the month in which it was made', async () => {
    const schedule = [due('2025-09-30', 1000)];

    expect(await owed(book(lent(1000), schedule, [paid('2025-08-20', 1000)]))).toEqual([
      ['2025-08-31', '0.00', 0, '0.00'],
    ]);
    expect(await owed(book(lent(1000), schedule, [paid('2025-09-01', 1000)]))).toEqual([
      ['2025-08-31', '1000.00', 0, '0.00'],
    ]);
  });

  it('has no row while less than a hundredth is left, and has one for a hundredth', async () => {
    const schedule = [due('2025-09-30', 1000)];

    expect((await owed(book(lent(1000), schedule, [paid('2025-09-10', 991)]))).length).toBe(1);
    expect((await owed(book(lent(1000), schedule, [paid('2025-09-10', 990)]))).slice(1, 2)).toEqual([
      ['2025-09-30', '10.00', 0, '0.00'],
    ]);
  });

  it('does not pay with a rebate, which moves interest into principal without cash', async () => {
    const rebate = paid('2025-09-11', 10, { interest: '-10' });

    expect(
      (await owed(book(lent(1000), [due('2025-09-30', 1000, 20)], [paid('2025-09-10', 980), rebate]))).slice(
        -2,
      ),
    ).toEqual([
      ['2025-11-30', '10.00', 61, '0.00'],
      ['2025-12-31', '10.00', 71, '0.00'],
    ]);
  });

  it('falls due as a whole on its maturity without a schedule', async () => {
    const bare = book(lent(1000, { maturity_date: '2025-10-01' }), [due('2026-09-30', 5, 0, 'B')], []);

    expect(
      (await owed({ ...bare, looker_loans: [...(bare.looker_loans ?? []), aLoan('B', 'CLI1')] })).find(
        ([, , dpd]) => dpd > 0,
      ),
    ).toEqual(['2025-10-31', '1000.00', 30, '0.00']);
  });

  it('is told as it was known on the day that is asked for', async () => {
    const schedule = [due('2025-09-30', 1000)];
    const payments = [paid('2025-10-20', 600), paid('2025-11-20', 400)];

    // The label of the month that is not over is its end, and what is known is that of the day.
    expect(await owed(book(lent(1000), schedule, payments), '2025-11-10')).toEqual([
      ['2025-08-31', '1000.00', 0, '0.00'],
      ['2025-09-30', '1000.00', 0, '0.00'],
      ['2025-10-31', '400.00', 31, '0.00'],
      ['2025-11-30', '400.00', 41, '0.00'],
    ]);
    expect(await owed(book(lent(1000), schedule, payments), '2025-08-14')).toEqual([]);
  });

  it('takes two payments of a day and one on the day of the loan', async () => {
    const payments = [paid('2025-08-15', 100), paid('2025-09-10', 200), paid('2025-09-10', 300)];

    expect(
      (await owed(book(lent(1000), [due('2026-09-30', 1000)], payments))).map(([, balance]) => balance),
    ).toEqual(['900.00', '400.00', '400.00', '400.00', '400.00']);
  });
});

describe('periods of other lengths', () => {
  const BOOK = book(
    lent(1000, { disburse_date: '2025-06-16' }),
    [due('2025-11-30', 1000)],
    [paid('2025-12-04', 400)],
  );

  it.each([
    ['day', 62, ['2025-12-10', '2025-12-10', 10]],
    // Ends on Sunday; ten days are known to be past due.
    ['week', 26, ['2025-12-14', '2025-12-10', 10]],
    ['month', 7, ['2025-12-31', '2025-12-10', 10]],
    ['quarter', 3, ['2025-12-31', '2025-12-10', 10]],
  ] as const)('a %s: %i dates', async (grain, dates, newest) => {
    const rows = await rowsOver(BOOK, {
      grain,
      models: ['int_loan_balances', 'int_balance_dates'],
      query: `SELECT strftime(reporting_date, '%Y-%m-%d') AS day, strftime(as_of, '%Y-%m-%d') AS as_of, dpd
              FROM int_loan_balances ORDER BY reporting_date`,
    });

    expect(rows).toHaveLength(dates);
    expect(Object.values(rows.at(-1) ?? {})).toEqual(newest);
  });

  it('come from the PAR file by month and are rebuilt by day', async () => {
    const withPar = {
      ...BOOK,
      looker_loan_par_balances: [aBalance('A', '777', 0, { reporting_date: '2025-12-31' })],
    };
    const balances = async (grain: 'day' | 'week' | 'month' | 'quarter') => {
      const rows = await rowsOver(withPar, {
        grain,
        models: ['int_loan_balances'],
        query: 'SELECT max(outstanding)::VARCHAR AS most, count(*)::INTEGER AS rows FROM int_loan_balances',
      });
      return rows.map((row) => Object.values(row));
    };

    expect(await balances('month')).toEqual([['777.00', 1]]);
    expect(await balances('quarter')).toEqual([['777.00', 1]]);
    expect(await balances('day')).toEqual([['1000.00', 62]]);
    expect(await balances('week')).toEqual([['1000.00', 26]]);
  });
});

describe('the PAR file against the rebuilt balances', () => {
  const LOANS = ['A', 'B', 'C', 'D'].map((loan) =>
    aLoan(loan, 'CLI1', { disburse_date: '2025-11-01', disburse_principal: '100' }),
  );
  const EVENTS = {
    looker_loans: LOANS,
    looker_schedules: ['A', 'B', 'C', 'D'].map((loan) => due('2025-11-20', 100, 0, loan)),
    looker_transactions: [paid('2025-12-01', 100, { loan_id: 'D' })],
  };
  const NOVEMBER = { reporting_date: '2025-11-30', dpd_date: '2025-11-20' };
  const DECEMBER = { reporting_date: '2025-12-31', dpd_date: '2025-11-20' };
  const RIGHT = [
    ...['A', 'B', 'C', 'D'].map((loan) => aBalance(loan, '100', 10, NOVEMBER)),
    ...['A', 'B', 'C'].map((loan) => aBalance(loan, '100', 20, DECEMBER)),
  ];

  it('agrees', async () => {
    const mart = await theKpis(['dq.par_rebuild_differences'], {
      ...EVENTS,
      looker_loan_par_balances: RIGHT,
    });

    expect(resultOf(mart, 'dq.par_rebuild_differences')).toMatchObject({ value: '0', status: 'ok' });
    expect(
      await theTable('table_par_reconciliation', { ...EVENTS, looker_loan_par_balances: RIGHT }),
    ).toEqual([]);
  });

  it('names each row that differs, and what it is about', async () => {
    const wrong = {
      ...EVENTS,
      looker_loan_par_balances: [
        ...RIGHT.slice(0, 4),
        // A has another balance, B another age, C is left out, D was repaid.
        aBalance('A', '90', 20, DECEMBER),
        aBalance('B', '100', 21, DECEMBER),
        aWriteOff('D', '40', { ...DECEMBER, dpd: 190 }),
      ],
    };

    const mart = await theKpis(['dq.par_rebuild_differences', 'dq.par_rebuild_amount'], wrong);
    const rows = await rowsOver(wrong, {
      models: ['table_par_reconciliation'],
      query:
        'SELECT loan_id, difference, dpd, rebuilt_dpd, amount::VARCHAR AS amount FROM table_par_reconciliation',
    });

    expect(resultOf(mart, 'dq.par_rebuild_differences')).toMatchObject({ value: '4', status: 'warning' });
    expect(resultOf(mart, 'dq.par_rebuild_differences', '2025-11-30').value).toBe('0');
    expect(resultOf(mart, 'dq.par_rebuild_amount').value).toBe('150.00');
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['C', 'not in the PAR file', null, 20, '100.00'],
      ['D', 'only in the PAR file', 190, null, '40.00'],
      ['A', 'other values', 20, 20, '10.00'],
      ['B', 'other values', 21, 20, '0.00'],
    ]);
  });

  it('is not compared without the payments', async () => {
    const mart = await theKpis(['dq.par_rebuild_differences'], {
      looker_loans: LOANS,
      looker_loan_par_balances: RIGHT,
    });

    expect(resultOf(mart, 'dq.par_rebuild_differences')).toMatchObject({
      status: 'not-computable',
      reason: expect.stringContaining('looker/transactions'),
    });
  });
});

describe('what a customer is', () => {
  it('is New, Recovered, Reactivated or Recurrent, once a month', async () => {
    const loans: readonly [string, string, string][] = [
      // Over 90 days late at the end of May, paid in June: back in the same month.
      ['X1', 'X', '2025-01-10'],
      ['X2', 'X', '2025-06-25'],
      // As late, and still late at the end of June.
      ['Z1', 'Z', '2025-01-10'],
      ['Z2', 'Z', '2025-06-25'],
      // Two at the beginning; then nothing for 193 days; then two in one month, and one in the next.
      ['Y1', 'Y', '2025-01-05'],
      ['Y2', 'Y', '2025-01-20'],
      ['Y3', 'Y', '2025-08-01'],
      ['Y4', 'Y', '2025-08-20'],
      ['Y5', 'Y', '2025-09-05'],
    ];
    const rows = await rowsOver(
      {
        looker_loans: loans.map(([loan, customer, day]) =>
          aLoan(loan, customer, { disburse_date: day, disburse_principal: '100' }),
        ),
        looker_schedules: loans.map(([loan, , day]) =>
          due(loan.startsWith('X') || loan.startsWith('Z') ? '2025-02-10' : day, 100, 0, loan),
        ),
        looker_transactions: loans
          .filter(([loan]) => loan !== 'Z1')
          .map(([loan, , day]) => paid(loan === 'X1' ? '2025-06-20' : day, 100, { loan_id: loan })),
      },
      {
        models: ['int_loans'],
        query: 'SELECT loan_id, customer_type FROM int_loans ORDER BY loan_id',
      },
    );

    expect(Object.fromEntries(rows.map((row) => [row['loan_id'], row['customer_type']]))).toEqual({
      X1: 'New',
      X2: 'Recovered',
      Z1: 'New',
      Z2: 'Recurrent',
      Y1: 'New',
      Y2: 'New',
      Y3: 'Reactivated',
      Y4: 'Reactivated',
      Y5: 'Recurrent',
    });
  });

  it('is known of new customers alone where nothing tells who was late', async () => {
    const rows = await rowsOver(
      {
        looker_loans: [
          aLoan('A', 'CLI1', { disburse_date: '2025-01-10' }),
          aLoan('B', 'CLI1', { disburse_date: '2025-02-10' }),
          aLoan('C', 'CLI2', { disburse_date: '2025-02-10', company: null, location_state_province: null }),
        ],
      },
      {
        models: ['int_loans'],
        query:
          'SELECT loan_id, customer_type, company, state, segment, payer FROM int_loans ORDER BY loan_id',
      },
    );

    expect(rows.map((row) => Object.values(row))).toEqual([
      ['A', 'New', 'ABF', 'San Salvador', 'unknown', 'unknown'],
      ['B', 'unknown', 'ABF', 'San Salvador', 'unknown', 'unknown'],
      ['C', 'New', 'unknown', 'unknown', 'unknown', 'unknown'],
    ]);
  });
});
