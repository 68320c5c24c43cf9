import { describe, expect, it } from '@jest/globals';
import { due, type Example, foundFor, LENDING_BOOK, theKpis, theTable } from './lending-book.ts';
import { rowsOver } from './model-rows.ts';
import { aBalance, aLoan, type Row, resultOf } from './small-book.ts';

// What clients are to the house, when they pay, and how far the book can be trusted; worked by hand.

const DAY = '2025-11-30';

describe('tiers of clients', () => {
  // 100 + 100 + 50 + 10 = 260. A is 90 days late with a tenth of its balance, B with less; C is above 5 % of all.
  const BOOK = {
    looker_loans: ['A1', 'A2', 'B1', 'B2', 'C', 'D', 'E'].map((loan) => aLoan(loan, `CLI${loan.charAt(0)}`)),
    looker_loan_par_balances: [
      aBalance('A1', '90.00'),
      aBalance('A2', '10.00', 90),
      aBalance('B1', '90.01', 60),
      aBalance('B2', '9.99', 90),
      aBalance('C', '50.00', 59),
      aBalance('D', '10.00'),
      aBalance('E', '0.00'),
    ],
  };

  it('are counted, each client in the first that holds', async () => {
    const ids = ['run_off', 'watchlist', 'top', 'standard'].map((tier) => `client.tier_${tier}`);
    const mart = await theKpis(ids, BOOK, { asOf: DAY });

    const examples: Example[] = ids.map((id) => [id, DAY, '1', 'ok']);
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('are told for each client, with its alerts', async () => {
    const rows = await theTable(
      'table_client_tiers',
      {
        ...BOOK,
        looker_loans: BOOK.looker_loans.map((loan) =>
          loan['loan_id'] === 'C' ? { ...loan, term: 91 } : loan,
        ),
        looker_historic_real_payments: [
          { customer_id: 'CLIC', pagador: 'v1:a', loan_id: 'C', true_total_payment: '41' },
          { customer_id: 'CLIC', pagador: 'v1:b', loan_id: 'C', true_total_payment: '59' },
          { customer_id: 'CLID', pagador: 'v1:a', loan_id: 'D', true_total_payment: '40' },
          { customer_id: 'CLID', pagador: 'v1:b', loan_id: 'D', true_total_payment: '30' },
          { customer_id: 'CLID', pagador: 'v1:c', loan_id: 'D', true_total_payment: '30' },
        ],
      },
      { asOf: DAY },
    );

    expect(rows.map((row) => [row['tier'], row['outstanding'], row['share_pct'], row['par_90_pct']])).toEqual(
      [
        ['RUN_OFF', '100.00', '38.4615', '10.0000'],
        ['WATCHLIST', '100.00', '38.4615', '9.9900'],
        ['TOP_CLIENT', '50.00', '19.2308', '0.0000'],
        ['STANDARD', '10.00', '3.8462', '0.0000'],
      ],
    );
    // C has 59 of 100 from one payer and a loan of 91 days; D has exactly 40 of 100, which is not above it.
    expect(
      rows.map((row) => [row['main_payer_pct'], row['payer_alert'], row['term_alert'], row['line_alert']]),
    ).toEqual([
      [null, null, 'false', null],
      [null, null, 'false', null],
      ['59.0000', 'true', 'true', null],
      ['40.0000', 'false', 'false', null],
    ]);
  });
});

describe('rates', () => {
  const BOOK = {
    looker_loans: [
      aLoan('A', 'CLI1', { interest_rate: '0.12', term: 30 }),
      aLoan('B', 'CLI1', { interest_rate: '0.24', term: 70 }),
      aLoan('C', 'CLI2', { interest_rate: null }),
    ],
    looker_loan_par_balances: [aBalance('A', '300.00'), aBalance('B', '100.00'), aBalance('C', '50.00')],
  };

  it('of the portfolio are made of the monthly rate', async () => {
    const ids = ['client.monthly_rate', 'client.nominal_rate', 'client.effective_rate'];
    const mart = await theKpis(ids, BOOK, { asOf: DAY });

    const examples: Example[] = [
      // (0.12 x 300 + 0.24 x 100) / 400 = 0.15 a year, 0.0125 a month; 1.0125^12 - 1
      ['client.monthly_rate', DAY, '1.2500000000', 'ok'],
      ['client.nominal_rate', DAY, '15.0000000000', 'ok'],
      ['client.effective_rate', DAY, '16.0754517723', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('of a client are also those of its term', async () => {
    const rows = await theTable('table_client_rates', BOOK, { asOf: DAY });

    // term (30 x 300 + 70 x 100) / 400 = 40 days: 1.0125^(40/30) - 1 = 1.6701 %, nine times a year
    expect(rows).toMatchObject([
      {
        outstanding: '400.00',
        term_days: '40.00',
        monthly_rate_pct: '1.2500',
        nominal_rate_pct: '15.0000',
        effective_rate_pct: '16.0755',
        per_term_rate_pct: '1.6701',
        annualised_yield_pct: '16.0755',
      },
      { outstanding: '50.00', monthly_rate_pct: null, per_term_rate_pct: null },
    ]);
  });
});

describe('timing of payments', () => {
  const payment = (day: string, status: string): Row => ({
    true_payment_date: day,
    true_payment_status: status,
  });

  it('is what the source says, rebates apart', async () => {
    const mart = await theKpis(
      ['timing.early', 'timing.on_time', 'timing.late', 'timing.rebates'],
      {
        looker_loans: [aLoan('ABF - DSB0001-001', 'CLI0001')],
        looker_historic_real_payments: [
          payment('2025-11-03', 'Prepayment'),
          payment('2025-11-04', 'On Time'),
          payment('2025-11-05', 'On Time'),
          payment('2025-11-06', 'Late'),
          payment('2025-11-07', 'Rebate Credit'),
          payment('2025-11-08', 'Something new'),
        ],
      },
      {},
    );

    const examples: Example[] = [
      ['timing.early', DAY, '25.0000000000', 'ok'],
      ['timing.on_time', DAY, '50.0000000000', 'ok'],
      ['timing.late', DAY, '25.0000000000', 'ok'],
      ['timing.rebates', DAY, '1', 'ok'],
      // nothing was paid in December
      ['timing.late', '2025-12-31', null, 'not-computable'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });
});

describe('the score of the house', () => {
  it('is what is left of 100, and what replenishment gives back', async () => {
    const loan = (id: string, more: Row = {}): Row =>
      aLoan(id, `CLI${id}`, { disburse_principal: '1', ...more });
    const mart = await theKpis(
      ['quality.financial_score'],
      {
        looker_loans: [
          loan('A'),
          loan('B'),
          loan('C'),
          loan('D', { disburse_date: '2025-11-02', disburse_principal: '100' }),
        ],
        looker_loan_par_balances: [
          aBalance('A', '900.00'),
          aBalance('B', '50.00', 30),
          aBalance('C', '50.00', 90),
        ],
        looker_schedules: [due('D', '2025-11-20', 200, 0, 0)],
      },
      { asOf: DAY },
    );

    // PAR 30 0.1, PAR 90 0.05, all of it with ten customers, 100 lent and 200 due:
    // 100 - 200 x 0.1 - 300 x 0.05 - 50 x 0.7 + 50 x 0.5 = 55
    expect(resultOf(mart, 'quality.financial_score').value).toBe('55.0000000000');
  });
});

describe('data quality', () => {
  it('is the share of the checks that hold, and of the cells that are filled', async () => {
    const mart = await theKpis(['dq.score', 'dq.completeness'], {
      looker_loans: [
        aLoan('A', 'CLI1', { disburse_principal: '100', outstanding_balance: '100.02' }),
        aLoan('B', 'CLI1', { disburse_principal: '100', outstanding_balance: '100.03' }),
        aLoan('C', 'CLI1', { maturity_date: '2025-09-30' }),
      ],
      looker_loan_par_balances: [
        aBalance('A', '100.00'),
        aBalance('B', '100.00', 31, { par_7_balance_usd: '0' }),
        aBalance('C', '100.00', 0, { outstanding_balance_usd: null }),
      ],
    });

    // Of the six checks of loans, B breaks one and C, which ends before it starts, another. Of the five of balances, B
    // does not nest, one of 18 cells is empty, and 200 differ from 300.05.
    expect(resultOf(mart, 'dq.score')).toMatchObject({
      numerator: '6',
      denominator: '11',
      status: 'critical',
    });
    // 3 x 6 cells of loans and 3 x 6 of balances, of which one is empty
    expect(resultOf(mart, 'dq.completeness')).toMatchObject({ numerator: '35', denominator: '36' });
  });
});

describe('what is later than the file that it stands in', () => {
  it.each([
    ['int_quality_loans', 'disbursed after the day', 1],
    ['int_quality_transactions', 'after the day', 2],
  ])('breaks a check of %s', async (model, check, violations) => {
    const book = {
      looker_loans: [aLoan('A', 'CLI1'), aLoan('B', 'CLI1', { disburse_date: '2025-12-11' })],
      looker_transactions: [
        { loan_id: 'A' },
        { loan_id: 'A', date_paid: '2025-12-11' },
        { loan_id: 'A', date_paid: '2025-12-12' },
      ],
    };

    const rows = await rowsOver(book, {
      models: [model],
      query: `SELECT violations FROM ${model} WHERE check_name LIKE '%${check} of the file'`,
    });

    expect(rows.map((row) => Number(row['violations']))).toEqual([violations]);
  });
});

describe('what has no feed', () => {
  it.each(['ops.approval_rate', 'ops.promise_kept', 'uw.dti', 'compliance.audit_flags'])(
    '%s has no value and names the feed',
    async (id) => {
      const mart = await theKpis([id], LENDING_BOOK);

      expect(resultOf(mart, id)).toMatchObject({
        value: null,
        status: 'not-computable',
        reason: expect.stringMatching(/^needs .*no source brings one/),
      });
    },
  );
});
