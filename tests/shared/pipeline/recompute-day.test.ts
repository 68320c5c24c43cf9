import { beforeAll, describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import { KpiMart, type PeriodGrain } from '../../../shared/kpis/kpi-result.ts';
import { isCutToReport } from '../../../shared/pipeline/book-of-day.ts';
import { recomputeDay } from '../../../shared/pipeline/recompute-day.ts';
import { kpiOf, Pipeline } from '../../support/a-pipeline.ts';
import { aParRow, csvOf } from '../../support/file-rows.ts';
import { historyFiles, L2, L4 } from '../../support/small-history.ts';

const D = (text: string): LocalDate => LocalDate.parse(text);
const DAY = D('2025-11-14');

const catalog = loadCatalog();
let pipeline: Pipeline;
beforeAll(async () => {
  // All KPIs, since it takes only one to see too much.
  pipeline = await Pipeline.open({ catalog: () => catalog });
  for (const { path, body } of historyFiles('November')) await accept(path, body);
});

/** The file comes to stand in the books. What would be computed of it is not waited for. */
async function accept(path: string, body: string, into = pipeline): Promise<void> {
  await into.drop(path, body);
  const run = await into.announce(path);
  const toValidate = into.queue.splice(0).filter(({ stage }) => stage === 'validate');
  for (const message of toValidate) await into.deliver(message);
  into.queue.length = 0;
  const { status, stage, problems } = await into.runOf(run);
  if (status === 'rejected' || stage === 'validate') throw new Error(`${path}: ${JSON.stringify(problems)}`);
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

    expect(KpiMart.parse(JSON.parse(written))).toEqual(again);
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
    const days = ['2025-10-31', '2025-11-14'].map(D);
    const before = await Promise.all(days.map((day) => martOf(day)));

    for (const { path, body } of historyFiles('December')) await accept(path, body);
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
    await accept('looker/loan_par_balances/november.csv', balances('2025-11-30'), own);

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
    const { models } = await catalog;

    expect(isCutToReport(relation, models)).toBe(true);
  },
);
