import { describe, expect, it } from '@jest/globals';
import { LATE_BOOK, LATE_PAR } from './late-book.ts';
import { type Example, foundFor, theKpis, theTable } from './lending-book.ts';
import { aBalance, aWriteOff, resultOf } from './small-book.ts';

// Risk KPIs of seven loans, worked by hand.

describe('how late the portfolio is', () => {
  it('is worked by hand', async () => {
    const examples: Example[] = [
      // 2000 of 3000, 550 of 1800, 400 of 1650
      ['risk.par_30', '2025-10-31', '66.6666666667', 'critical'],
      ['risk.par_30', '2025-11-30', '30.5555555556', 'critical'],
      ['risk.par_30', '2025-12-31', '24.2424242424', 'critical'],
      // Exactly 7 days are late: 500 of 1650
      ['risk.par_7', '2025-12-31', '30.3030303030', 'ok'],
      ['risk.par_60', '2025-10-31', '36.6666666667', 'ok'],
      ['risk.par_90', '2025-11-30', '8.3333333333', 'critical'],
      ['risk.par_90', '2025-12-31', '0.0000000000', 'ok'],
      // P's 500 come back on both sides: 1000 of 2150, 900 of 2150, 650 of 2300
      ['risk.par_7_incl_writeoff', '2025-12-31', '46.5116279070', 'ok'],
      ['risk.par_60_incl_writeoff', '2025-12-31', '41.8604651163', 'ok'],
      ['risk.par_90_incl_writeoff', '2025-11-30', '28.2608695652', 'ok'],
      ['risk.npl_90', '2025-11-30', '8.3333333333', 'ok'],
      // 500 of 2300
      ['risk.npl_180', '2025-11-30', '21.7391304348', 'ok'],
      // L, M, N, P and S of six; L and S of K, L, N, Q and S; L of K, L, N and Q. P is not live any more.
      ['risk.delinquency_by_count_30', '2025-10-31', '83.3333333333', 'ok'],
      ['risk.delinquency_by_count_30', '2025-11-30', '40.0000000000', 'ok'],
      ['risk.delinquency_by_count_30', '2025-12-31', '25.0000000000', 'ok'],
      ['risk.delinquency_by_count_90', '2025-11-30', '20.0000000000', 'ok'],
      // (35 + 40 + 45 + 155 + 95) / 6; (65 + 125) / 5; (75 + 7) / 4
      ['risk.average_dpd', '2025-10-31', '61.6666666667', 'ok'],
      ['risk.average_dpd', '2025-11-30', '38.0000000000', 'ok'],
      ['risk.average_dpd', '2025-12-31', '20.5000000000', 'ok'],
      ['risk.exposure', '2025-12-31', '1650.00', 'ok'],
      ['risk.bucket_0_7', '2025-12-31', '1150.00', 'ok'],
      ['risk.bucket_7_30', '2025-12-31', '100.00', 'ok'],
      ['risk.bucket_30_60', '2025-10-31', '900.00', 'ok'],
      ['risk.bucket_60_90', '2025-12-31', '400.00', 'ok'],
      ['risk.bucket_90_plus', '2025-10-31', '1100.00', 'ok'],
      ['risk.bucket_120_plus', '2025-10-31', '500.00', 'ok'],
      ['risk.bucket_120_plus', '2025-11-30', '150.00', 'ok'],
    ];
    const mart = await theKpis(ids(examples), LATE_BOOK);

    expect(foundFor(examples, mart)).toEqual(examples);
  });

  it('is the same without the loans file, in one part', async () => {
    const wanted = ['risk.par_30', 'risk.average_dpd'];
    const [whole, alone] = [
      await theKpis(wanted, LATE_BOOK),
      await theKpis(wanted, { looker_loan_par_balances: LATE_PAR }),
    ];

    for (const id of wanted) expect(resultOf(alone, id).value).toBe(resultOf(whole, id).value);
    expect(partsOf(alone.breakdowns, 'company')).toEqual([['unknown', '400.00', '1650.00']]);
    expect(partsOf(whole.breakdowns, 'company')).toEqual([
      ['ABF', '0.00', '1100.00'],
      ['ABT', '400.00', '550.00'],
    ]);
  });

  it('comes from the buckets of the tape too', async () => {
    const mart = await theKpis(['risk.bucket_7_30', 'risk.exposure', 'risk.npl_90'], {
      cascade_loan_tape: [
        { total_receivable_usd: '1000', dpd_0_7_usd: '700', dpd_7_30_usd: '200', dpd_90_plus_usd: '100' },
      ],
    });

    expect(resultOf(mart, 'risk.bucket_7_30').value).toBe('200.00');
    expect(resultOf(mart, 'risk.exposure').value).toBe('1000.00');
    expect(resultOf(mart, 'risk.npl_90').value).toBe('10.0000000000');
  });

  it('has no use of lines: no feed brings their limits', async () => {
    const mart = await theKpis(['risk.utilization'], LATE_BOOK);

    expect(resultOf(mart, 'risk.utilization')).toMatchObject({
      status: 'not-computable',
      value: null,
      reason: 'needs lines of credit with their limits, and no feed brings them',
    });
  });
});

