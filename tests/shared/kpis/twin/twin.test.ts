import { describe, expect, it } from '@jest/globals';
import { fromEpochDay } from '../../../../shared/domain/local-date.ts';
import { CORE_KPIS } from '../../../../shared/kpis/twin/core-kpis.ts';
import { isComputable, type TwinFigure } from '../../../../shared/kpis/twin/figure.ts';
import type { Grain } from '../../../../shared/kpis/twin/periods.ts';
import { twinFigures, twinRolls } from '../../../../shared/kpis/twin/twin.ts';
import { type Cells, day, type RowsByRelation, rowsInMemory } from './rows-in-memory.ts';

// Two loans, worked out by hand.
// A: 1,000.00 lent on 5 October 2025 at 0.36, due on 4 November with 40.00 of interest and 5.20 of VAT. 400.00 of
//    principal came on 20 November, nothing else.
// B: 2,000.00 lent on 20 October at 0.24, due on 19 December with 60.00 of fees and 7.80 of VAT. 100.00 of principal and
//    10.00 of interest came on 1 December.
// 0.27 fell due on 20 November of a loan that the loans file lacks.

const LOANS: readonly Cells[] = [
  {
    loan: 'A',
    customer: 'CLI1',
    disburse_date: '2025-10-05',
    maturity_date: '2025-11-04',
    disburse_principal: 100_000,
    total_interest: 4_000,
    total_fees: 0,
    total_other: 0,
    interest_rate: 360_000,
    outstanding_balance: 60_000,
    dpd: 36,
  },
  {
    loan: 'B',
    customer: 'CLI2',
    disburse_date: '2025-10-20',
    maturity_date: '2025-12-19',
    disburse_principal: 200_000,
    total_interest: 0,
    total_fees: 6_000,
    total_other: 0,
    interest_rate: 240_000,
    outstanding_balance: 190_000,
    dpd: 0,
  },
];
const SCHEDULES: readonly Cells[] = [
  { loan: 'A', date_due: '2025-11-04', principal: 100_000, interest: 4_000, fees: 0, other: 0, to_tax: 520 },
  { loan: 'B', date_due: '2025-12-19', principal: 200_000, interest: 0, fees: 6_000, other: 0, to_tax: 780 },
  { loan: 'unknown', date_due: '2025-11-20', principal: 9, interest: 9, fees: 9, other: 9, to_tax: 9 },
];
const NO_MORE = { interest: 0, fees: 0, other: 0, to_tax: 0 };
const TRANSACTIONS: readonly Cells[] = [
  { loan: 'A', is_payment: 0, date_paid: '2025-10-05', principal: 100_000, ...NO_MORE },
  { loan: 'A', is_payment: 1, date_paid: '2025-11-20', principal: 40_000, ...NO_MORE },
  { loan: 'B', is_payment: 1, date_paid: '2025-12-01', principal: 10_000, ...NO_MORE, interest: 1_000 },
  { loan: 'B', is_payment: 1, date_paid: '2025-12-15', principal: 5, ...NO_MORE },
];
const PAR: readonly Cells[] = [
  parRow('A', '2025-10-31', 0, 100_000),
  parRow('B', '2025-10-31', 0, 200_000),
  parRow('A', '2025-11-30', 26, 60_000),
  parRow('B', '2025-11-30', 0, 200_000),
  parRow('A', '2025-12-31', 36, 60_000),
  parRow('B', '2025-12-31', 0, 190_000),
];
const BOOK = { looker_loans: LOANS, looker_schedules: SCHEDULES, looker_transactions: TRANSACTIONS };

function parRow(loan: string, label: string, dpd: number, cents: number): Cells {
  const at = (days: number) => (dpd >= days ? cents : 0);
  return {
    loan,
    reporting_date: label,
    dpd,
    dpd_date: dpd > 0 ? '2025-11-04' : undefined,
    is_writeoff: 0,
    outstanding_balance_usd: cents,
    writeoff_outstanding_balance_usd: 0,
    par_7_balance_usd: at(7),
    par_30_balance_usd: at(30),
    par_60_balance_usd: at(60),
    par_90_balance_usd: at(90),
  };
}

async function figures(book: RowsByRelation, { grain = 'month', asOf = '2025-12-10' }: Options = {}) {
  return await twinFigures({ rows: rowsInMemory(book, '2025-12-10'), grain, asOf: day(asOf) });
}
type Options = { readonly grain?: Grain; readonly asOf?: string };

