import { describe, expect, it } from '@jest/globals';
import { aBalance, aLoan, aWriteOff, kpisOver, resultOf } from './small-book.ts';

// Every KPI once, worked by hand over books of a few loans.

const PAR_BOOK = {
  looker_loan_par_balances: [
    // A month earlier: one loan, all of it late by 30 days or more.
    aBalance('A', '40.00', 31, { reporting_date: '2025-10-31', dpd_date: '2025-09-30' }),
    // The newest month is labelled 11-30; the book says that the data is of 11-25, as the late loans do.
    aBalance('A', '500.00'),
    aBalance('B', '250.00', 7, { dpd_date: '2025-11-18' }),
    aBalance('C', '100.00', 29, { dpd_date: '2025-10-27' }),
    aBalance('D', '80.00', 30, { dpd_date: '2025-10-26' }),
    aBalance('E', '50.00', 60, { dpd_date: '2025-09-26' }),
    aBalance('F', '20.00', 90, { dpd_date: '2025-08-27' }),
    aBalance('G', '0.00'),
    aWriteOff('H', '200.00', { dpd_date: '2025-05-09' }),
  ],
};

describe('KPIs of the loan-level PAR file', () => {
  // O = 500 + 250 + 100 + 80 + 50 + 20 = 1000; W = 200
  // PAR 7 = 250 + 100 + 80 + 50 + 20 = 500; PAR 30 = 80 + 50 + 20 = 150; PAR 60 = 50 + 20 = 70; PAR 90 = 20
  it.each([
    ['risk.par_7', '50.0000000000', '500.00', '1000.00', 'ok'],
    ['risk.par_30', '15.0000000000', '150.00', '1000.00', 'critical'],
    ['risk.par_60', '7.0000000000', '70.00', '1000.00', 'ok'],
    ['risk.par_90', '2.0000000000', '20.00', '1000.00', 'ok'],
    // (150 + 200) / (1000 + 200) = 29.1666... %
    ['risk.par_30_incl_writeoff', '29.1666666667', '350.00', '1200.00', 'ok'],
    // (20 + 200) / 1200 = 18.3333... %
    ['risk.par_90_incl_writeoff', '18.3333333333', '220.00', '1200.00', 'ok'],
    ['port.outstanding', '1000.00', '1000.00', null, 'ok'],
    // A to F have a balance; G is repaid and H written off.
    ['port.active_loans', '6', '6', null, 'ok'],
    ['port.written_off', '200.00', '200.00', null, 'ok'],
    ['port.written_off_loans', '1', '1', null, 'ok'],
  ])('%s', async (id, value, numerator, denominator, status) => {
    const mart = await kpisOver(PAR_BOOK, { asOf: '2025-11-25' });

    expect(resultOf(mart, id)).toMatchObject({
      value,
      numerator,
      denominator,
      status,
      reportingDate: '2025-11-30',
      asOf: '2025-11-25',
      model: id.startsWith('port.') ? 'mart_portfolio' : 'mart_loan_par',
      inputs: ['looker/loan_par_balances'],
      rows: 8,
      nulls: 0,
    });
  });

  it('gives the same KPI at every reporting date, oldest first', async () => {
    const mart = await kpisOver(PAR_BOOK, { asOf: '2025-11-25' });

    const series = mart.series.filter(({ id }) => id === 'risk.par_30');

    expect(series.map(({ reportingDate, asOf, value }) => [reportingDate, asOf, value])).toEqual([
      ['2025-10-31', '2025-10-31', '100.0000000000'],
      ['2025-11-30', '2025-11-25', '15.0000000000'],
    ]);
  });

  it('has the day of the book at the newest reporting date, whatever its rows imply', async () => {
    const mart = await kpisOver(
      { looker_loan_par_balances: [aBalance('A', '10.00', 10, { dpd_date: '2025-11-19' })] },
      { asOf: '2025-12-31', snapshots: { looker_loan_par_balances: '2025-11-28' } },
    );

    expect(resultOf(mart, 'risk.par_30')).toMatchObject({ asOf: '2025-11-28', reportingDate: '2025-11-30' });
  });

  it.each([
    ['the day that most late loans imply', [24, 24, 29], '2025-10-24'],
    ['the later of two days that as many imply', [24, 29, 24, 29, 3], '2025-10-29'],
    ['the label, when what most imply lies after it', [24, 35, 35], '2025-10-31'],
    ['the label, when no loan is late', [], '2025-10-31'],
  ])('has at an earlier reporting date %s', async (_, impliedDays, asOf) => {
    // Due on 30 September, so many days late: the first implies 24 October when it says 24.
    const late = impliedDays.map((days, index) =>
      aBalance(`L${index}`, '1.00', days, { dpd_date: '2025-09-30', reporting_date: '2025-10-31' }),
    );
    const mart = await kpisOver({
      looker_loan_par_balances: [
        ...late,
        // Not late, or without the day it fell due: they imply nothing.
        aBalance('A', '10.00', 0, { dpd_date: '2025-10-01', reporting_date: '2025-10-31' }),
        aBalance('B', '10.00', 0, { dpd_date: '2025-10-01', reporting_date: '2025-10-31' }),
        aBalance('C', '10.00', 0, { dpd_date: '2025-10-01', reporting_date: '2025-10-31' }),
        aBalance('D', '10.00', 9, { reporting_date: '2025-10-31' }),
        aBalance('A', '10.00'),
      ],
    });

    expect(resultOf(mart, 'port.outstanding', '2025-10-31').asOf).toBe(asOf);
  });

  it('counts an empty amount as zero and says so', async () => {
    const mart = await kpisOver({
      looker_loan_par_balances: [aBalance('A', '10.00'), { loan_id_raw: 'B', outstanding_balance_usd: null }],
    });

    expect(resultOf(mart, 'port.outstanding')).toMatchObject({ value: '10.00', rows: 2, nulls: 1 });
    expect(resultOf(mart, 'port.active_loans')).toMatchObject({ value: '1', rows: 2, nulls: 1 });
    expect(resultOf(mart, 'port.written_off')).toMatchObject({ value: '0.00', rows: 2, nulls: 0 });
  });
});

