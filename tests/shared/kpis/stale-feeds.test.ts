import { describe, expect, it } from '@jest/globals';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { LENDING_BOOK, theKpis, theTable } from './lending-book.ts';
import { aBalance, aLoan, resultOf, type SmallBook } from './small-book.ts';

// A file that is older than the loans knows less, and says so: what came after it is not zero. The book is reported on
// December 10; the payments end on November 28.

const STALE_DAY = '2025-11-28';
const PAYMENTS_TO_DATE = LENDING_BOOK.looker_transactions.filter(
  (row) => String(row['date_paid']) <= STALE_DAY,
);
const STALE_BOOK = { ...LENDING_BOOK, looker_transactions: PAYMENTS_TO_DATE };
const STALE = { snapshots: { looker_transactions: STALE_DAY } };

/** What each KPI is at each reporting date, with the day that it knows. */
function seriesOf({ series }: KpiMart) {
  return series.map(({ id, version, reportingDate, asOf, value, status }: KpiResult) => ({
    id,
    version,
    reportingDate,
    asOf,
    value,
    status,
  }));
}

describe('payments that are older than the loans', () => {
  const OVER_PAYMENTS = [
    'rev.revenue',
    'rev.cumulative_received',
    'rev.throughput_12m',
    'rev.apr_realised',
    'risk.collection_rate',
    'risk.collection_efficiency',
    'risk.collection_efficiency_due',
    'risk.portfolio_health',
    'cov.collection_efficiency_6m',
    'growth.replines_90d',
    'price.effective_rate',
    'price.eir_real',
    'mkt.ltv_to_date',
    'cust.churn_usd',
    // Without a PAR file balances are rebuilt from payments.
    'port.outstanding',
    'risk.par_30',
  ];
  const OVER_LOANS = [
    'growth.origination_volume',
    'growth.replines_amount',
    'port.loan_count',
    'cust.active_90d',
    'cust.clients_eop',
    'rev.scheduled',
  ];

  it('are reported up to the day that they know, as they were on that day', async () => {
    const stale = await theKpis(OVER_PAYMENTS, STALE_BOOK, STALE);
    const then = await theKpis(OVER_PAYMENTS, LENDING_BOOK, { asOf: STALE_DAY });

    expect(seriesOf(stale)).toEqual(seriesOf(then));
    expect(resultOf(stale, 'rev.revenue')).toMatchObject({
      reportingDate: '2025-11-30',
      asOf: STALE_DAY,
      // 10 on B, 50 on A, 15 on F
      value: '75.00',
    });
    // Neither the 1000 that B paid in December nor what was lent since: E, B and C owe 400, 1500 and 3000.
    expect(resultOf(stale, 'port.outstanding')).toMatchObject({ asOf: STALE_DAY, value: '4900.00' });
  });

  it('hold back nothing that needs the loans or the schedules alone', async () => {
    const stale = await theKpis(OVER_LOANS, STALE_BOOK, STALE);
    const whole = await theKpis(OVER_LOANS, LENDING_BOOK);

    expect(seriesOf(stale)).toEqual(seriesOf(whole));
    expect(resultOf(stale, 'growth.origination_volume')).toMatchObject({
      reportingDate: '2025-12-31',
      value: '600.00',
    });
  });

  it('are known up to the day of the loans where these owe what the payments leave of them', async () => {
    const bookOf = (outstanding: string): SmallBook => ({
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2025-12-01', outstanding_balance: outstanding })],
      looker_transactions: [
        { loan_id: 'A', transaction_type: 'DISBURSEMENT', date_paid: '2025-12-01', principal: '100' },
        { loan_id: 'A', date_paid: '2025-12-04', principal: '20', interest: '5' },
      ],
    });
    const revenue = async (outstanding: string, day: string) => {
      const mart = await theKpis(['rev.revenue'], bookOf(outstanding), {
        snapshots: { looker_transactions: day },
      });
      const { asOf, value } = resultOf(mart, 'rev.revenue');
      return [asOf, value];
    };

    // A file of transactions is of the day of its newest one: nothing was paid since, or not yet known to be.
    expect(await revenue('80', '2025-12-04')).toEqual(['2025-12-10', '5.00']);
    expect(await revenue('60', '2025-12-04')).toEqual(['2025-12-04', '5.00']);
    expect(await revenue('80', '2025-12-02')).toEqual(['2025-12-02', '0.00']);
  });

  it('are seen by the quality of the data', async () => {
    const checks = await theTable('table_quality_checks', STALE_BOOK, STALE);

    expect(
      checks.find((row) => row['check_name'] === 'transactions are at most 7 days older than the loans'),
    ).toMatchObject({
      is_passed: 'false',
      violations: '12',
    });
  });

  it('are named where they know no period at all', async () => {
    const mart = await theKpis(
      ['rev.revenue'],
      { ...LENDING_BOOK, looker_transactions: [] },
      { snapshots: { looker_transactions: '2025-08-31' } },
    );

    expect(resultOf(mart, 'rev.revenue')).toMatchObject({
      value: null,
      reason:
        'mart_payments has no rows for 2025-12-10 out of looker/loans as of 2025-12-10, looker/schedules as of 2025-12-10, looker/transactions as of 2025-08-31',
    });
  });
});