describe('what becomes of late balances', () => {
  it('is worked by hand', async () => {
    const examples: Example[] = [
      // Of L, M and N, 900 between 30 and 59 days, L's 400 went on to 60.
      ['risk.roll_rate_30', '2025-11-30', '44.4444444444', 'critical'],
      // Nothing was between 30 and 59 days at the end of November, and nothing is known before October.
      ['risk.roll_rate_30', '2025-12-31', null, 'not-computable'],
      ['risk.roll_rate_30', '2025-10-31', null, 'not-computable'],
      // Of 2000, M's 300 were paid and N's 200 are current again; then of L and S, 550, S's 150 were paid.
      ['risk.cure_rate', '2025-11-30', '25.0000000000', 'ok'],
      ['risk.cure_rate', '2025-12-31', '27.2727272727', 'ok'],
      // P's 500 of 3000; nothing new of 1800, since P was written off before.
      ['risk.write_off_rate', '2025-11-30', '16.6666666667', 'critical'],
      ['risk.write_off_rate', '2025-12-31', '0.0000000000', 'ok'],
      // 1 - (5/6)^12 = 1 - 244140625 / 2176782336
      ['risk.cdr', '2025-11-30', '88.7843345215', 'ok'],
      ['risk.cdr', '2025-12-31', '0.0000000000', 'ok'],
      // P and S peaked at 500 and 600. S paid 450, and is gone then.
      ['risk.rdr_90', '2025-10-31', '0.0000000000', 'critical'],
      ['risk.rdr_90', '2025-11-30', '40.9090909091', 'warning'],
      ['risk.rdr_90', '2025-12-31', '54.5454545455', 'ok'],
    ];
    const mart = await theKpis(ids(examples), LATE_BOOK);

    expect(foundFor(examples, mart)).toEqual(examples);
    // Flows of the quarter: 900 and nothing; 500 of 3000 + 1800.
    expect(mart.quarters.find(({ id }) => id === 'risk.roll_rate_30')?.value).toBe('44.4444444444');
    expect(mart.quarters.find(({ id }) => id === 'risk.write_off_rate')?.value).toBe('10.4166666667');
  });

  it('is the yearly rate that the lender published', async () => {
    const mart = await theKpis(['risk.cdr'], {
      looker_loan_par_balances: [
        aBalance('A', '11807758.75'),
        aBalance('B', '9006.38'),
        aBalance('A', '11807758.75', 0, { reporting_date: '2025-12-31' }),
        aWriteOff('B', '9006.38', { reporting_date: '2025-12-31' }),
      ],
    });

    // 9,006.38 of 11,816,765.13
    expect(resultOf(mart, 'risk.cdr').value).toMatch(/^0\.91/);
  });

  it('has a yearly rate of a month alone, and of a quarter one write-off rate: that of its months', async () => {
    const ids = ['risk.cdr', 'risk.write_off_rate'];
    const months = await theKpis(ids, LATE_BOOK);
    const quarters = await theKpis(ids, LATE_BOOK, { grain: 'quarter' });

    expect(months.quarters.map(({ id }) => id)).toEqual(['risk.write_off_rate']);
    expect(quarters.kpis.map(({ id, reason }) => [id, reason])).toEqual([
      ['risk.cdr', 'is a figure of one month, and a quarter has none'],
      ['risk.write_off_rate', 'is added up from months: its quarters stand with the figures by month'],
    ]);
  });

  it('counts a loan that comes back and is written off again once more', async () => {
    const mart = await theKpis(['risk.write_off_rate'], {
      looker_loan_par_balances: [
        aBalance('A', '100', 0, { reporting_date: '2025-09-30' }),
        aWriteOff('A', '100', { reporting_date: '2025-10-31' }),
        aBalance('A', '80', 0, { reporting_date: '2025-11-30' }),
        aWriteOff('A', '80', { reporting_date: '2025-12-31' }),
      ],
    });

    expect(resultOf(mart, 'risk.write_off_rate', '2025-10-31').value).toBe('100.0000000000');
    // Nothing was outstanding at the end of October.
    expect(resultOf(mart, 'risk.write_off_rate', '2025-11-30').value).toBeNull();
    expect(resultOf(mart, 'risk.write_off_rate', '2025-12-31').value).toBe('100.0000000000');
  });

  it('counts no write-off as new where there is no date before', async () => {
    // A's 900 were written off before the file begins, and D's 50 somewhere in the two months without balances.
    const mart = await theKpis(['risk.write_off_rate'], {
      looker_loan_par_balances: [
        aWriteOff('A', '900', { reporting_date: '2025-07-31' }),
        aBalance('B', '1000', 0, { reporting_date: '2025-07-31' }),
        aBalance('D', '50', 170, { reporting_date: '2025-07-31' }),
        aWriteOff('A', '900', { reporting_date: '2025-08-31' }),
        aWriteOff('B', '10', { reporting_date: '2025-08-31' }),
        aBalance('C', '500', 0, { reporting_date: '2025-08-31' }),
        aBalance('D', '50', 0, { reporting_date: '2025-08-31' }),
        ...['2025-11-30', '2025-12-31'].flatMap((day) => [
          aWriteOff('D', '50', { reporting_date: day }),
          aBalance('C', '400', 0, { reporting_date: day }),
        ]),
      ],
    });
    const quarters = mart.quarters.map(({ reportingDate, numerator, denominator }) => [
      reportingDate,
      numerator,
      denominator,
    ]);

    expect(quarters).toEqual([
      ['2025-09-30', '10.00', '1050.00'],
      ['2025-12-31', '0.00', '400.00'],
    ]);
  });

  it('is not told across a month without balances', async () => {
    const mart = await theKpis(['risk.cure_rate', 'risk.write_off_rate'], {
      looker_loan_par_balances: [
        aBalance('A', '100', 40, { reporting_date: '2025-10-31' }),
        aBalance('A', '100', 0, { reporting_date: '2025-12-31' }),
      ],
    });

    expect(resultOf(mart, 'risk.cure_rate')).toMatchObject({ value: null, reportingDate: '2025-12-31' });
    expect(resultOf(mart, 'risk.write_off_rate').value).toBeNull();
  });

  it('is a matrix between the newest dates', async () => {
    const rows = await theTable('table_roll_matrix', LATE_BOOK);

    expect(
      rows
        .filter(({ loans }) => loans !== '0')
        .map(({ from_state, to_state, loans, balance, share_percent }) => [
          from_state,
          to_state,
          loans,
          balance,
          share_percent,
        ]),
    ).toEqual([
      // K and N of 1250; Q
      ['0-6', '0-6', '2', '1150.00', '92.0000'],
      ['0-6', '7-29', '1', '100.00', '8.0000'],
      ['60-89', '60-89', '1', '400.00', '100.0000'],
      ['90-180', 'closed', '1', '150.00', '100.0000'],
      ['written_off', 'written_off', '1', '500.00', '100.0000'],
    ]);
    // Six states, each into seven.
    expect(rows).toHaveLength(42);
  });

  it('is a matrix between any two neighbouring dates', async () => {
    const rows = await theTable('table_roll_transitions', LATE_BOOK);

    expect(
      rows
        .filter(({ reporting_date }) => reporting_date === '2025-11-30')
        .map((row) => Object.values(row).slice(2)),
    ).toEqual([
      ['0-6', '0-6', '1', '1000.00', '100.0000'],
      // N, L and M of 900
      ['30-59', '0-6', '1', '200.00', '22.2222'],
      ['30-59', '60-89', '1', '400.00', '44.4444'],
      ['30-59', 'closed', '1', '300.00', '33.3333'],
      // S and P of 1100
      ['90-180', '90-180', '1', '600.00', '54.5455'],
      ['90-180', 'written_off', '1', '500.00', '45.4545'],
    ]);
    expect(rows[0]?.['reporting_date']).toBe('2025-12-31');
  });

  it('is summed up for each pair of dates', async () => {
    const rows = await theTable('table_roll_rates', LATE_BOOK);

    expect(
      rows
        .filter(({ reporting_date }) => reporting_date === '2025-11-30')
        .map((row) => Object.values(row).slice(1)),
    ).toEqual([
      ['0-6', '1', '1000.00', '0.0000', '0.0000', '100.0000', '0.0000'],
      // L went on, N came back, M was paid
      ['30-59', '3', '900.00', '44.4444', '22.2222', '0.0000', '33.3333'],
      // P was written off, S is still there
      ['90-180', '2', '1100.00', '45.4545', '0.0000', '54.5455', '0.0000'],
    ]);
  });
});