describe('KPIs of the PAR file joined with the loans', () => {
  const CLIENTS_BOOK = {
    looker_loan_par_balances: [
      // Customer 1 has loans of both companies, 300 + 100 = 400; customers 2 to 12 have 50 each, 550 in all.
      aBalance('ABF - 1', '300.00'),
      aBalance('ABT - 1', '100.00'),
      ...Array.from({ length: 11 }, (_, index) => aBalance(`ABF - ${index + 2}`, '50.00')),
      // Repaid: the customer is not active.
      aBalance('ABF - 99', '0.00'),
      // No loan row: whose it was does not matter any more.
      aBalance('ABF - unknown', '0.00'),
    ],
    looker_loans: [
      aLoan('ABF - 1', 'CLI1', { interest_rate: '0.10' }),
      aLoan('ABT - 1', 'CLI1', { interest_rate: '0.40' }),
      ...Array.from({ length: 11 }, (_, index) =>
        aLoan(`ABF - ${index + 2}`, `CLI${index + 2}`, { interest_rate: '0.30' }),
      ),
      aLoan('ABF - 99', 'CLI99'),
    ],
  };
  // O = 400 + 550 = 950.

  it('port.concentration_top10_clients counts a customer of both companies once, whoever is tenth', async () => {
    const mart = await kpisOver(CLIENTS_BOOK);

    // 400 + 9 x 50 = 850 of 950; eleven customers tie for the last nine places
    expect(resultOf(mart, 'port.concentration_top10_clients')).toMatchObject({
      value: '89.4736842105',
      numerator: '850.00',
      denominator: '950.00',
      status: 'warning',
      thresholds: { warning: '30' },
      rows: 14,
      nulls: 0,
      inputs: ['looker/loan_par_balances', 'looker/loans'],
    });
  });

  it('port.active_clients', async () => {
    const mart = await kpisOver(CLIENTS_BOOK);

    // customers 1 to 12
    expect(resultOf(mart, 'port.active_clients')).toMatchObject({ value: '12', rows: 14, nulls: 0 });
  });

  it('port.hhi', async () => {
    const mart = await kpisOver(CLIENTS_BOOK);

    // (400^2 + 11 x 50^2) / 950^2 x 10000 = 187500 / 902500 x 10000
    expect(resultOf(mart, 'port.hhi')).toMatchObject({
      value: '2077.5623268698',
      numerator: '187500.0000',
      denominator: '902500.0000',
      nulls: 0,
    });
  });

  it('price.weighted_apr', async () => {
    const mart = await kpisOver(CLIENTS_BOOK);

    // (0.10 x 300 + 0.40 x 100 + 0.30 x 550) / 950 = (30 + 40 + 165) / 950
    expect(resultOf(mart, 'price.weighted_apr')).toMatchObject({
      value: '0.2473684211',
      numerator: '235.00000000',
      denominator: '950.00',
      unit: 'fraction',
      model: 'mart_loan_pricing',
      rows: 15,
      nulls: 0,
    });
  });

  describe('whose loans file is older', () => {
    const OLDER_LOANS = { snapshots: { looker_loans: '2025-11-01' } };
    const NEWER_PAR = {
      looker_loan_par_balances: [
        aBalance('A', '100.00', 0, { reporting_date: '2025-10-31' }),
        aBalance('A', '100.00'),
        aBalance('B', '12345.67'),
        aBalance('C', '1000000.00'),
        aBalance('D', '0.00'),
      ],
      looker_loans: [aLoan('A', 'CLI1', { interest_rate: '0.30' })],
    };

    it.each(['port.concentration_top10_clients', 'port.hhi', 'port.active_clients'])(
      '%s has no value and says what is missing, and had one before',
      async (id) => {
        const mart = await kpisOver(NEWER_PAR, OLDER_LOANS);

        expect(resultOf(mart, id)).toMatchObject({
          status: 'not-computable',
          value: null,
          numerator: null,
          denominator: null,
          reason:
            'needs the customer of every live loan, and looker/loans as of 2025-11-01 has none for 2 of them, with USD 1,012,345.67 outstanding',
          inputs: ['looker/loan_par_balances', 'looker/loans'],
        });
        expect(resultOf(mart, id, '2025-10-31').value).not.toBeNull();
      },
    );

    it('price.weighted_apr weighs the loans whose rate is known, and counts the others', async () => {
      const mart = await kpisOver(NEWER_PAR, OLDER_LOANS);

      expect(resultOf(mart, 'price.weighted_apr')).toMatchObject({
        value: '0.3000000000',
        numerator: '30.00000000',
        denominator: '100.00',
        rows: 4,
        nulls: 2,
      });
    });

    it('price.weighted_apr has no value when no rate is known', async () => {
      const mart = await kpisOver({ ...NEWER_PAR, looker_loans: [aLoan('Z', 'CLI1')] });

      expect(resultOf(mart, 'price.weighted_apr')).toMatchObject({
        value: null,
        reason: 'cannot divide by outstanding_with_rate, which is zero on 2025-11-30',
        nulls: 3,
      });
    });
  });
});

