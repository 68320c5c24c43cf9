import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableKpiHistory } from '../../../../shared/adapters/azure/table-kpi-history.ts';
import { RunId } from '../../../../shared/domain/ids.ts';
import { addDays, LocalDate } from '../../../../shared/domain/local-date.ts';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { continueSeries } from '../../../../shared/pipeline/continue-series.ts';
import type { HistoryPoint } from '../../../../shared/ports/kpi-history.ts';
import { aBookEntry, aKpiMart, aKpiResult } from '../../../support/a-kpi-mart.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

const RUN = RunId.parse('run_aaaaaaaaaaaa');
const OTHER_RUN = RunId.parse('run_bbbbbbbbbbbb');
const EARLY = { landedAt: '2031-01-01T00:00:00.000Z', runId: RUN, attempt: 1 };
const LATE = { landedAt: '2031-01-02T00:00:00.000Z', runId: OTHER_RUN, attempt: 1 };
const { model: MODEL } = aKpiResult();

function tableOf(connection: string): TableClient {
  return TableClient.fromConnectionString(connection, 'kpivalues', { allowInsecureConnection: true });
}

function at(connection: string): TableKpiHistory {
  return new TableKpiHistory(tableOf(connection));
}

let history: TableKpiHistory;
let broken: TableKpiHistory;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  history = at(storage);
  broken = at(await takeStorageAccount());
});

async function anOwnHistory(): Promise<TableKpiHistory> {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  return at(storage);
}

/** A mart with one result of one KPI. */
function aMartOf(result: Partial<KpiResult> & { id: string }, overrides: Partial<KpiMart> = {}): KpiMart {
  return aKpiMart({ kpis: [], series: [aKpiResult(result)], ...overrides });
}

function pointOf(id: string): HistoryPoint {
  const { version, model, reportingDate, dimension } = aKpiResult({ id });
  return { id, version, model, reportingDate, dimension };
}

async function valuesOf(id: string): Promise<(string | null)[]> {
  return (await history.seriesOf({ id, version: 1, model: MODEL })).map(({ value }) => value);
}

it('gives back every reporting date, oldest first', async () => {
  const mart = aKpiMart();
  const own = mart.series.filter(({ id }) => id === 'risk.par_90');

  await history.record(mart, EARLY);

  expect(await history.seriesOf({ id: 'risk.par_90', version: 1, model: MODEL })).toEqual(own);
  expect(await history.seriesOf({ id: 'risk.par_90', version: 2, model: MODEL })).toEqual([]);
});

it('lets the better founded result stand, in whatever order they come', async () => {
  const asOf = LocalDate.parse('2026-01-31');
  const marts = [
    aMartOf({ id: 'x.newer', value: '3' }, { asOf }),
    aMartOf({ id: 'x.newer', value: '1' }, { book: [aBookEntry()] }),
    aMartOf({ id: 'x.newer', value: '2' }),
  ];

  for (const [index, mart] of marts.entries()) {
    await history.record(mart, { ...LATE, runId: RunId.parse(`run_00000000000${index}`) });
  }

  expect(await valuesOf('x.newer')).toEqual(['3']);
});

it('lets the file that landed later decide between books of equal standing', async () => {
  await history.record(aMartOf({ id: 'x.later', value: '2' }), LATE);
  await history.record(aMartOf({ id: 'x.later', value: '1' }), EARLY);

  expect(await valuesOf('x.later')).toEqual(['2']);
});

it('keeps dimensions apart, and leaves out what could not be computed', async () => {
  const results = [
    aKpiResult({ id: 'x.dimensions', dimension: { product: 'crédito 100%' }, value: '1' }),
    aKpiResult({ id: 'x.dimensions', dimension: { product: 'factoring' }, value: '2' }),
    aKpiResult({ id: 'x.dimensions', dimension: { product: 'other' }, value: null }),
  ];

  await history.record(aKpiMart({ series: results }), EARLY);

  expect(new Set(await valuesOf('x.dimensions'))).toEqual(new Set(['1', '2']));
});