describe('tables of arrears', () => {
  it('age the portfolio and its parts', async () => {
    const rows = await theTable('table_ageing', LATE_BOOK);

    expect(
      rows
        .filter(({ dimension }) => dimension === 'all' || dimension === 'company')
        .map((row) => Object.values(row)),
    ).toEqual([
      ['all', 'all', '0_7', '2025-12-31', '2', '1150.00', '69.6970'],
      ['all', 'all', '7_30', '2025-12-31', '1', '100.00', '6.0606'],
      ['all', 'all', '60_90', '2025-12-31', '1', '400.00', '24.2424'],
      ['all', 'all', 'written_off', '2025-12-31', '1', '500.00', null],
      ['company', 'ABF', '0_7', '2025-12-31', '1', '1000.00', '90.9091'],
      ['company', 'ABF', '7_30', '2025-12-31', '1', '100.00', '9.0909'],
      ['company', 'ABF', 'written_off', '2025-12-31', '1', '500.00', null],
      ['company', 'ABT', '0_7', '2025-12-31', '1', '150.00', '27.2727'],
      ['company', 'ABT', '60_90', '2025-12-31', '1', '400.00', '72.7273'],
    ]);
  });

  it('follow what was lent in a month', async () => {
    const early = ['2025-04-30', '2025-05-31', '2025-06-30', '2025-07-31', '2025-08-31', '2025-09-30'];
    const whole = early.map((label) => aBalance('S', '700', 0, { reporting_date: label }));
    const rows = await theTable('table_vintages', {
      ...LATE_BOOK,
      looker_loan_par_balances: [...LATE_PAR, ...whole],
    });
    const of = vintageIn(rows);

    // P 500 and S 700 were lent; P and S are bad from October on: 1100, 650 with what is written off, 500.
    expect(of('2025-04').slice(5)).toEqual([
      ['5', '0.00', '0.0000', '0.0000'],
      ['6', '1100.00', '91.6667', '91.6667'],
      ['7', '650.00', '54.1667', '91.6667'],
      ['8', '500.00', '41.6667', '91.6667'],
    ]);
    // L, M and N, 1000 lent, were 30 days late in October with 900, and none of them was ever at 90.
    expect(of('2025-08')).toEqual([
      ['0', '0.00', '0.0000', '0.0000'],
      ['1', '0.00', '0.0000', '0.0000'],
      ['2', '0.00', '0.0000', '90.0000'],
      ['3', '0.00', '0.0000', '90.0000'],
      ['4', '0.00', '0.0000', '90.0000'],
    ]);
  });

  it('have empty cells where a month has no balances, and after it', async () => {
    // The file begins in October; of November it has nothing.
    const par = LATE_PAR.filter((row) => row['reporting_date'] !== '2025-11-30');

    const rows = await theTable('table_vintages', { ...LATE_BOOK, looker_loan_par_balances: par });

    // Who was 30 days late before, and first in November, nobody knows.
    expect(vintageIn(rows)('2025-04').slice(5)).toEqual([
      ['5', null, null, null],
      ['6', '1100.00', '91.6667', null],
      ['7', null, null, null],
      ['8', '500.00', '41.6667', null],
    ]);
    expect(vintageIn(rows)('2025-10')).toEqual([
      ['0', '0.00', '0.0000', '0.0000'],
      ['1', null, null, null],
      ['2', '0.00', '0.0000', null],
    ]);
  });

  it('take the last label of a month that has two, in all tables alike', async () => {
    const twice = [
      ...LATE_PAR,
      ...LATE_PAR.filter((row) => row['reporting_date'] === '2025-11-30').map((row) => ({
        ...row,
        reporting_date: '2025-11-15',
      })),
    ];

    for (const table of ['table_vintages', 'table_roll_rates', 'table_roll_transitions'])
      expect(await theTable(table, { ...LATE_BOOK, looker_loan_par_balances: twice })).toEqual(
        await theTable(table, LATE_BOOK),
      );
  });
});

