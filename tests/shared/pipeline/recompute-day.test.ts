import { beforeAll, describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import type { KpiMart, PeriodGrain } from '../../../shared/kpis/kpi-result.ts';
import { isCutToReport } from '../../../shared/pipeline/book-of-day.ts';
import { recomputeDay } from '../../../shared/pipeline/recompute-day.ts';
import { kpiOf, Pipeline } from '../../support/a-pipeline.ts';
import {
  aLoan,
  aParRow,
  aPayment,
  csvOf,
  type LoanCells,
  type PaymentCells,
} from '../../support/file-rows.ts';
import { exampleOf } from '../../support/related-files.ts';

// Four loans of 1,000.00 for 60 days, disbursed on 1 July, 1 September, 20 September and 3 November 2025. The first is
// paid on 30 August; of the second 400.00 are paid on 20 October and the rest never; the third is paid on 15 December.
// On 14 November: the second owes 600.00 and is 14 days past due (31 October), the third and the fourth owe 1,000.00
// each, the third since 19 November at the latest: 2,600.00 outstanding, 600.00 of it at 7 days or more.

const [L1, L2, L3, L4, L5] = [1, 2, 3, 4, 5].map((n) => `ABT - DSB000${n}-001`);
const DISBURSED = ['2025-07-01', '2025-09-01', '2025-09-20', '2025-11-03'];

const D = (text: string): LocalDate => LocalDate.parse(text);
const DAY = D('2025-11-14');

/** What the lender's own file said on 30 November: the second loan is the late one, since 31 October. */
function loansIn(month: 'November' | 'December'): LoanCells[] {
  const late = month === 'November' ? '30' : '61';
  return [
    aLoan({ loan_id: L1, disburse_date: DISBURSED[0], outstanding_balance: '0.0' }),
    aLoan({ loan_id: L2, disburse_date: DISBURSED[1], outstanding_balance: '600.0', dpd: late }),
    month === 'November'
      ? aLoan({ loan_id: L3, disburse_date: DISBURSED[2], dpd: '11' })
      : aLoan({ loan_id: L3, disburse_date: DISBURSED[2], outstanding_balance: '0.0' }),
    aLoan({ loan_id: L4, disburse_date: DISBURSED[3] }),
    ...(month === 'December' ? [aLoan({ loan_id: L5, disburse_date: '2025-12-01' })] : []),
  ];
}

const disbursement = (loan_id = '', date_paid = ''): PaymentCells =>
  aPayment({
    loan_id,
    date_paid,
    transaction_type: 'DISBURSEMENT',
    interest: '0.0',
    fees: '0.0',
    to_tax: '0.0',
  });

function transactionsIn(month: 'November' | 'December'): PaymentCells[] {
  const ids = [L1, L2, L3, L4];
  const part = { interest: '0.0', fees: '0.0', to_tax: '0.0' };
  return [
    ...ids.map((id, index) => disbursement(id, DISBURSED[index])),
    aPayment({ loan_id: L1, date_paid: '2025-08-30' }),
    aPayment({ loan_id: L2, date_paid: '2025-10-20', principal: '400.0', ...part }),
    aPayment({ loan_id: L4, date_paid: '2025-11-30', principal: '1.0', ...part }),
    ...(month === 'December'
      ? [
          disbursement(L5, '2025-12-01'),
          aPayment({ loan_id: L3, date_paid: '2025-12-15' }),
          aPayment({ loan_id: L2, date_paid: '2025-12-31', principal: '1.0', ...part }),
        ]
      : []),
  ];
}

function schedulesIn(month: 'November' | 'December'): string {
  const ids = month === 'November' ? [L1, L2, L3, L4] : [L1, L2, L3, L4, L5];
  const due = ['2025-08-30', '2025-10-31', '2025-11-19', '2026-01-02', '2026-01-30'];
  return csvOf(
    ids.map((loan_id = '', index) =>
      exampleOf('schedules', {
        loan_id,
        date_due: due[index] ?? '',
        principal: '1000.00',
        interest: '49.32',
        fees: '6.00',
        other: '0.00',
        to_tax: '7.19',
      }),
    ),
  );
}

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  await accept('looker/loans/november.csv', csvOf(loansIn('November')));
  await accept('looker/transactions/november.csv', csvOf(transactionsIn('November')));
  await accept('looker/schedules/november.csv', schedulesIn('November'));
});