it('never mixes the tape and the PAR file, whichever is better founded', async () => {
  const ofTape = aKpiResult({ id: 'x.models', value: '2', model: 'mart_loan_tape' });
  const newer = LocalDate.parse('2026-01-31');

  await history.record(aMartOf({ id: 'x.models', value: '1' }), EARLY);
  await history.record(aMartOf(ofTape, { asOf: newer }), LATE);

  expect(await valuesOf('x.models')).toEqual(['1']);
  expect(await history.seriesOf(ofTape)).toEqual([ofTape]);
});

it('continues a series with the past of its own model only', async () => {
  const day = (text: string) => ({ asOf: LocalDate.parse(text), reportingDate: LocalDate.parse(text) });
  const kpi = { id: 'x.continued' };
  const ofTape = aKpiResult({ ...kpi, ...day('2025-10-31'), model: 'mart_loan_tape' });
  const ofPar = aKpiResult({ ...kpi, ...day('2025-11-30') });
  await history.record(aKpiMart({ series: [ofTape, ofPar] }), EARLY);
  const current = aKpiResult({ ...kpi, ...day('2025-12-31') });

  const { series } = await continueSeries(aKpiMart({ kpis: [current], series: [current] }), history);

  expect(series).toEqual([ofPar, current]);
});

it('ends with the best founded of many that write at the same time', async () => {
  const marts = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'].map((day) =>
    aMartOf({ id: 'x.race', value: day.slice(5, 7) }, { asOf: LocalDate.parse(day) }),
  );

  await Promise.all(
    marts.map((mart, index) =>
      history.record(mart, { ...EARLY, runId: RunId.parse(`run_00000000001${index}`) }),
    ),
  );

  expect(await valuesOf('x.race')).toEqual(['04']);
});

it('replaces what the run has said before', async () => {
  const shown: unknown[] = [];
  for (const [index, value] of ['1', '2', '3'].entries()) {
    await history.record(aMartOf({ id: 'x.again', value }), { ...EARLY, attempt: index + 1 });
    shown.push(await valuesOf('x.again'));
  }

  expect(shown).toEqual([['1'], ['2'], ['3']]);
});

it('takes back what the run says less well founded than before, for others to offer theirs', async () => {
  const [fuller, smaller] = [[aBookEntry(), aBookEntry()], [aBookEntry()]];
  const ofRun = { ...EARLY, attempt: 2 };
  const less = aMartOf({ id: 'x.less', value: '2' }, { book: smaller });
  await history.record(aMartOf({ id: 'x.less', value: '1' }, { book: fuller }), EARLY);

  const { takenBack } = await history.record(less, ofRun);
  const shown = [await valuesOf('x.less')];
  const again = await history.record(less, ofRun);
  await history.offer(aMartOf({ id: 'x.less', value: '3' }, { book: fuller }), LATE, takenBack.points);
  await history.offer(less, ofRun, takenBack.points);
  shown.push(await valuesOf('x.less'));

  expect(takenBack).toEqual({ points: [pointOf('x.less')], standIns: [] });
  expect(again.takenBack).toEqual(takenBack);
  expect(shown).toEqual([['1'], ['3']]);
});

it('changes nothing when the same is said again, or by an attempt that is over', async () => {
  const old = aMartOf({ id: 'x.over', value: '1' });
  const current = aMartOf({ id: 'x.over', value: '2' });

  const recorded = [
    await history.record(old, EARLY),
    await history.record(current, { ...EARLY, attempt: 2 }),
    await history.record(current, { ...EARLY, attempt: 2 }),
    await history.record(old, EARLY),
  ];

  expect(recorded.map(({ changed }) => changed)).toEqual([1, 1, 0, 0]);
  expect(await valuesOf('x.over')).toEqual(['2']);
});