type TableRows = Awaited<ReturnType<typeof theTable>>;

/** Age, balance 90 days late, its share, and the share that was ever 30 days late. */
function vintageIn(rows: TableRows) {
  return (vintage: string) =>
    rows
      .filter((row) => row['vintage'] === vintage)
      .map((row) => [row['months_on_book'], row['bad_90'], row['bad_90_percent'], row['ever_30_percent']]);
}

describe('the expected loss', () => {
  const BOOK = {
    ...LATE_BOOK,
    looker_customer_data: [
      { customer_id: 'CLI1', segment: 'Nimal', subcategoria_linea: '10K-25K' },
      { customer_id: 'CLI2', segment: 'Gob', subcategoria_linea: '<10K' },
      { customer_id: 'CLI3', segment: 'OC', subcategoria_linea: '50K-100K' },
    ],
    manual_risk_parameters: [
      {},
      { segment: 'Gob', subcategoria_linea: '<10K', pd: '0.02', lgd: '0.5', ead_factor: '0.9' },
    ],
  };

  it('is worked by hand, and says what it does not cover', async () => {
    const mart = await theKpis(['risk.ecl', 'risk.ecl_uncovered', 'risk.ecl_coverage'], BOOK);

    // K 1000 x 1 x 0.012 x 0.45 = 5.40; L 400 x 0.9 x 0.02 x 0.5 = 3.60
    expect(resultOf(mart, 'risk.ecl').value).toMatch(/^9\.0+$/);
    // N has a line without parameters, and nobody knows the line of Q.
    expect(resultOf(mart, 'risk.ecl_uncovered')).toMatchObject({ value: '250.00', status: 'warning' });
    // 9 of 1400
    expect(resultOf(mart, 'risk.ecl_coverage').value).toBe('0.6428571429');
  });

  it('lists the lines that it does not cover', async () => {
    const rows = await theTable('table_uncovered_loss', BOOK);

    expect(rows.map((row) => Object.values(row))).toEqual([
      ['OC', '50K-100K', '2025-12-31', '1', '150.00'],
      ['unknown', 'unknown', '2025-12-31', '1', '100.00'],
    ]);
  });

  it('is not 0 where no live loan has parameters, and is where there is no live loan', async () => {
    const mart = await theKpis(['risk.ecl'], {
      ...BOOK,
      manual_risk_parameters: [{ segment: 'Top' }],
    });
    const repaid = await theKpis(['risk.ecl'], {
      ...BOOK,
      looker_loan_par_balances: [aBalance('K', '0')],
    });

    expect(resultOf(mart, 'risk.ecl')).toMatchObject({
      value: null,
      reason:
        'needs risk parameters for the segment and line of a live loan, and manual/risk_parameters as of 2025-12-10 has them for none',
    });
    expect(resultOf(repaid, 'risk.ecl')).toMatchObject({
      value: expect.stringMatching(/^0\.0+$/),
      status: 'ok',
    });
  });

  it('is not 0 without parameters or customer data', async () => {
    const { manual_risk_parameters: _, ...withoutParameters } = BOOK;
    const { looker_customer_data: __, ...withoutCustomers } = BOOK;

    for (const book of [withoutParameters, withoutCustomers]) {
      const mart = await theKpis(['risk.ecl'], book);
      expect(resultOf(mart, 'risk.ecl')).toMatchObject({ status: 'not-computable', value: null });
    }
  });
});

function ids(examples: readonly Example[]): string[] {
  return [...new Set(examples.map(([id]) => id))];
}

type Part = {
  readonly id: string;
  readonly reportingDate: string;
  readonly dimension: Readonly<Record<string, string>>;
  readonly numerator: string | null;
  readonly denominator: string | null;
};

/** PAR 30 by one dimension at the newest date. */
function partsOf(breakdowns: readonly Part[], by: string): unknown[] {
  return breakdowns
    .filter(
      (part) => part.id === 'risk.par_30' && part.reportingDate === '2025-12-31' && by in part.dimension,
    )
    .map(({ dimension, numerator, denominator }) => [dimension[by], numerator, denominator]);
}