async function accept(path: string, body: string): Promise<void> {
  const { status, problems } = await pipeline.takeThrough(path, body);
  if (status !== 'success') throw new Error(`${path}: ${JSON.stringify(problems)}`);
}

async function martOf(asOf: LocalDate, grain: PeriodGrain = 'month'): Promise<KpiMart> {
  const computed = await recomputeDay({ asOf, grain }, pipeline.deps);
  if (computed.kind === 'no-data') throw new Error(computed.reason);
  return computed.mart;
}

/** All that a mart says of the portfolio, without the names of the files that it was computed from. */
function saidOf({ kpis, series, former, breakdowns, quarters, contributors, tables }: KpiMart) {
  return { kpis, series, former, breakdowns, quarters, contributors, tables };
}

describe('a day without a file', () => {
  it('has the numbers of that day, as worked out by hand', async () => {
    const mart = await martOf(DAY);

    expect(mart).toMatchObject({ asOf: DAY, grain: 'month' });
    expect(kpiOf(mart, 'risk.par_7')).toMatchObject({
      numerator: '600.00',
      denominator: '2600.00',
      asOf: DAY,
      reportingDate: '2025-11-30',
    });
    expect(kpiOf(mart, 'risk.par_30')).toMatchObject({ numerator: '0.00', denominator: '2600.00' });
    expect(kpiOf(mart, 'port.loan_count')).toMatchObject({ value: '4' });
  });

  it('gives the same bytes again, without computing again', async () => {
    const [path = ''] = await pipeline.paths('marts', 'days/');
    const written = await pipeline.text('marts', path);
    const { etag } = (await pipeline.deps.lake.stat('marts', path)) ?? {};

    const again = await martOf(DAY);

    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(again)));
    expect((await pipeline.deps.lake.stat('marts', path))?.etag).toBe(etag);
    await pipeline.remove('marts', path);
    await martOf(DAY);
    expect(await pipeline.text('marts', path)).toBe(written);
  });

  it.each([
    ['2025-06-30', 'The first loan was disbursed on 2025-07-01'],
    ['2025-12-01', 'There is no data after 2025-11-30'],
  ])('has none on %s, and the sentence says why: %s', async (day, sentence) => {
    const before = await pipeline.paths('marts', 'days/');

    const computed = await recomputeDay({ asOf: D(day), grain: 'month' }, pipeline.deps);

    expect(computed).toMatchObject({ kind: 'no-data', reason: expect.stringContaining(sentence) });
    expect(await pipeline.paths('marts', 'days/')).toEqual(before);
  });

  it('has the numbers of the first day on the first day', async () => {
    expect(kpiOf(await martOf(D('2025-07-01')), 'port.outstanding')).toMatchObject({ value: '1000.00' });
  });

  it.each([
    ['day', '2025-11-14', '2025-11-13'],
    ['week', '2025-11-16', '2025-11-09'],
    ['quarter', '2025-12-31', '2025-09-30'],
  ] as const)('can be told by %s', async (grain, newest, before) => {
    const mart = await martOf(DAY, grain);

    const dates = mart.series.filter(({ id }) => id === 'port.outstanding').map((kpi) => kpi.reportingDate);
    expect(dates.slice(-2)).toEqual([before, newest]);
    expect(kpiOf(mart, 'port.outstanding')).toMatchObject({ value: '2600.00', reportingDate: newest });
    expect(mart.grain).toBe(grain);
  });
});