/** `numerator / denominator x times` in cents and counts, at each reporting date. */
function of(all: readonly TwinFigure[], kpi: string): Record<string, string> {
  return Object.fromEntries(
    all
      .filter((figure) => figure.kpi === kpi)
      .map((figure) => [fromEpochDay(figure.reportingDay), isComputable(figure) ? words(figure) : 'none']),
  );
}

function words({ numerator, denominator, times }: TwinFigure): string {
  return denominator === undefined
    ? `${numerator.units}`
    : `${numerator.units} / ${denominator.units} x ${times}`;
}

const EXPECTED = {
  'port.outstanding': { '2025-10-31': '300000', '2025-11-30': '260000', '2025-12-31': '250000' },
  'port.active_clients': { '2025-10-31': '2', '2025-11-30': '2', '2025-12-31': '2' },
  'risk.par_7': {
    '2025-10-31': '0 / 300000 x 100',
    '2025-11-30': '60000 / 260000 x 100',
    '2025-12-31': '60000 / 250000 x 100',
  },
  'risk.par_30': {
    '2025-10-31': '0 / 300000 x 100',
    '2025-11-30': '0 / 260000 x 100',
    '2025-12-31': '60000 / 250000 x 100',
  },
  // 0.36 x 600.00 + 0.24 x 1,900.00 = 216.00 + 456.00
  'price.weighted_apr': {
    '2025-10-31': '84000000000 / 300000 x 1',
    '2025-11-30': '69600000000 / 260000 x 1',
    '2025-12-31': '67200000000 / 250000 x 1',
  },
  'port.hhi': {
    '2025-10-31': '50000000000 / 90000000000 x 10000',
    '2025-11-30': '43600000000 / 67600000000 x 10000',
    '2025-12-31': '39700000000 / 62500000000 x 10000',
  },
  'risk.write_off_rate': {
    '2025-10-31': 'none',
    '2025-11-30': '0 / 300000 x 100',
    '2025-12-31': '0 / 260000 x 100',
  },
  'risk.roll_rate_30': { '2025-10-31': 'none', '2025-11-30': 'none', '2025-12-31': 'none' },
  'risk.rdr_90': { '2025-10-31': 'none', '2025-11-30': 'none', '2025-12-31': 'none' },
  // 400.00 + 110.00 in the thirty days up to 10 December, 30 x 2,500.00
  'risk.collection_rate': {
    '2025-10-31': '0 / 9000000 x 100',
    '2025-11-30': '40000 / 7800000 x 100',
    '2025-12-31': '51000 / 7500000 x 100',
  },
  // 1,040.00 fell due in November; nothing was due in December by the 10th
  'risk.collection_efficiency': {
    '2025-10-31': 'none',
    '2025-11-30': '40000 / 104027 x 100',
    '2025-12-31': 'none',
  },
  // 10 x 2,600.00 x 400.00 / (2,600.00 x 1,040.00)
  'risk.portfolio_health': {
    '2025-10-31': 'none',
    '2025-11-30': '104000000000 / 27047020000 x 1',
    '2025-12-31': 'none',
  },
};

describe.each([
  ['with the PAR file', { ...BOOK, looker_loan_par_balances: PAR }],
  ['rebuilt without it', BOOK],
])('two loans %s', (_, book) => {
  it.each(Object.entries(EXPECTED))('have the %s of the sheet', async (kpi, expected) => {
    expect(of(await figures(book), kpi)).toEqual(expected);
  });

  it('have every core KPI', async () => {
    const known = new Set((await figures(book)).map(({ kpi, version }) => `${kpi}@${version}`));

    // The first version of health is that of the tape.
    const core = [...CORE_KPIS].flatMap(([kpi, versions]) => versions.map((version) => `${kpi}@${version}`));
    expect(known).toEqual(new Set(core.filter((name) => name !== 'risk.portfolio_health@1')));
  });

  it('are as they were on an earlier day, blind to what came later', async () => {
    const [then, now] = [await figures(book, { asOf: '2025-11-30' }), await figures(book)];

    expect(of(then, 'port.outstanding')).toEqual({ '2025-10-31': '300000', '2025-11-30': '260000' });
    const before = await figures(book, { asOf: '2025-10-19' });
    expect(of(before, 'risk.collection_efficiency')).toEqual({ '2025-10-31': 'none' });
    const upTo = now.filter(({ reportingDay }) => reportingDay <= day('2025-11-30'));
    expect(of(then, 'risk.collection_rate')).toEqual(of(upTo, 'risk.collection_rate'));
  });
});

