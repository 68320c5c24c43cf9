import { beforeAll, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import exceljs from 'exceljs';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { martPath } from '../../../shared/runs/run-paths.ts';
import { aVintageTable } from '../../support/a-full-mart.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { call } from '../../support/an-invocation.ts';
import { loansFile, parFile } from '../../support/small-files.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  await pipeline.takeThrough('looker/loans/loans.csv', loansFile('EXPORTED', '2025-11-30'));
  const run = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parFile('EXPORTED'));
  const newest = await newestMart({}, pipeline.deps);
  if (newest === undefined) throw new Error('nothing was computed');
  const lost = { name: 'table_lost', columns: [], rows: [], reason: 'needs looker/schedules' };
  const mart: KpiMart = { ...newest.mart, tables: [aVintageTable(), lost] };
  const path = martPath(newest.mart.asOf, run.runId, 'json');
  await pipeline.deps.lake.write('marts', path, martJson(mart), { contentType: 'application/json' });
});

async function bookOf(name: string, query: Record<string, string>, params = {}): Promise<exceljs.Workbook> {
  const { bytes } = await call(name, { query: { format: 'xlsx', ...query }, params });
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.load(new Uint8Array(bytes).buffer);
  return workbook;
}

it('gives every result as CSV, each line with the part that it is from', async () => {
  const answer = await call('kpis-export', { query: { format: 'csv' } });

  const rows: Record<string, string>[] = parse(answer.text, { columns: true });
  const newest = await newestMart({}, pipeline.deps);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="kpis-2025-11-30.csv"',
    'cache-control': 'no-store',
  });
  expect(new Set(rows.map(({ part }) => part))).toEqual(
    new Set(['kpis', 'series', 'breakdowns', 'quarters']),
  );
  expect(rows.filter(({ part }) => part === 'kpis')).toHaveLength(newest?.mart.kpis.length ?? -1);
  expect(rows.find(({ part, id }) => part === 'kpis' && id === 'risk.par_30')).toMatchObject({
    reporting_date: '2025-11-30',
    unit: 'percent',
    dimension: '',
  });
});

it('gives the same as a workbook, with a sheet for each part and numbers as numbers', async () => {
  const workbook = await bookOf('kpis-export', {});
  const csv = await call('kpis-export');

  const header = workbook.getWorksheet('kpis')?.getRow(1).values;
  const rows: Record<string, string>[] = parse(csv.text, { columns: true });
  const first = rows.find(({ part, value }) => part === 'kpis' && value !== '');
  const line = rows.filter(({ part }) => part === 'kpis').findIndex((row) => row === first) + 2;
  expect(workbook.worksheets.map(({ name }) => name)).toEqual([
    'kpis',
    'series',
    'breakdowns',
    'quarters',
    'former',
  ]);
  const column = Array.isArray(header) ? header.indexOf('value') : -1;
  expect(workbook.getWorksheet('kpis')?.getRow(line).getCell(column).value).toBe(Number(first?.['value']));
});

it('gives a derived table, as CSV and as a workbook', async () => {
  const params = { name: 'table_vintages' };

  const answer = await call('table-export', { params });
  const workbook = await bookOf('table-export', {}, params);

  const { columns, rows } = aVintageTable();
  expect(answer.headers['content-disposition']).toBe('attachment; filename="table_vintages-2025-11-30.csv"');
  expect(parse(answer.text)).toEqual([columns.map(({ name }) => name), ...rows]);
  expect(workbook.getWorksheet('table_vintages')?.rowCount).toBe(rows.length + 1);
  expect(workbook.getWorksheet('table_vintages')?.getCell('B2').value).toBe(0);
});

it('names the tables that there are, and says why one could not be made', async () => {
  const unknown = await call('table-export', { params: { name: 'table_nothing' } });
  const lost = await call('table-export', { params: { name: 'table_lost' } });

  expect([unknown.status, lost.status]).toEqual([404, 404]);
  expect(unknown.json()).toMatchObject({
    detail: 'Table "table_nothing" is not there. There are table_vintages.',
  });
  expect(lost.json()).toMatchObject({
    detail:
      'Table "table_lost" is not there. It was not made: needs looker/schedules. There are table_vintages.',
  });
});

it.each(['kpis-export', 'table-export'])(
  '%s refuses a format or a day that is none, and names days',
  async (name) => {
    const params = { name: 'table_vintages' };

    expect(await call(name, { params, query: { format: 'pdf' } })).toMatchObject({ status: 400 });
    expect(await call(name, { params, query: { asOf: 'latest' } })).toMatchObject({ status: 400 });
    const none = await call(name, { params, query: { asOf: '2020-01-31' } });
    expect(none.status).toBe(404);
    expect(none.json()).toMatchObject({ detail: expect.stringContaining('2025-11-30') });
  },
);
