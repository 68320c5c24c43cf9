import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { martCsv, martJson, writeMartParquet } from '../../../shared/kpis/mart-files.ts';
import { aBalance, kpisOver, withScratch } from './small-book.ts';

const BOOK = {
  looker_loan_par_balances: [
    aBalance('A', '500.00', 0, { reporting_date: '2025-10-31' }),
    aBalance('A', '900.00'),
    aBalance('B', '100.00', 60, { dpd_date: '2025-09-26' }),
  ],
};

describe('JSON', () => {
  it('reads back as the mart and ends in a line break', async () => {
    const mart = await kpisOver(BOOK);

    const text = martJson(mart);

    expect(KpiMart.parse(JSON.parse(text))).toEqual(mart);
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('CSV', () => {
  it('has one line for each result, newest values first, then the series', async () => {
    const mart = await kpisOver(BOOK, { asOf: '2025-11-25' });

    const lines = parse(martCsv(mart), { columns: true, record_delimiter: '\r\n' });

    const { kpis, former, series, quarters, breakdowns } = mart;
    expect(lines).toHaveLength([kpis, former, series, quarters, breakdowns].flat().length);
    expect(lines).toContainEqual({
      book_id: mart.bookId,
      part: 'kpi',
      id: 'risk.par_30',
      version: '1',
      name: 'PAR 30',
      as_of: '2025-11-25',
      reporting_date: '2025-11-30',
      dimension: '',
      value: '10.0000000000',
      numerator: '100.00',
      denominator: '1000.00',
      unit: 'percent',
      precision: '2',
      status: 'critical',
      reason: '',
      owner: 'Chief Risk Officer',
      direction: 'lower-is-better',
      warning: '5',
      critical: '8',
      model: 'mart_loan_par',
      inputs: 'looker/loan_par_balances',
      rows: '2',
      nulls: '0',
    });
  });

  it('disarms text that a spreadsheet would run, and leaves numbers alone', async () => {
    const mart = await kpisOver(BOOK);
    const [kpi] = mart.kpis.slice(-1);
    const odd = (owner: string) => ({
      ...mart,
      series: [],
      kpis: kpi ? [{ ...kpi, owner, value: '-5.00' }] : [],
    });
    const ownerCell = (owner: string) => parse(martCsv(odd(owner)), { columns: true, trim: false })[0];

    for (const start of ['=', '+', '-', '@', '\t', '\r']) {
      expect(ownerCell(`${start}1+1`)).toMatchObject({ owner: `'${start}1+1`, value: '-5.00' });
    }
    expect(ownerCell('Risk, "the" team\nof two')).toMatchObject({ owner: 'Risk, "the" team\nof two' });
  });

  it('spells a dimension out', async () => {
    const mart = await kpisOver(BOOK);
    const split = {
      ...mart,
      series: mart.series.map((kpi) => ({ ...kpi, dimension: { company: 'ABF', state: 'X', branch: '1' } })),
    };

    expect(martCsv(split)).toContain(',branch=1;company=ABF;state=X,');
  });
});

describe('Parquet', () => {
  it('has the same bytes every time', async () => {
    const files = await Promise.all([parquetOf(BOOK), parquetOf(BOOK), parquetOf(BOOK)]);

    expect(new Set(files.map((file) => file.toString('hex'))).size).toBe(1);
  });

  it('is read by another library, line for line what the CSV says', async () => {
    const mart = await kpisOver(BOOK);
    const bytes = await parquetOf(BOOK);

    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });

    const identity = ({ id, reportingDate }: { id: string; reportingDate: string }) => [id, reportingDate];
    expect(rows.map(({ id, reporting_date: day }) => [id, day.toISOString().slice(0, 10)])).toEqual(
      [...mart.kpis, ...mart.former, ...mart.series, ...mart.quarters, ...mart.breakdowns].map(identity),
    );
    expect(rows.find(({ id }) => id === 'risk.par_30')).toMatchObject({
      book_id: mart.bookId,
      part: 'kpi',
      version: 1,
      value: 10,
      numerator: 100,
      denominator: 1000,
      status: 'critical',
      reason: null,
      warning: 5,
      critical: 8,
      rows: 2,
    });
  });

  it('leaves the session as many threads as it had', async () => {
    const threads = await withScratch(async (dir, sql) => {
      await sql.run('SET threads = 3');
      await writeMartParquet(await kpisOver(BOOK), { sql, path: join(dir, 'mart.parquet') });
      return sql.rows("SELECT current_setting('threads') AS threads");
    });

    expect(threads).toEqual([{ threads: '3' }]);
  });

  it('holds values as exact decimals', async () => {
    const types = await withScratch(async (dir, sql) => {
      const path = join(dir, "it's.parquet");
      await writeMartParquet(await kpisOver(BOOK), { sql, path });
      return sql.rows(
        `SELECT DISTINCT typeof(value) AS value, typeof(critical) AS critical, typeof(as_of) AS as_of
         FROM read_parquet('${path.replaceAll("'", "''")}')`,
      );
    });

    expect(types).toEqual([{ value: 'DECIMAL(38,10)', critical: 'DECIMAL(38,10)', as_of: 'DATE' }]);
  });
});

async function parquetOf(book: typeof BOOK): Promise<Buffer> {
  const mart = await kpisOver(book);
  return withScratch(async (dir, sql) => {
    const path = join(dir, 'mart.parquet');
    await writeMartParquet(mart, { sql, path });
    return readFile(path);
  });
}
