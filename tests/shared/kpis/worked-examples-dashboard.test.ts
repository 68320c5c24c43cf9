import { describe, expect, it } from '@jest/globals';
import { LENDING_BOOK, theTable } from './lending-book.ts';
import { aBalance, aLoan } from './small-book.ts';

// The tables that the dashboard reads, of the lender of six loans, worked by hand.

const FACT_COLUMNS = [
  'month',
  'outstanding',
  'active_clients',
  'sched_revenue',
  'recv_revenue_paid_month',
  'sched_interest',
  'recv_interest_paid_month',
  'recv_fee_paid_month',
  'sched_fee',
  'new_clients',
  'reactivated_clients',
  'recovered_clients',
  'recurrent_clients',
  'disbursement',
  'top10_concentration',
  'early',
  'late',
  'on_time',
  'unmapped',
  'collection_rate_due_month',
  'cum_scheduled',
  'cum_received_paid_month',
  'cum_received_due_month',
  'recv_interest_for_month',
  'recv_fee_for_month',
  'recv_revenue_for_month',
  'recurrence_pct',
  'throughput_12m',
  'rotation',
  'apr_realized',
  'yield_incl_fees',
  'sam_penetration',
  'cac',
  'ltv_realized',
  'ltv_cac_ratio',
  'cum_unique_customers',
];

describe('table_monthly_fact', () => {
  it('has the columns of the dashboard in their order, and a row for each month', async () => {
    const rows = await theTable('table_monthly_fact', LENDING_BOOK);

    expect(Object.keys(rows[0] ?? {})).toEqual(FACT_COLUMNS);
    expect(rows.map(({ month }) => month)).toEqual(['2025-09-30', '2025-10-31', '2025-11-30', '2025-12-31']);
  });

  it('is worked by hand, and empty where nothing is known', async () => {
    const rows = await theTable('table_monthly_fact', {
      ...LENDING_BOOK,
      manual_marketing_spend: [{ month: '2025-11-01', spend: '30.00' }],
    });

    expect(rows[2]).toMatchObject({
      outstanding: '4900.00',
      // customers 4, 2 and 1 owe
      active_clients: '3',
      // A 40 + 10 and F 15 fell due
      sched_interest: '55.00',
      sched_fee: '10.00',
      sched_revenue: '65.00',
      // B 10, A 40 + 10 and F 15 were paid
      recv_interest_paid_month: '65.00',
      recv_fee_paid_month: '10.00',
      recv_revenue_paid_month: '75.00',
      // customer 5 is new, customer 1 comes again
      new_clients: '1',
      recurrent_clients: '1',
      reactivated_clients: '0',
      recovered_clients: '0',
      disbursement: '4500.00',
      top10_concentration: '100.000000',
      // A and F were paid in full, 1050 + 1515 of 2565
      collection_rate_due_month: '100.000000',
      // E 8 + 2 fell due in October
      cum_scheduled: '75.00',
      cum_received_paid_month: '75.00',
      cum_received_due_month: '65.00',
      recv_interest_for_month: '55.00',
      recv_fee_for_month: '10.00',
      recv_revenue_for_month: '65.00',
      // 65 of 75
      recurrence_pct: '86.666667',
      // 30 for customer 5
      cac: '30.000000',
      cum_unique_customers: '4',
      // no feed of payers' payments, and not a year of anything
      early: null,
      late: null,
      on_time: null,
      unmapped: null,
      throughput_12m: null,
      rotation: null,
      apr_realized: null,
      yield_incl_fees: null,
      sam_penetration: null,
      ltv_realized: null,
      ltv_cac_ratio: null,
    });
    // of B's 50 + 10, due in December, all but 2 x 5 came: 10 in November and 40 + 10 now
    expect(rows[3]).toMatchObject({
      collection_rate_due_month: '75.728155',
      recv_interest_for_month: '50.00',
      recv_fee_for_month: '10.00',
      cum_received_due_month: '125.00',
      cac: null,
    });
  });

  it('leaves empty what needs transactions or schedules, when there are none', async () => {
    const rows = await theTable('table_monthly_fact', {
      looker_loans: [aLoan('A', 'CLI1', { disburse_date: '2025-11-03', disburse_principal: '80.00' })],
      looker_loan_par_balances: [aBalance('A', '80.00')],
    });

    expect(rows[0]).toMatchObject({
      month: '2025-11-30',
      outstanding: '80.00',
      new_clients: '1',
      disbursement: '80.00',
      sched_revenue: null,
      recv_revenue_paid_month: null,
      cum_received_due_month: null,
      recurrence_pct: null,
    });
  });
});

