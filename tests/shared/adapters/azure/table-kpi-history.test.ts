import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableKpiHistory } from '../../../../shared/adapters/azure/table-kpi-history.ts';
import { RunId } from '../../../../shared/domain/ids.ts';
import { LocalDate } from '../../../../shared/domain/local-date.ts';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { continueSeries } from '../../../../shared/pipeline/continue-series.ts';
import { aBookEntry, aKpiMart, aKpiResult } from '../../../support/a-kpi-mart.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

const RUN = RunId.parse('run_aaaaaaaaaaaa');
const EARLY = { landedAt: '2031-01-01T00:00:00.000Z', runId: RUN };
const LATE = { landedAt: '2031-01-02T00:00:00.000Z', runId: RUN };
const { model: MODEL } = aKpiResult();

let history: TableKpiHistory;
let broken: TableKpiHistory;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const at = (connection: string): TableKpiHistory =>
    new TableKpiHistory(
      TableClient.fromConnectionString(connection, 'kpivalues', { allowInsecureConnection: true }),
    );
  history = at(storage);
  broken = at(await takeStorageAccount());
});

/** A mart with one result of one KPI. */
function aMartOf(result: Partial<KpiResult> & { id: string }, overrides: Partial<KpiMart> = {}): KpiMart {
  return aKpiMart({ series: [aKpiResult(result)], ...overrides });
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

  for (const mart of marts) await history.record(mart, LATE);

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

  await Promise.all(marts.map((mart) => history.record(mart, EARLY)));

  expect(await valuesOf('x.race')).toEqual(['04']);
});

it('throws when storage itself is not as it should be', async () => {
  await expect(broken.record(aMartOf({ id: 'x.broken' }), EARLY)).rejects.toMatchObject({
    name: 'RestError',
  });
});
