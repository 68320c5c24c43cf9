import { describe, expect, it } from '@jest/globals';
import { due, type Example, foundFor, LENDING_BOOK, paid, theKpis, theTable } from './lending-book.ts';
import { aBalance, aLoan, resultOf } from './small-book.ts';

// Collections of the lender of six loans, worked by hand, and what is still to come in.

const IDS = ['collection_rate', 'collection_efficiency', 'collection_efficiency_due', 'portfolio_health'].map(
  (name) => `risk.${name}`,
);

describe('collections', () => {
  it('are worked by hand', async () => {
    const mart = await theKpis(IDS, LENDING_BOOK);

    const examples: Example[] = [
      // Up to December 10 from November 11: A 1050, F 1515, B 1050, but not B's 510 of the 10th: 3615 / 30 / 4500
      ['risk.collection_rate', '2025-12-31', '2.6777777778', 'ok'],
      // All of November: 3075 / 30 / 4900
      ['risk.collection_rate', '2025-11-30', '2.0918367347', 'ok'],
      ['risk.collection_rate', '2025-10-31', '0.0000000000', 'critical'],
      // A and F fell due in November, 2565, and 3075 came in; B fell due in December to date, 2060, and 1050 came in
      ['risk.collection_efficiency', '2025-11-30', '119.8830409357', 'ok'],
      ['risk.collection_efficiency', '2025-12-31', '50.9708737864', 'critical'],
      // Paid so far on what fell due: E nothing of 410, A and F all of 2565, B 510 + 1050 of 2060
      ['risk.collection_efficiency_due', '2025-10-31', '0.0000000000', 'ok'],
      ['risk.collection_efficiency_due', '2025-11-30', '100.0000000000', 'ok'],
      ['risk.collection_efficiency_due', '2025-12-31', '75.7281553398', 'ok'],
      // E's 400 of 4900 are 30 days late, and more came in than was due: 10 x 4500 / 4900
      ['risk.portfolio_health', '2025-11-30', '9.1836734694', 'ok'],
      // 10 x 4100 / 4500 x 1050 / 2060
      ['risk.portfolio_health', '2025-12-31', '4.6440129450', 'warning'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('divide their own sums in each part of the portfolio', async () => {
    const mart = await theKpis(['risk.collection_efficiency'], LENDING_BOOK);

    const byCompany = mart.breakdowns
      .filter(({ dimension }) => dimension['company'] !== undefined)
      .map(({ dimension, reportingDate, numerator, denominator }) => [
        dimension['company'],
        reportingDate,
        numerator,
        denominator,
      ]);

    expect(byCompany).toEqual([
      ['ABF', '2025-11-30', '2565.00', '2565.00'],
      ['ABT', '2025-11-30', '510.00', '0.00'],
      ['ABF', '2025-12-31', '0.00', '0.00'],
      ['ABT', '2025-12-31', '1050.00', '2060.00'],
    ]);
  });

  it('add up over a quarter before they are divided', async () => {
    const mart = await theKpis(['risk.collection_efficiency'], LENDING_BOOK);

    // 3075 + 1050 came in, 410 + 2565 + 2060 fell due
    expect(mart.quarters.find(({ reportingDate }) => reportingDate === '2025-12-31')).toMatchObject({
      numerator: '4125.00',
      denominator: '5035.00',
    });
  });

  it('cover the oldest instalment of a loan first, and the last one takes the rest', async () => {
    const mart = await theKpis(['risk.collection_efficiency_due'], {
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2025-09-01', disburse_principal: '300' })],
      looker_schedules: ['2025-10-15', '2025-11-15', '2025-12-05'].map((day) => due('A', day, 100, 10, 0)),
      looker_transactions: [paid('A', '2025-11-20', 140, 20, 0), paid('A', '2025-12-06', 160, 24, 0)],
    });

    // 344 in all: 110, 110, and 124 for the last
    expect(
      ['2025-10-31', '2025-11-30', '2025-12-31'].map(
        (day) => resultOf(mart, 'risk.collection_efficiency_due', day).numerator,
      ),
    ).toEqual(['110.00', '110.00', '124.00']);
    // October and November have been paid late: so may December be, which is told with the number.
    expect(resultOf(mart, 'risk.collection_efficiency_due')).toMatchObject({ ripens: true });
  });

  it('name what is missing', async () => {
    const mart = await theKpis(IDS, { looker_loans: LENDING_BOOK.looker_loans });

    expect(resultOf(mart, 'risk.collection_efficiency_due')).toMatchObject({
      value: null,
      reason: 'needs looker/schedules and looker/transactions, which are not in the book as of 2025-12-10',
    });
  });

  it('say so when the day has payments and no balances', async () => {
    const ids = ['risk.collection_rate', 'price.effective_rate', 'price.other_income_rate', 'rev.rotation'];
    const mart = await theKpis(ids, {
      looker_loan_par_balances: [aBalance('A', '100.00')],
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2024-11-01' })],
      looker_transactions: [paid('A', '2025-11-20', 1, 0, 0), paid('A', '2025-12-05', 1, 0, 0)],
    });

    for (const id of ids) {
      expect(resultOf(mart, id, '2025-11-30').value).not.toBeNull();
      expect(resultOf(mart, id, '2025-12-31')).toMatchObject({
        value: null,
        reason: 'needs the balances of the day, and there are none',
      });
    }
  });

  it('leave out a balance that is newer than the loans file', async () => {
    const mart = await theKpis(['risk.collection_rate'], LENDING_BOOK, {
      snapshots: { looker_loans: '2025-11-30' },
    });

    expect(resultOf(mart, 'risk.collection_rate').reportingDate).toBe('2025-11-30');
  });
});

describe('portfolio health as it was first computed', () => {
  it.each([
    // PAR 30 is 10 %, cash 40 of 80: (10 - 1) x 50 / 10 = 45, at most 10
    ['40.00', '10.0000000000', 'ok'],
    // 1.2 of 80 is 1.5 %: 9 x 1.5 / 10
    ['1.20', '1.3500000000', 'critical'],
  ])('with cash of %s', async (cash, value, status) => {
    const mart = await theKpis(['risk.portfolio_health'], {
      cascade_loan_tape: [
        {
          total_receivable_usd: '100.00',
          total_eligible_usd: '80.00',
          cash_available_usd: cash,
          dpd_0_7_usd: '90.00',
          dpd_30_60_usd: '10.00',
        },
      ],
    });

    expect(mart.former).toMatchObject([{ id: 'risk.portfolio_health', version: 1, value, status }]);
  });
});

describe('table_cash_flow_projection', () => {
  // Fell due from June to November: A 100, of which 80 came in. B falls due in January and in February, and has paid
  // 30 of its 100 early.
  const BOOK = {
    looker_loans: [
      aLoan('A', 'CLI1', { disburse_date: '2025-10-01', disburse_principal: '100' }),
      aLoan('B', 'CLI2', { disburse_date: '2025-11-01', disburse_principal: '100' }),
    ],
    looker_schedules: [
      due('A', '2025-11-15', 100, 0, 0),
      due('B', '2026-01-15', 60, 6, 1),
      due('B', '2026-02-03', 40, 4, 1),
    ],
    looker_transactions: [paid('A', '2025-11-20', 80, 0, 0), paid('B', '2025-12-01', 30, 0, 0)],
  };

  it('takes what is due of live loans from the next month on, times what is usually collected', async () => {
    const rows = await theTable('table_cash_flow_projection', BOOK);

    const months = rows.filter(({ period }) => period === 'month');
    expect(new Set(rows.map(({ label }) => label))).toEqual(new Set(['projection']));
    expect(months).toHaveLength(6);
    expect(months[0]).toMatchObject({
      period_start: '2026-01-01',
      period_end: '2026-01-31',
      // 60 less the 30 that came early
      principal_due: '30.00',
      interest_due: '6.00',
      fees_due: '1.00',
      collected_share: '0.8000',
      principal_expected: '24.00',
      interest_expected: '4.80',
      fees_expected: '0.80',
      // 100, 120 and 90 at the end of October, of November and on December 10: 5 less each month
      outstanding_on_the_line: '85.00',
    });
    expect(months[1]).toMatchObject({ principal_due: '40.00', outstanding_on_the_line: '80.00' });
    expect(months[2]).toMatchObject({ principal_due: '0.00', outstanding_on_the_line: '75.00' });
  });

  it('has weeks from the first Monday of that month', async () => {
    const rows = await theTable('table_cash_flow_projection', BOOK);

    const weeks = rows.filter(({ period }) => period === 'week');
    expect(weeks).toHaveLength(13);
    expect(weeks[0]).toMatchObject({
      period_start: '2026-01-05',
      period_end: '2026-01-11',
      principal_due: '0.00',
    });
    expect(
      weeks
        .filter((week) => week['principal_due'] !== '0.00')
        .map((week) => [week['period_start'], week['principal_due']]),
    ).toEqual([
      ['2026-01-12', '30.00'],
      ['2026-02-02', '40.00'],
    ]);
  });

  it('assumes nothing where nothing fell due, and draws no line through one point', async () => {
    const rows = await theTable('table_cash_flow_projection', {
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2025-12-01' })],
      looker_schedules: [due('A', '2026-01-10', 100, 5, 0)],
      looker_transactions: [paid('A', '2025-12-05', 1, 0, 0)],
    });

    expect(rows[0]).toMatchObject({
      principal_due: '99.00',
      collected_share: null,
      principal_expected: null,
      outstanding_on_the_line: null,
    });
  });
});