describe('table_quarterly_scorecard', () => {
  it('adds months up before it divides', async () => {
    const spend = ['10', '11', '12'].map((month) => ({ month: `2025-${month}-01`, spend: '30.00' }));
    const rows = await theTable('table_quarterly_scorecard', {
      ...LENDING_BOOK,
      manual_marketing_spend: spend,
    });

    expect(rows).toEqual([
      {
        quarter: '2025-09-30',
        as_of: '2025-09-30',
        // E's 400
        sales_usd_million: '0.000400',
        recurrence_pct: null,
        clients_eop: '1',
        cac: null,
        ltv: null,
        ltv_cac_ratio: null,
      },
      {
        quarter: '2025-12-31',
        as_of: '2025-12-10',
        // 1000 + 2000 + 1500 + 3000 + 600
        sales_usd_million: '0.008100',
        // 65 + 40 of 75 + 50
        recurrence_pct: '84.000000',
        clients_eop: '5',
        // 90 for customers 1, 2, 5 and 3
        cac: '22.500000',
        ltv: null,
        ltv_cac_ratio: null,
      },
    ]);
  });

  it.each([[['10', '11', '12']], [['11', '12']]])(
    'is the same by quarter as by month, with spend in %j',
    async (months) => {
      const book = {
        ...LENDING_BOOK,
        manual_marketing_spend: months.map((month) => ({ month: `2025-${month}-01`, spend: '30.00' })),
      };

      const [byMonth, byQuarter] = [
        await theTable('table_quarterly_scorecard', book),
        await theTable('table_quarterly_scorecard', book, { grain: 'quarter' }),
      ];

      expect(byQuarter).toEqual(byMonth);
    },
  );

  it('has no cost of a customer while a month of the quarter has no spend in the table', async () => {
    const rows = await theTable('table_quarterly_scorecard', {
      ...LENDING_BOOK,
      manual_marketing_spend: [{ month: '2025-11-01', spend: '30.00' }],
    });

    expect(rows.at(-1)).toMatchObject({ cac: null });
  });
});

describe('table_executive_strip', () => {
  it('has eight tiles with the figures of the KPIs that it names', async () => {
    const rows = await theTable('table_executive_strip', LENDING_BOOK);

    expect(rows.map(({ kpi, value }) => [kpi, value])).toEqual([
      // E, B, C and D owe to customers 4, 2, 1 and 3
      ['port.active_clients', '4.000000'],
      ['cust.new', '1.000000'],
      ['cust.recurrent', '0.000000'],
      ['cust.recovered', '0.000000'],
      ['port.outstanding', '4500.000000'],
      ['growth.origination_volume', '600.000000'],
      // 3615 in 30 days of 4500
      ['risk.collection_rate', '2.677778'],
      ['port.concentration_top10_clients', '100.000000'],
    ]);
  });

  it('has tiles without figures where the book has no balances', async () => {
    const rows = await theTable(
      'table_executive_strip',
      { looker_loans: LENDING_BOOK.looker_loans },
      { asOf: '2025-11-30' },
    );

    // of November's customers 5 is new; whether 1 has recovered nothing says
    expect(rows.map(({ value }) => value)).toEqual([
      null,
      '1.000000',
      null,
      null,
      null,
      '4500.000000',
      null,
      null,
    ]);
  });
});

describe('table_top_clients', () => {
  it('has the twenty largest with their share', async () => {
    const loans = Array.from({ length: 21 }, (_, index) => `L${String(index).padStart(2, '0')}`);
    const rows = await theTable(
      'table_top_clients',
      {
        looker_loans: loans.map((loan) => aLoan(loan, `CLI${loan}`)),
        looker_loan_par_balances: loans.map((loan, index) => aBalance(loan, `${100 - index}.00`, index)),
      },
      { asOf: '2025-11-30' },
    );

    // 100 + 99 + … + 80 = 1890
    expect(rows).toHaveLength(20);
    expect(rows[0]).toMatchObject({
      position: '1',
      outstanding: '100.00',
      share_pct: '5.291005',
      max_dpd: '0',
    });
    expect(rows[19]).toMatchObject({
      position: '20',
      outstanding: '81.00',
      share_pct: '4.285714',
      max_dpd: '19',
    });
  });
});