describe('KPIs of the loans file', () => {
  const LOANS_BOOK = {
    looker_loans: [
      aLoan('1', 'CLI1', {
        disburse_date: '2025-09-03',
        disburse_principal: '100.00',
        outstanding_balance: '0',
      }),
      aLoan('2', 'CLI2', { disburse_date: '2025-09-30', disburse_principal: '200.00', dpd: 181 }),
      // Nothing in October. In November customer 1 comes back, from the other company.
      aLoan('3', 'CLI1', { disburse_date: '2025-11-01', disburse_principal: '50.50', interest_rate: '0.20' }),
      aLoan('4', 'CLI3', { disburse_date: '2025-12-09', disburse_principal: '10.00', interest_rate: '0.50' }),
      aLoan('5', 'CLI4', { disburse_date: '2025-12-10', disburse_principal: '15.01', interest_rate: '0.50' }),
    ],
  };

  it('gives totals to date and the average ticket at every month end, holes included', async () => {
    const mart = await kpisOver(LOANS_BOOK);

    const history = (id: string) =>
      mart.series
        .filter((kpi) => kpi.id === id)
        .map(({ reportingDate, asOf, value }) => [reportingDate, asOf, value]);

    expect(history('port.loan_count')).toEqual([
      ['2025-09-30', '2025-09-30', '2'],
      ['2025-10-31', '2025-10-31', '2'],
      ['2025-11-30', '2025-11-30', '3'],
      ['2025-12-31', '2025-12-10', '5'],
    ]);
    // 300; + 0; + 50.50; + 10 + 15.01
    expect(history('port.total_volume').map(([, , value]) => value)).toEqual([
      '300.00',
      '300.00',
      '350.50',
      '375.51',
    ]);
    expect(history('port.customers').map(([, , value]) => value)).toEqual(['2', '2', '2', '4']);
    // 300 / 2; nothing lent; 50.50 / 1; 25.01 / 2
    expect(history('port.average_ticket').map(([, , value]) => value)).toEqual([
      '150.0000000000',
      null,
      '50.5000000000',
      '12.5050000000',
    ]);
    expect(resultOf(mart, 'port.average_ticket', '2025-10-31')).toMatchObject({
      status: 'not-computable',
      reason: 'cannot divide by loans, which is zero on 2025-10-31',
    });
  });

  it('leaves out what was disbursed after the as-of date', async () => {
    const mart = await kpisOver(LOANS_BOOK, { asOf: '2025-12-09' });

    expect(resultOf(mart, 'port.loan_count').value).toBe('4');
    expect(resultOf(mart, 'port.customers').value).toBe('3');
    expect(resultOf(mart, 'port.average_ticket').value).toBe('10.0000000000');
  });

  it('price.weighted_apr reads the loans alone when there is no PAR file, without written-off loans', async () => {
    const mart = await kpisOver(LOANS_BOOK);

    // loans 3, 4, 5 of 100 each: (0.20 + 0.50 + 0.50) x 100 / 300 = 0.4; loan 2 is 181 days late
    expect(resultOf(mart, 'price.weighted_apr')).toMatchObject({
      value: '0.4000000000',
      model: 'mart_loan_snapshot_pricing',
      reportingDate: '2025-12-31',
      asOf: '2025-12-10',
      rows: 5,
      nulls: 0,
    });
  });

  it('price.weighted_apr has no value at a date without a live loan, and does not fall back to an older one', async () => {
    const mart = await kpisOver({
      looker_loans: [aLoan('A', 'CLI1')],
      looker_loan_par_balances: [
        aBalance('A', '10.00', 0, { reporting_date: '2025-10-31' }),
        aBalance('A', '0.00'),
      ],
    });

    expect(resultOf(mart, 'price.weighted_apr')).toMatchObject({
      reportingDate: '2025-11-30',
      value: null,
      reason: 'cannot divide by outstanding_with_rate, which is zero on 2025-11-30',
    });
  });

  it('counts a disbursement of more than 50 years ago in the first month, and opens no months for it', async () => {
    const mart = await kpisOver({
      looker_loans: [
        ...LOANS_BOOK.looker_loans,
        aLoan('6', 'CLI6', { disburse_date: '0001-01-01', disburse_principal: '7.00' }),
        aLoan('7', 'CLI4', { disburse_date: '1975-12-09', disburse_principal: '0.50' }),
      ],
    });

    const history = (id: string) =>
      mart.series.filter((kpi) => kpi.id === id).map(({ reportingDate, value }) => [reportingDate, value]);
    expect(history('port.loan_count')).toEqual([
      ['2025-09-30', '4'],
      ['2025-10-31', '4'],
      ['2025-11-30', '5'],
      ['2025-12-31', '7'],
    ]);
    expect(resultOf(mart, 'port.total_volume').value).toBe('383.01');
    expect(resultOf(mart, 'port.customers', '2025-09-30').value).toBe('4');
    expect(resultOf(mart, 'port.customers').value).toBe('5');
  });

  it('counts what was disbursed 50 years ago to the day in its own month', async () => {
    const mart = await kpisOver({ looker_loans: [aLoan('1', 'CLI1', { disburse_date: '1975-12-10' })] });

    expect(resultOf(mart, 'port.loan_count', '1975-12-31').value).toBe('1');
    expect(mart.series.filter(({ id }) => id === 'port.loan_count')).toHaveLength(601);
  });

  it('has one month when every disbursement is that old, and none when all are still to come', async () => {
    const [old, future] = await Promise.all(
      ['0001-01-01', '2025-12-11'].map((day) =>
        kpisOver({ looker_loans: [aLoan('1', 'CLI1', { disburse_date: day })] }),
      ),
    );

    expect(old?.series.filter(({ id }) => id === 'port.loan_count')).toMatchObject([
      { reportingDate: '2025-12-31', value: '1' },
    ]);
    expect(future?.series.filter(({ id }) => id === 'port.loan_count')).toEqual([]);
  });

  it('has nothing to say over a file without loans', async () => {
    const mart = await kpisOver({ looker_loans: [] });

    expect(resultOf(mart, 'port.loan_count')).toMatchObject({
      status: 'not-computable',
      reason: 'mart_originations has no rows for 2025-12-10 out of looker/loans as of 2025-12-10',
      value: null,
    });
  });
});