it('two loans roll from month to month as the sheet says', async () => {
  const rows = rowsInMemory(BOOK, '2025-12-10');

  const rolls = await twinRolls({ rows, grain: 'month', asOf: day('2025-12-10') });

  const december = rolls.get(day('2025-12-31'));
  expect([...rolls.keys()].map(fromEpochDay)).toEqual(['2025-10-31', '2025-11-30', '2025-12-31']);
  // A from 26 to 36 days late, at what it owed in November; B stays current.
  expect(december?.cell('7-29', '30-59')).toBe(60_000n);
  expect(december?.cell('0-6', '0-6')).toBe(200_000n);
  const nothing = await twinRolls({ rows: rowsInMemory({}, '2025-12-10'), grain: 'month', asOf: 0 });
  expect(nothing.size).toBe(0);
});

describe('other periods', () => {
  it('are rebuilt where the PAR file has none, and defaults are still those of the file', async () => {
    const defaulted = { ...parRow('A', '2025-11-30', 95, 70_000) };
    const book = { ...BOOK, looker_loan_par_balances: [...PAR.slice(0, 2), defaulted, ...PAR.slice(4)] };

    const weeks = await figures(book, { grain: 'week' });

    expect(of(weeks, 'port.outstanding')).toMatchObject({ '2025-11-23': '260000', '2025-12-14': '250000' });
    expect(of(weeks, 'risk.rdr_90')).toMatchObject({
      '2025-11-23': 'none',
      // 700.00 in the file, 600.00 left
      '2025-11-30': '10000 / 70000 x 100',
    });
  });

  it('see defaults at month ends without the file, too', async () => {
    const old = { ...LOANS[0], loan: 'C', disburse_date: '2025-06-01', maturity_date: '2025-08-20' };
    const book = { ...BOOK, looker_loans: [...LOANS, old] };

    const days = await figures(book, { grain: 'day' });

    // On 30 November it is 102 days late, on 20 November 92: the month end before, 31 October, knows of 72.
    expect(of(days, 'risk.rdr_90')).toMatchObject({ '2025-11-29': 'none', '2025-11-30': '0 / 100000 x 100' });
  });

  it('are quarters of the PAR file', async () => {
    const quarters = await figures({ ...BOOK, looker_loan_par_balances: PAR }, { grain: 'quarter' });

    expect(of(quarters, 'port.outstanding')).toEqual({ '2025-12-31': '250000' });
    expect(of(quarters, 'risk.collection_efficiency')).toEqual({ '2025-12-31': '51000 / 104027 x 100' });
  });
});

