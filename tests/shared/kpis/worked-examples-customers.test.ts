import { describe, expect, it } from '@jest/globals';
import { type Example, foundFor, LENDING_BOOK, theKpis } from './lending-book.ts';
import { rowsOver } from './model-rows.ts';
import { aBalance, aLoan, type Row, resultOf, type SmallBook } from './small-book.ts';

// Who borrows, who comes back and who stays away, worked by hand.

const on = (loan: string, customer: string, day: string, more: Row = {}): Row =>
  aLoan(loan, customer, { disburse_date: day, ...more });

describe('customers by the days on which they borrowed', () => {
  //      loans                      on 10-31          on 11-30          on 12-10
  //  1   01-05, 10-15, 11-20        active            active            active
  //  2   01-20, 08-01               91 days: not      not               not
  //  3   09-11                      active            active            90 days: active
  //  4   12-01                                                          active
  //  5   08-31                      active            91 days: not      not
  const BOOK = {
    looker_loans: [
      on('1', 'CLI1', '2025-01-05'),
      on('2', 'CLI1', '2025-10-15', { company: 'ABT' }),
      on('3', 'CLI1', '2025-11-20'),
      on('4', 'CLI2', '2025-01-20'),
      on('5', 'CLI2', '2025-08-01'),
      on('6', 'CLI3', '2025-09-11'),
      on('7', 'CLI4', '2025-12-01'),
      on('8', 'CLI5', '2025-08-31'),
    ],
  };
  const IDS = [
    'active_90d',
    'inactive_90d',
    'churn_90d_pct',
    'newly_inactive_90d',
    'retention',
    'clients_eop',
    'intensity',
    'heavy_users',
  ].map((name) => `cust.${name}`);

  it('are active for 90 days', async () => {
    const mart = await theKpis(IDS, BOOK);

    const examples: Example[] = [
      ['cust.active_90d', '2025-10-31', '3', 'ok'],
      ['cust.active_90d', '2025-11-30', '2', 'ok'],
      ['cust.active_90d', '2025-12-31', '3', 'ok'],
      ['cust.inactive_90d', '2025-12-31', '2', 'ok'],
      // 2 of 5
      ['cust.churn_90d_pct', '2025-12-31', '40.0000000000', 'ok'],
      // customer 2 on 10-31, customer 5 on 11-30; the 91st day of customer 3 is still to come
      ['cust.newly_inactive_90d', '2025-10-31', '1', 'ok'],
      ['cust.newly_inactive_90d', '2025-11-30', '1', 'ok'],
      ['cust.newly_inactive_90d', '2025-12-31', '0', 'ok'],
      // of 1, 3 and 5, who were active in October, 1 and 3 still are; both are in December
      ['cust.retention', '2025-11-30', '66.6666666667', 'warning'],
      ['cust.retention', '2025-12-31', '100.0000000000', 'ok'],
      ['cust.clients_eop', '2025-11-30', '4', 'ok'],
      ['cust.clients_eop', '2025-12-31', '5', 'ok'],
      // 8 loans of 5 customers, of whom none has four
      ['cust.intensity', '2025-12-31', '1.6000000000', 'ok'],
      ['cust.heavy_users', '2025-12-31', '0', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('are told apart by how often they borrowed', async () => {
    const mart = await theKpis(['cust.intensity'], BOOK);

    const newest = mart.breakdowns.filter(
      ({ dimension, reportingDate }) =>
        dimension['intensity'] !== undefined && reportingDate === '2025-12-31',
    );

    // one loan: customers 3, 4 and 5; two or three: customer 2 with 2, customer 1 with 3
    expect(
      newest.map(({ dimension, numerator, denominator }) => [dimension['intensity'], numerator, denominator]),
    ).toEqual([
      ['Low', '3', '3'],
      ['Medium', '5', '2'],
    ]);
  });
});

describe('types of customers', () => {
  // Late is who was more than 90 days late at the end of July; of the two, B still is 45 days late in November.
  const BOOK = {
    looker_loans: [
      on('N1', 'N', '2025-11-03'),
      on('N2', 'N', '2025-11-20'),
      on('R1', 'R', '2025-03-01'),
      on('R2', 'R', '2025-11-05'),
      on('A1', 'A', '2025-04-01'),
      on('A2', 'A', '2025-11-10'),
      on('C1', 'C', '2025-10-01'),
      on('C2', 'C', '2025-11-12'),
      on('C3', 'C', '2025-11-13', { company: 'ABT' }),
      on('B1', 'B', '2025-03-01'),
      on('B2', 'B', '2025-11-15'),
    ],
    looker_loan_par_balances: [
      ...['03-31', '04-30', '05-31', '06-30', '08-31', '09-30', '10-31'].map((label) =>
        aBalance('B1', '40.00', 0, { reporting_date: `2025-${label}` }),
      ),
      aBalance('R1', '40.00', 100, { reporting_date: '2025-07-31' }),
      aBalance('B1', '40.00', 100, { reporting_date: '2025-07-31' }),
      aBalance('B1', '40.00', 45),
      ...['N1', 'N2', 'R2', 'A2', 'C1', 'C2', 'C3', 'B2'].map((loan) => aBalance(loan, '10.00')),
    ],
  };
  const IDS = ['cust.new', 'cust.recovered', 'cust.reactivated', 'cust.recurrent'];

  it('are one for each customer and month, whatever its number of loans', async () => {
    const mart = await theKpis(IDS, BOOK, { asOf: '2025-11-30' });

    const examples: Example[] = [
      ['cust.new', '2025-11-30', '1', 'ok'],
      ['cust.recovered', '2025-11-30', '1', 'ok'],
      // A after 223 days; B after 259, since who is still late has not recovered
      ['cust.reactivated', '2025-11-30', '2', 'ok'],
      ['cust.recurrent', '2025-11-30', '1', 'ok'],
      // nobody borrowed in May
      ['cust.new', '2025-05-31', '0', 'ok'],
      ['cust.recurrent', '2025-05-31', '0', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
    const companies = mart.breakdowns.filter(
      ({ id, dimension, reportingDate }) =>
        id === 'cust.recurrent' && 'company' in dimension && reportingDate === '2025-11-30',
    );
    expect(companies.map(({ dimension, value }) => [dimension['company'], value])).toEqual([
      ['ABF', '0'],
      ['both', '1'],
    ]);
  });

  it('by week are new and reactivated once, with the first loan', async () => {
    const rows = await rowsOver(
      {
        looker_loans: [
          ...BOOK.looker_loans,
          on('A3', 'A', '2025-11-28'),
          // The first week that is reported begins on December 9.
          on('W1', 'W', '2024-12-02'),
          on('W2', 'W', '2024-12-10'),
        ],
        looker_schedules: [],
        looker_transactions: [],
      },
      {
        models: ['mart_client_types'],
        query: `SELECT customer_id, reporting_date, customer_type FROM mart_client_types
                WHERE customer_id IN ('N', 'A', 'W') ORDER BY customer_id, reporting_date`,
        grain: 'week',
      },
    );

    expect(rows.map((row) => Object.values(row).map(String))).toEqual([
      ['A', '2025-04-06', 'New'],
      ['A', '2025-11-16', 'Reactivated'],
      ['A', '2025-11-30', 'Recurrent'],
      ['N', '2025-11-09', 'New'],
      ['N', '2025-11-23', 'Recurrent'],
      ['W', '2024-12-15', 'Recurrent'],
    ]);
  });

  it('are unknown where balances that could tell are missing', async () => {
    const typesOver = async (labels: readonly string[]) => {
      const rows = await rowsOver(
        {
          looker_loans: BOOK.looker_loans,
          looker_loan_par_balances: BOOK.looker_loan_par_balances.filter((row) =>
            labels.includes(String(row['reporting_date'] ?? '2025-11-30')),
          ),
        },
        {
          models: ['int_customer_types'],
          query: `SELECT customer_id, customer_type FROM int_customer_types
                  WHERE reporting_date = DATE '2025-11-30' ORDER BY customer_id`,
        },
      );
      return Object.fromEntries(rows.map(({ customer_id, customer_type }) => [customer_id, customer_type]));
    };

    // A could have been late in the months that are missing, C not within 91 days of its first loan. R was late in
    // July and is not now; B is late now.
    expect(await typesOver(['2025-07-31', '2025-11-30'])).toEqual({
      A: 'unknown',
      B: 'Reactivated',
      C: 'Recurrent',
      N: 'New',
      R: 'Recovered',
    });
    // The file is a month older than the loans: whether R and B are still late is not known.
    const older = ['03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31'];
    expect(await typesOver(older.map((label) => `2025-${label}`))).toEqual({
      A: 'Reactivated',
      B: 'unknown',
      C: 'Recurrent',
      N: 'New',
      R: 'unknown',
    });
  });

  it('are unknown in a quarter of which a month does not tell', async () => {
    const rows = await rowsOver(
      {
        looker_loans: [
          on('A1', 'A', '2025-04-01'),
          on('A2', 'A', '2025-10-02'),
          on('A3', 'A', '2025-11-02'),
          on('B1', 'B', '2025-09-01'),
          on('B2', 'B', '2025-10-02'),
        ],
        looker_loan_par_balances: [aBalance('A1', '10.00')],
      },
      {
        models: ['mart_client_types'],
        query: `SELECT customer_id, customer_type FROM mart_client_types
                WHERE reporting_date = DATE '2025-12-31' ORDER BY customer_id`,
        grain: 'quarter',
      },
    );

    // B had borrowed for less than 91 days, and so was not that late before.
    expect(rows.map(Object.values)).toEqual([
      ['A', 'unknown'],
      ['B', 'Recurrent'],
    ]);
  });

  it('have no value while nothing says who was late', async () => {
    const mart = await theKpis(IDS, { looker_loans: BOOK.looker_loans }, { asOf: '2025-11-30' });

    expect(resultOf(mart, 'cust.new').value).toBe('1');
    expect(resultOf(mart, 'cust.recurrent')).toMatchObject({
      value: null,
      reason:
        'needs the balances of the month and of those before to tell who was late, and 4 customers of the period have no type',
    });
  });
});

describe('what customers bring', () => {
  it('is revenue without principal and VAT', async () => {
    const mart = await theKpis(['cust.revenue_per_client', 'cust.churn_usd'], LENDING_BOOK);

    const examples: Example[] = [
      // B paid 10, A 40 + 10 and F 15; E, B and C have a balance: 75 / 3
      ['cust.revenue_per_client', '2025-11-30', '25.0000000000', 'ok'],
      // B paid 40 + 10; D has a balance too: 50 / 4
      ['cust.revenue_per_client', '2025-12-31', '12.5000000000', 'ok'],
      // customer 4 borrowed 100 days ago; the other four brought 125 in 90 days: 1 x 125 / 4
      ['cust.churn_usd', '2025-12-31', '31.2500000000', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
  });
});

describe('targets', () => {
  const BOOK = {
    looker_loans: [
      on('1', 'CLI1', '2025-11-03', { disburse_principal: '600' }),
      on('2', 'CLI2', '2025-11-04', { disburse_principal: '5000' }),
      on('3', 'CLI3', '2025-12-04', { disburse_principal: '70' }),
    ],
    looker_customer_data: [
      { customer_id: 'CLI1', segment: 'Nimal' },
      { customer_id: 'CLI2', segment: 'Top' },
      { customer_id: 'CLI3', segment: 'Nimal' },
    ],
    manual_targets: [
      { year_month: '2025-11-15', segment: 'Nimal', target_disbursement: '1000', target_customers: 2 },
      { year_month: '2025-11-01', segment: 'Gob', target_disbursement: '200', target_customers: 2 },
    ],
  };
  const IDS = ['cust.disbursement_to_target', 'cust.customers_to_target'];

  it('are compared with what was to be reached of them, and nothing else', async () => {
    const mart = await theKpis(IDS, BOOK);

    const examples: Example[] = [
      // 600 of 1200; Top has no target
      ['cust.disbursement_to_target', '2025-11-30', '50.0000000000', 'ok'],
      // 1 of 4
      ['cust.customers_to_target', '2025-11-30', '25.0000000000', 'ok'],
    ];
    expect(foundFor(examples, mart)).toEqual(examples);
    expect(resultOf(mart, 'cust.customers_to_target')).toMatchObject({
      reportingDate: '2025-12-31',
      reason:
        'needs targets for every month of the period, and manual/targets as of 2025-12-10 does not have them',
    });
  });

  it('of a quarter are those of its months, and there are none while a month has no target', async () => {
    const more = {
      ...BOOK,
      looker_loans: [...BOOK.looker_loans, on('4', 'CLI1', '2025-10-05', { disburse_principal: '30' })],
    };
    const quarterOf = (book: SmallBook) =>
      rowsOver(book, {
        models: ['mart_targets'],
        query: `SELECT segment, lacks_target, target_disbursement, disbursement, target_customers, customers
                FROM mart_targets ORDER BY segment`,
        grain: 'quarter',
      });

    // In October Nimal's customer is new and has no target there; November's 600 have 1000 of Nimal's, 200 of Gob's.
    const young = await quarterOf(more);
    const whole = await quarterOf({
      ...more,
      manual_targets: [
        ...BOOK.manual_targets,
        { year_month: '2025-10-01', segment: 'Nimal', target_disbursement: '50', target_customers: 1 },
        { year_month: '2025-12-01', segment: 'Nimal', target_disbursement: '100', target_customers: 3 },
      ],
    });

    expect(young.map(({ lacks_target }) => lacks_target)).toEqual([true, true]);
    expect(whole.map((row) => Object.values(row).map(String))).toEqual([
      ['Gob', 'false', '200.00', '0.00', '2', '0'],
      // 30 of 50 for CLI1 in October, who is not new in November any more, and 70 of 100 for CLI3 in December
      ['Nimal', 'false', '1150.00', '100.00', '6', '2'],
    ]);
  });

  it('of customers that came back need to know who was late', async () => {
    const again = on('4', 'CLI1', '2025-12-08', { disburse_principal: '30' });
    const targetFor = (customer_type: string) =>
      theKpis(IDS, {
        ...BOOK,
        looker_loans: [...BOOK.looker_loans, again],
        manual_targets: [
          { year_month: '2025-12-01', segment: 'Nimal', customer_type, target_disbursement: '100' },
        ],
      });

    const [fresh, recurrent] = [await targetFor('New'), await targetFor('Recurrent')];

    // CLI3 alone is new; CLI1 is recurrent or recovered, and no balances tell which.
    expect(resultOf(fresh, 'cust.disbursement_to_target').value).toBe('70.0000000000');
    expect(resultOf(recurrent, 'cust.disbursement_to_target').reason).toBe(
      'needs the types of all customers of the period, and of some the balances that tell them are missing',
    );
  });

  it('need the segments of customers', async () => {
    const { looker_customer_data: _, ...book } = BOOK;

    const mart = await theKpis(IDS, book);

    expect(resultOf(mart, 'cust.customers_to_target').reason).toBe(
      'needs looker/customer_data, which is not in the book as of 2025-12-10',
    );
  });
});