describe('amounts far above the usual', () => {
  it('are multiplied without overflow', async () => {
    const mart = await kpisOver({
      looker_loan_par_balances: [aBalance('A', '9000000000000000.00'), aBalance('B', '1000000000000000.00')],
      looker_loans: [
        aLoan('A', 'CLI1', { interest_rate: '11.600000' }),
        aLoan('B', 'CLI2', { interest_rate: '1.600000' }),
      ],
    });

    // shares 0.9 and 0.1: (0.81 + 0.01) x 10000; 0.9 x 11.6 + 0.1 x 1.6
    expect(resultOf(mart, 'port.hhi').value).toBe('8200.0000000000');
    expect(resultOf(mart, 'price.weighted_apr').value).toBe('10.6000000000');
  });
});

describe('KPIs of the tape', () => {
  const TAPE_BOOK = {
    cascade_loan_tape: [
      {
        measurement_date: '2025-09-30',
        total_receivable_usd: '100.00',
        total_eligible_usd: '0.00',
        cash_available_usd: '1.00',
      },
      {
        total_receivable_usd: '1000.00',
        total_eligible_usd: '800.00',
        cash_available_usd: '20.00',
        dpd_0_7_usd: '700.00',
        dpd_7_30_usd: '200.00',
        dpd_30_60_usd: '50.00',
        dpd_60_90_usd: '30.00',
        dpd_90_plus_usd: '20.00',
        // Inside the 90+ bucket, and not added to it.
        dpd_120_plus_usd: '15.00',
      },
    ],
  };

  it.each([
    // 200 + 50 + 30 + 20 = 300 of 1000
    ['risk.par_7', '30.0000000000', 'ok'],
    // 50 + 30 + 20 = 100 of 1000
    ['risk.par_30', '10.0000000000', 'critical'],
    ['risk.par_60', '5.0000000000', 'ok'],
    ['risk.par_90', '2.0000000000', 'ok'],
    ['port.outstanding', '1000.00', 'ok'],
    // 20 / 800
    ['risk.cash_cover', '2.5000000000', 'ok'],
  ])('%s', async (id, value, status) => {
    const mart = await kpisOver(TAPE_BOOK);

    expect(resultOf(mart, id)).toMatchObject({
      value,
      status,
      model: 'mart_loan_tape',
      inputs: ['cascade/loan_tape'],
      asOf: '2025-11-30',
    });
  });

  it('has no cash cover when nothing is eligible, and it is not 0', async () => {
    const mart = await kpisOver(TAPE_BOOK);

    expect(resultOf(mart, 'risk.cash_cover', '2025-09-30')).toMatchObject({
      value: null,
      numerator: '1.00',
      denominator: '0.00',
      status: 'not-computable',
      reason: 'cannot divide by eligible, which is zero on 2025-09-30',
    });
  });
});