describe('a book that lacks something', () => {
  it('says nothing of clients while the customer of a live loan is unknown', async () => {
    const all = await figures({ ...BOOK, looker_loan_par_balances: PAR, looker_loans: LOANS.slice(1) });

    expect(of(all, 'port.active_clients')).toMatchObject({ '2025-12-31': 'none' });
    expect(of(all, 'port.outstanding')).toMatchObject({ '2025-12-31': '250000' });
  });

  it('has the balances of the PAR file alone', async () => {
    const all = await figures({ looker_loan_par_balances: PAR });

    expect(of(all, 'risk.par_30')).toEqual(EXPECTED['risk.par_30']);
    expect(of(all, 'port.active_clients')).toEqual({});
  });

  it('has a collection rate without schedules, and no efficiency', async () => {
    const all = await figures({
      looker_loan_par_balances: PAR,
      looker_loans: LOANS,
      looker_transactions: TRANSACTIONS,
    });

    expect(of(all, 'risk.collection_rate')).toEqual(EXPECTED['risk.collection_rate']);
    expect(of(all, 'risk.collection_efficiency')).toEqual({});
  });

  it('has the rate of the loans file on its own day, without what the lender has written off', async () => {
    const lost = { ...LOANS[0], loan: 'C', dpd: 181 };

    const later = { ...LOANS[0], loan: 'D', disburse_date: '2025-12-11' };

    const all = await figures({ looker_loans: [...LOANS, lost, later] });

    expect(of(all, 'price.weighted_apr')).toEqual({ '2025-12-31': '67200000000 / 250000 x 1' });
    expect(await figures({ looker_loans: LOANS }, { asOf: '2025-12-09' })).toEqual([]);
  });

  it('has an efficiency in a month that the PAR file does not have, and no health', async () => {
    const all = await figures({ ...BOOK, looker_loan_par_balances: PAR.slice(0, 2) });

    expect(of(all, 'risk.collection_efficiency')).toEqual(EXPECTED['risk.collection_efficiency']);
    expect(of(all, 'risk.portfolio_health')).toMatchObject({ '2025-11-30': 'none' });
  });

  it('has no snapshot of a month in which nothing was owed, and rolls over it to nowhere', async () => {
    const paid = [{ loan: 'A', is_payment: 1, date_paid: '2025-10-06', principal: 100_000, ...NO_MORE }];
    const all = await figures({
      looker_loans: [LOANS[0] ?? {}, { ...LOANS[1], disburse_date: '2025-12-05' }],
      looker_schedules: SCHEDULES,
      looker_transactions: paid,
    });

    expect(of(all, 'port.outstanding')).toEqual({ '2025-10-31': '0', '2025-12-31': '200000' });
    expect(of(all, 'risk.write_off_rate')).toMatchObject({ '2025-12-31': 'none' });
  });

  it('has nothing where there is nothing', async () => {
    expect(await figures({})).toEqual([]);
    expect(await figures({ ...BOOK, looker_loans: [] })).toEqual([]);
  });

  it('does not let a disbursement of the year 1 open months without number', async () => {
    const wrong = { ...LOANS[0], loan: 'C', disburse_date: '1900-01-01' };

    const all = await figures({ ...BOOK, looker_loans: [...LOANS, wrong] });

    expect(Object.keys(of(all, 'risk.collection_rate'))).toEqual(['2025-10-31', '2025-11-30', '2025-12-31']);
    const alone = await figures({ ...BOOK, looker_loans: [wrong] });
    expect(Object.keys(of(alone, 'risk.collection_rate'))).toEqual(['2025-12-31']);
  });
});

describe('aggregates', () => {
  const TAPE = {
    measurement_date: '2025-11-30',
    total_receivable_usd: 1_000,
    total_eligible_usd: 800,
    cash_available_usd: 40,
    dpd_7_30_usd: 100,
    dpd_30_60_usd: 50,
    dpd_60_90_usd: 20,
    dpd_90_plus_usd: 7,
  };

  it('of the tape: PARn is the buckets from n days up, over total receivable', async () => {
    const later = { ...TAPE, measurement_date: '2025-12-11' };
    const all = await figures({ cascade_loan_tape: [TAPE, { ...TAPE, dpd_7_30_usd: undefined }, later] });

    expect(of(all, 'risk.par_7')).toEqual({ '2025-11-30': '254 / 2000 x 100' });
    expect(of(all, 'risk.par_60')).toEqual({ '2025-11-30': '54 / 2000 x 100' });
    expect(of(all, 'port.outstanding')).toEqual({ '2025-11-30': '2000' });
  });

  it('of the tape: health as it was first computed, whatever else is in the book', async () => {
    const rich = { ...TAPE, measurement_date: '2025-10-31', cash_available_usd: 500 };
    const poor = { ...TAPE, measurement_date: '2025-09-30', dpd_30_60_usd: 1_001 };
    const later = { ...TAPE, measurement_date: '2025-12-11' };
    const all = await figures({ ...BOOK, cascade_loan_tape: [TAPE, rich, poor, later] });

    // PAR 30 of 77 in 1,000 is 7.7 %, cash over eligible 5 %: (10 - 0.77) x 0.5 = 4.615
    expect(
      of(
        all.filter(({ version }) => version === 1),
        'risk.portfolio_health',
      ),
    ).toEqual({
      '2025-09-30': '0 / 800000 x 1',
      '2025-10-31': '8000000 / 800000 x 1',
      '2025-11-30': '3692000 / 800000 x 1',
    });
  });

  it('of PAR balances that are added up already, before the tape', async () => {
    const par = {
      reporting_date: '2025-11-30',
      outstanding_balance_usd: 900,
      par_7_balance_usd: 90,
      par_30_balance_usd: 60,
      par_60_balance_usd: 30,
      par_90_balance_usd: 9,
    };

    const all = await figures({ cascade_loan_tape: [TAPE], cascade_loan_tape_par: [par] });

    expect(of(all, 'risk.par_90')).toEqual({ '2025-11-30': '9 / 900 x 100' });
  });
});
