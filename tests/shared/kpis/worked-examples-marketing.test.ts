import { describe, expect, it } from '@jest/globals';
import { type Example, foundFor, paid, theKpis, theTable } from './lending-book.ts';
import { rowsOver } from './model-rows.ts';
import { aLoan, type Row, resultOf } from './small-book.ts';

// What it costs to win customers and what they are worth, worked by hand.

const on = (loan: string, customer: string, day: string): Row =>
  aLoan(loan, customer, { disburse_date: day });

describe('the cost and the value of customers', () => {
  // Won: 1 in December 2023, 2 in March and 3 in December 2024, 4 in January and 5 and 6 in November 2025.
  const BOOK = {
    looker_loans: [
      on('1', 'CLI1', '2023-12-20'),
      on('2', 'CLI2', '2024-03-10'),
      on('3', 'CLI3', '2024-12-15'),
      on('4', 'CLI4', '2025-01-05'),
      on('5', 'CLI5', '2025-11-05'),
      on('6', 'CLI6', '2025-11-06'),
    ],
    looker_transactions: [
      paid('1', '2024-02-01', 50, 480, 20),
      paid('2', '2024-05-01', 50, 30, 5),
      paid('2', '2025-11-02', 50, 20, 0),
      paid('3', '2025-02-01', 50, 7, 0),
      paid('3', '2025-12-20', 50, 10, 0),
      paid('4', '2025-03-01', 50, 100, 0),
    ],
    looker_customer_data: ['CLI1', 'CLI2', 'CLI3', 'CLI5'].map((customer) => ({ customer_id: customer })),
    manual_marketing_spend: [
      { month: '2025-11-15', channel: 'Digital', spend: '100.00' },
      { month: '2025-11-01', channel: 'Direct', segment: 'Gob', spend: '50.00' },
    ],
  };
  const IDS = [
    'cac',
    'marketing_spend',
    'ltv_realised',
    'ltv_to_date',
    'ltv_cac',
    'spend_coverage',
    'segment_coverage',
  ].map((name) => `mkt.${name}`);

  it('are of those who were won, and of those who had a year to pay', async () => {
    const mart = await theKpis(IDS, BOOK);

    const examples: Example[] = [
      ['mkt.marketing_spend', '2025-11-30', '150.00', 'ok'],
      // 150 for customers 5 and 6
      ['mkt.cac', '2025-11-30', '75.0000000000', 'ok'],
      // won from December 2023 to November 2024: 1 with 500 and 2 with 55
      ['mkt.ltv_realised', '2025-11-30', '277.5000000000', 'ok'],
      // one month later 1 is too old and 3 is old enough; what 3 pays on the 20th is still to come: (55 + 7) / 2
      ['mkt.ltv_realised', '2025-12-31', '31.0000000000', 'ok'],
      // 500 + 55 + 7 + 100 of six customers
      ['mkt.ltv_to_date', '2025-12-31', '110.3333333333', 'ok'],
      // 277.50 / 75
      ['mkt.ltv_cac', '2025-11-30', '3.7000000000', 'ok'],
      // 100 for Nimal, which won customer 5; Gob won nobody
      ['mkt.spend_coverage', '2025-11-30', '66.6666666667', 'ok'],
      // 4 of 6
      ['mkt.segment_coverage', '2025-12-31', '66.6666666667', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('have no value for a month without spend in the table', async () => {
    const mart = await theKpis(IDS, BOOK);

    for (const id of ['mkt.cac', 'mkt.ltv_cac', 'mkt.marketing_spend', 'mkt.spend_coverage']) {
      expect(resultOf(mart, id)).toMatchObject({
        value: null,
        reportingDate: '2025-12-31',
        reason:
          'needs the marketing spend of every month of the period, and manual/marketing_spend as of 2025-12-10 does not have it',
      });
    }
  });

  it('are held against no limit while the month runs', async () => {
    const spend = ['2025-11-01', '2025-12-01'].map((month) => ({ month, spend: '900.00' }));
    const book = {
      ...BOOK,
      looker_loans: [...BOOK.looker_loans, on('7', 'CLI7', '2025-12-01')],
      manual_marketing_spend: spend,
    };

    const mart = await theKpis(['mkt.ltv_cac'], book);

    // 277.50 / 450, and 31 / 900 of ten days
    expect(resultOf(mart, 'mkt.ltv_cac', '2025-11-30')).toMatchObject({
      value: '0.6166666667',
      status: 'warning',
    });
    expect(resultOf(mart, 'mkt.ltv_cac', '2025-12-31')).toMatchObject({
      value: '0.0344444444',
      status: 'ok',
    });
    expect(resultOf(mart, 'mkt.ltv_cac', '2025-12-31').thresholds).toBeUndefined();
  });

  it('have no value for a quarter of which a month has no spend in the table', async () => {
    const acquired = (spend: readonly Row[]) =>
      rowsOver(
        { ...BOOK, manual_marketing_spend: spend },
        {
          models: ['mart_acquisition'],
          query: `SELECT bool_or(lacks_spend) AS lacks_spend, sum(spend) AS spend, sum(new_customers) AS won
                  FROM mart_acquisition WHERE reporting_date = DATE '2025-12-31'`,
          grain: 'quarter',
        },
      );
    const more = ['10', '12'].map((month) => ({ month: `2025-${month}-01`, spend: '20.00' }));

    const [lacking] = await acquired(BOOK.manual_marketing_spend);
    const [whole] = await acquired([...BOOK.manual_marketing_spend, ...more]);

    // 150 of November alone cannot be held against customers 5 and 6, had there been others in October.
    expect(lacking).toMatchObject({ lacks_spend: true });
    expect(Object.values(whole ?? {}).map(String)).toEqual(['false', '190.00', '2']);
  });

  it('have no value for a month that won nobody', async () => {
    const mart = await theKpis(IDS, {
      ...BOOK,
      manual_marketing_spend: [{ month: '2025-10-01', spend: '100.00' }],
    });

    expect(resultOf(mart, 'mkt.cac', '2025-10-31')).toMatchObject({
      value: null,
      reason: 'cannot divide by customers * min(spend_rows, 1), which is zero on 2025-10-31',
    });
    expect(resultOf(mart, 'mkt.ltv_cac', '2025-10-31').value).toBeNull();
  });

  it('divide the spend of a segment by the customers of the same', async () => {
    const mart = await theKpis(['mkt.cac'], BOOK, { asOf: '2025-11-30' });

    const newest = mart.breakdowns.filter(({ reportingDate }) => reportingDate === '2025-11-30');

    expect(newest.map(({ dimension, numerator, value }) => [dimension['segment'], numerator, value])).toEqual(
      [
        // Gob won nobody, and of customer 6 no segment is known that money was spent on
        ['Gob', '50.00', null],
        ['Nimal', '100.00', '100.0000000000'],
        ['unknown', '0.00', null],
      ],
    );
  });

  it('need no transactions for the cost', async () => {
    const { looker_transactions: _, ...book } = BOOK;

    const mart = await theKpis(IDS, book);

    expect(resultOf(mart, 'mkt.cac', '2025-11-30').value).toBe('75.0000000000');
    expect(resultOf(mart, 'mkt.ltv_realised').reason).toBe(
      'needs looker/transactions, which is not in the book as of 2025-12-10',
    );
  });
});

describe('campaigns', () => {
  const run = (day: string, spend: number, more: Row = {}): Row => ({ date_start: day, spend, ...more });
  const quiet = ['03', '04', '05', '06', '07', '08', '09'].map((day) => run(`2025-11-${day}`, 10));
  const LOANS = [on('1', 'CLI1', '2025-10-01')];

  it('cost so much for a click and for a thousand impressions', async () => {
    const ids = ['mkt.spend', 'mkt.ctr', 'mkt.cpc', 'mkt.cpm'];
    const mart = await theKpis(ids, {
      looker_loans: LOANS,
      meta_insights: [
        run('2025-11-03', 10, { impressions: 1000, clicks: 20 }),
        run('2025-11-04', 5.5, { campaign_id: '2', impressions: 500, clicks: 11 }),
        // The feed leaves out what is zero.
        run('2025-11-05', 0, { spend: null }),
      ],
    });

    const examples: Example[] = [
      ['mkt.spend', '2025-11-30', '15.50', 'ok'],
      // 31 of 1500
      ['mkt.ctr', '2025-11-30', '2.0666666667', 'ok'],
      // 15.50 / 31
      ['mkt.cpc', '2025-11-30', '0.5000000000', 'ok'],
      // 15.50 / 1500 x 1000
      ['mkt.cpm', '2025-11-30', '10.3333333333', 'ok'],
      // December is in the feed and had none
      ['mkt.spend', '2025-12-31', '0.00', 'ok'],
      ['mkt.ctr', '2025-12-31', null, 'not-computable'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
    expect(
      mart.series.filter(({ id, reportingDate }) => id === 'mkt.spend' && reportingDate < '2025-11'),
    ).toEqual([]);
  });

  it('are not added up over currencies', async () => {
    const mart = await theKpis(['mkt.spend', 'mkt.ctr'], {
      looker_loans: LOANS,
      meta_insights: [run('2025-12-03', 10, { impressions: 10, clicks: 1, account_currency: 'EUR' })],
    });

    expect(resultOf(mart, 'mkt.spend').reason).toBe(
      'needs the spend in USD, and 1 rows of meta/insights as of 2025-12-10 are in another currency',
    );
    expect(resultOf(mart, 'mkt.ctr').value).toBe('10.0000000000');
  });

  it('have a day of unusual spend when it lies two standard deviations from the mean', async () => {
    const book = { looker_loans: LOANS, meta_insights: [...quiet, run('2025-11-10', 100)] };
    const mart = await theKpis(['mkt.spend_anomalies'], book);
    const days = await theTable('table_spend_days', book);

    expect(resultOf(mart, 'mkt.spend_anomalies', '2025-11-30').value).toBe('1');
    // mean 170 / 8 = 21.25; variance (7 x 11.25^2 + 78.75^2) / 7 = 1012.5; z = 78.75 / 31.8198
    expect(days.at(-1)).toEqual({
      day: '2025-11-10',
      spend: '100.00',
      mean_7_days: '22.86',
      baseline_days: '8',
      z: '2.4749',
      is_anomaly: 'true',
    });
    // the same spend each day: nothing to tell
    expect(days.at(-2)).toMatchObject({ z: null, is_anomaly: 'false' });
  });
});

describe('the CRM', () => {
  it('is joined with customers by the pseudonym of the name', async () => {
    const mart = await theKpis(['mkt.crm_coverage'], {
      looker_loans: [on('ABF - DSB0001-001', 'CLI0001', '2025-10-01')],
      looker_historic_real_payments: [{ cliente: 'v1:customer' }],
      hubspot_companies: [{ id: '1' }, { id: '2', name: 'v1:other' }, { id: '3', name: null }],
    });

    // one of three
    expect(resultOf(mart, 'mkt.crm_coverage')).toMatchObject({ value: '33.3333333333', denominator: '3' });
  });
});