it('takes out what a later attempt of the run cannot compute any more, from whatever model it came', async () => {
  const day = LocalDate.parse('2025-09-30');
  const ofPar = aKpiResult({ id: 'x.gone', value: '1' });
  const ofTape = aKpiResult({ id: 'x.gone', value: '2', model: 'mart_loan_tape', reportingDate: day });
  const none = aKpiResult({ id: 'x.gone', value: null });
  await history.record(aKpiMart({ kpis: [ofPar], series: [ofTape, ofPar] }), EARLY);

  const { changed, takenBack } = await history.record(aKpiMart({ kpis: [none], series: [] }), {
    ...EARLY,
    attempt: 2,
  });

  await history.close({ ...EARLY, attempt: 2 }, takenBack.points);

  expect(changed).toBe(2);
  expect(takenBack.points.map(({ model }) => model).toSorted()).toEqual([MODEL, 'mart_loan_tape'].toSorted());
  expect(await history.seriesOf(ofPar)).toEqual([]);
  expect(await history.seriesOf(ofTape)).toEqual([]);
});

it('forgets a run, but shows what it said until somebody takes its points or they are closed', async () => {
  const history = await anOwnHistory();
  const valueOf = async (id: string) =>
    (await history.seriesOf({ id, version: 1, model: MODEL })).map(({ value }) => value);
  const behind = aMartOf({ id: 'x.forget', value: '1' });
  await history.record(behind, EARLY);
  await history.record(aMartOf({ id: 'x.forget', value: '2' }), LATE);
  await history.record(aMartOf({ id: 'x.forget_too', value: '3' }), LATE);
  const before = await valueOf('x.forget');

  const takenBack = await history.forget(LATE);
  const again = await history.forget(LATE);
  const meanwhile = [await valueOf('x.forget'), await valueOf('x.forget_too')];
  const filled = await history.offer(behind, EARLY, takenBack.points);
  await history.close(LATE, takenBack.points);

  expect(before).toEqual(['2']);
  expect(meanwhile).toEqual([['2'], ['3']]);
  expect(takenBack.points.map(({ id }) => id).toSorted()).toEqual(['x.forget', 'x.forget_too']);
  expect(again).toEqual(takenBack);
  expect(filled).toEqual([pointOf('x.forget')]);
  expect(await valueOf('x.forget')).toEqual(['1']);
  expect(await valueOf('x.forget_too')).toEqual([]);
  // Whoever asked for it may have died before all that know it were asked.
  expect(await history.forget(LATE)).toEqual({ points: [pointOf('x.forget')], standIns: [EARLY.runId] });
});

it('forgets no later attempt', async () => {
  const history = await anOwnHistory();
  await history.record(aMartOf({ id: 'x.later_attempt' }), { ...EARLY, attempt: 3 });

  expect(await history.forget({ ...EARLY, attempt: 2 })).toEqual({ points: [], standIns: [] });
});

it('has one row for each point, however many runs have said something of it', async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const history = at(storage);
  const days = [1, 2, 3].map((day) => ({ reportingDate: LocalDate.parse(`2025-11-0${day}`) }));
  const mart = aKpiMart({ kpis: [], series: days.map((day) => aKpiResult({ id: 'x.rows', ...day })) });

  for (let index = 0; index < 9; index += 1)
    await history.record(mart, { ...EARLY, runId: RunId.parse(`run_00000000002${index}`) });

  let rows = 0;
  for await (const _ of tableOf(storage).listEntities()) rows += 1;
  expect(rows).toBe(days.length);
});

it('ends with the newest of several attempts of a run that write at the same time', async () => {
  const attempts = [3, 1, 4, 2];

  await Promise.all(
    attempts.map((attempt) =>
      history.record(aMartOf({ id: 'x.attempts', value: String(attempt) }), { ...EARLY, attempt }),
    ),
  );

  expect(await valuesOf('x.attempts')).toEqual(['4']);
});

it('keeps more results of one KPI than one transaction holds', async () => {
  const days = Array.from({ length: 230 }, (_, index) => addDays(LocalDate.parse('2025-01-01'), index));
  const series = days.map((reportingDate) => aKpiResult({ id: 'x.many', reportingDate }));

  const { changed } = await history.record(aKpiMart({ kpis: [], series }), EARLY);

  expect(changed).toBe(230);
  expect((await history.seriesOf({ id: 'x.many', version: 1, model: MODEL })).length).toBe(230);
});

it('throws when storage itself is not as it should be', async () => {
  await expect(broken.record(aMartOf({ id: 'x.broken' }), EARLY)).rejects.toMatchObject({
    name: 'RestError',
  });
});