describe('the monthly fact', () => {
  const REAL = {
    looker_historic_real_payments: [
      { loan_id: 'B', customer_id: 'CLI2', true_payment_date: '2025-11-10', true_payment_status: 'Late' },
    ],
  };

  it('has empty cells where the payments are not known', async () => {
    const rows = await theTable(
      'table_monthly_fact',
      { ...STALE_BOOK, ...REAL },
      { snapshots: { looker_transactions: STALE_DAY, looker_historic_real_payments: STALE_DAY } },
    );

    const [november, december] = rows.slice(-2);
    expect(november).toMatchObject({ month: '2025-11-30', recv_revenue_paid_month: '75.00', late: '1' });
    expect(december).toMatchObject({
      month: '2025-12-31',
      disbursement: '600.00',
      sched_revenue: '60.00',
      outstanding: null,
      recv_revenue_paid_month: null,
      cum_received_paid_month: null,
      collection_rate_due_month: null,
      early: null,
      late: null,
      on_time: null,
      unmapped: null,
    });
  });

  it('holds what was collected against what fell due by the same day', async () => {
    // December 4: the instalment of December 5, which was paid on that day, is in neither.
    const book = { ...LENDING_BOOK, looker_transactions: PAYMENTS_TO_DATE };
    const rows = await theTable('table_monthly_fact', book, {
      snapshots: { looker_transactions: '2025-12-04' },
    });

    expect(rows.at(-1)).toMatchObject({
      month: '2025-12-31',
      sched_revenue: '60.00',
      collection_rate_due_month: null,
    });
  });
});

describe('real payments that are older than the loans', () => {
  it('tell of their own months alone', async () => {
    const mart = await theKpis(
      ['timing.late', 'timing.rebates'],
      {
        looker_loans: LENDING_BOOK.looker_loans,
        looker_historic_real_payments: [
          { loan_id: 'B', customer_id: 'CLI2', true_payment_date: '2025-11-10', true_payment_status: 'Late' },
        ],
      },
      { snapshots: { looker_historic_real_payments: STALE_DAY } },
    );

    expect(resultOf(mart, 'timing.late')).toMatchObject({
      reportingDate: '2025-11-30',
      asOf: STALE_DAY,
      value: '100.0000000000',
    });
    expect(resultOf(mart, 'timing.rebates')).toMatchObject({ reportingDate: '2025-11-30', value: '0' });
  });
});

describe('balances that are newer than the loans', () => {
  const BOOK = {
    looker_loans: [aLoan('known', 'CLI1')],
    looker_loan_par_balances: [
      aBalance('known', '100.00', 0, { reporting_date: '2025-11-30' }),
      aBalance('known', '80.00', 0, { reporting_date: '2025-12-31' }),
    ],
    manual_financial_statements: [{ reporting_date: '2025-10-31', cash_balance_usd: '50.00' }],
  } satisfies SmallBook;
  const BASE = ['cov.eligible_receivables', 'cov.discounted_balance', 'cov.borrowing_base'];
  const OLD_LOANS = { snapshots: { looker_loans: '2025-11-30' } };

  it('have the cash of their own day', async () => {
    const mart = await theKpis(BASE, BOOK, OLD_LOANS);

    // 80 x 0.769231 + 50
    expect(resultOf(mart, 'cov.borrowing_base', '2025-12-31').value).toBe('111.5384800000');
  });

  it('have no borrowing base while a loan has no terms', async () => {
    const made = aBalance('made since', '30.00', 0, { reporting_date: '2025-12-31' });
    const book = { ...BOOK, looker_loan_par_balances: [...BOOK.looker_loan_par_balances, made] };

    const mart = await theKpis(BASE, book, OLD_LOANS);

    for (const id of BASE) {
      expect(resultOf(mart, id, '2025-11-30').status).toBe('ok');
      expect(resultOf(mart, id, '2025-12-31')).toMatchObject({
        value: null,
        reason: 'needs the terms of every live loan, and looker/loans has none for 1 of them',
      });
    }
  });
});

describe('loans that are later than the reported day', () => {
  it('tell nothing of what is owed on it', async () => {
    const ids = ['finance.arr', 'price.weighted_apr', 'finance.portfolio_yield'];
    const mart = await theKpis(
      ids,
      { looker_loans: LENDING_BOOK.looker_loans },
      { asOf: '2025-11-30', snapshots: { looker_loans: '2025-12-10' } },
    );

    for (const id of ids)
      expect(resultOf(mart, id)).toMatchObject({
        value: null,
        reportingDate: '2025-11-30',
        reason: 'mart_loan_snapshot_pricing has no rows for 2025-11-30 out of looker/loans as of 2025-12-10',
      });
  });
});

describe('payments and instalments of a loan that the loans file lacks', () => {
  it('are both counted', async () => {
    const efficiency = async (book: SmallBook) => {
      const mart = await theKpis(['risk.collection_efficiency'], book);
      return resultOf(mart, 'risk.collection_efficiency', '2025-11-30');
    };
    const without = {
      ...LENDING_BOOK,
      looker_loans: LENDING_BOOK.looker_loans.filter((row) => row['loan_id'] !== 'F'),
    };

    const { value, numerator, denominator } = await efficiency(LENDING_BOOK);

    // 510 + 1050 + 1515 of 1050 + 1515
    expect({ value, numerator, denominator }).toEqual({
      value: '119.8830409357',
      numerator: '3075.00',
      denominator: '2565.00',
    });
    expect(await efficiency(without)).toMatchObject({ value, numerator, denominator });
  });
});