describe('what happened later', () => {
  it('changes nothing: the same is said over files that know of it', async () => {
    const days = ['2025-09-20', '2025-10-31', '2025-11-14', '2025-11-29'].map(D);
    const before = await Promise.all(days.map((day) => martOf(day)));

    await accept('looker/loans/december.csv', csvOf(loansIn('December')));
    await accept('looker/transactions/december.csv', csvOf(transactionsIn('December')));
    await accept('looker/schedules/december.csv', schedulesIn('December'));
    const after = await Promise.all(days.map((day) => martOf(day)));

    const shas = (mart: KpiMart | undefined) => mart?.book.map(({ sha256 }) => sha256);
    expect(shas(after[0])).not.toEqual(shas(before[0]));
    expect(after.map(saidOf)).toEqual(before.map(saidOf));
  });

  it('is said of the later day', async () => {
    // The second owes 600.00 of old, 61 days past due; the third is paid; the fourth owes 999.00, the fifth 1,000.00.
    const mart = await martOf(D('2025-12-30'));

    expect(kpiOf(mart, 'risk.par_30')).toMatchObject({ numerator: '600.00', denominator: '2599.00' });
  });
});

describe('the PAR file', () => {
  const balances = (day: string): string =>
    csvOf([
      aParRow({ loan_id_raw: L2, reporting_date: '2025-10-31', outstanding_balance: '600' }),
      aParRow({ loan_id_raw: L2, reporting_date: day, outstanding_balance: '612', dpd: '30' }),
      aParRow({ loan_id_raw: L4, reporting_date: day, outstanding_balance: '1000' }),
    ]);

  it('is in the book of a day that one of its dates stands for, and of no other', async () => {
    await accept('looker/loan_par_balances/november.csv', balances('2025-11-30'));
    const hasPar = ({ book }: KpiMart): boolean =>
      book.some(({ relation }) => relation === 'looker_loan_par_balances');

    const [labelled, own, other] = await Promise.all(
      ['2025-10-31', '2025-11-30', '2025-11-14'].map(D).map((day) => martOf(day)),
    );

    expect([labelled, own, other].map((mart) => mart && hasPar(mart))).toEqual([true, true, false]);
    expect(labelled && kpiOf(labelled, 'port.outstanding')).toMatchObject({ value: '600.00' });
    expect(own && kpiOf(own, 'port.outstanding')).toMatchObject({ value: '1612.00' });
    expect(other && kpiOf(other, 'port.outstanding')).toMatchObject({ value: '2600.00' });
  });

  it('alone has numbers of its own days, and a sentence for every other', async () => {
    const own = await Pipeline.open();
    await own.takeThrough('looker/loan_par_balances/november.csv', balances('2025-11-30'));

    const known = await recomputeDay({ asOf: D('2025-10-31'), grain: 'month' }, own.deps);
    const unknown = await recomputeDay({ asOf: DAY, grain: 'month' }, own.deps);

    expect(known.kind === 'computed' && kpiOf(known.mart, 'port.outstanding').value).toBe('600.00');
    expect(unknown).toMatchObject({
      kind: 'no-data',
      reason: expect.stringContaining(
        'No file speaks of 2025-11-14. Any day can be computed once looker/loans',
      ),
    });
  });
});

it('nothing is there to compute from an empty store, and the sentence says so', async () => {
  const empty = await Pipeline.open();

  expect(await recomputeDay({ asOf: DAY, grain: 'month' }, empty.deps)).toEqual({
    kind: 'no-data',
    reason: 'No file has been accepted yet that KPIs are computed from. Drop one into landing.',
  });
});

it.each(['looker_loans', 'looker_transactions', 'looker_historic_real_payments'])(
  'every model that reads %s cuts it to the reported day, or no past day could be computed from a later file',
  async (relation) => {
    const { models } = await loadCatalog();

    expect(isCutToReport(relation, models)).toBe(true);
  },
);