describe('KPIs of the added-up PAR balances', () => {
  const TAPE_PAR_BOOK = {
    cascade_loan_tape_par: [
      {
        outstanding_balance_usd: '400.00',
        par_7_balance_usd: '80.00',
        par_30_balance_usd: '32.00',
        par_60_balance_usd: '20.00',
        par_90_balance_usd: '12.00',
      },
    ],
  };

  // 80, 32, 20 and 12 of 400
  it.each([
    ['risk.par_7', '20.0000000000', 'ok'],
    ['risk.par_30', '8.0000000000', 'warning'],
    ['risk.par_60', '5.0000000000', 'ok'],
    ['risk.par_90', '3.0000000000', 'ok'],
    ['port.outstanding', '400.00', 'ok'],
  ])('%s', async (id, value, status) => {
    const mart = await kpisOver(TAPE_PAR_BOOK);

    expect(resultOf(mart, id)).toMatchObject({ value, status, model: 'mart_tape_par' });
  });

  it('is not asked when the loan-level file is there', async () => {
    const mart = await kpisOver({ ...TAPE_PAR_BOOK, ...PAR_BOOK });

    expect(resultOf(mart, 'risk.par_30')).toMatchObject({ value: '15.0000000000', model: 'mart_loan_par' });
  });
});
