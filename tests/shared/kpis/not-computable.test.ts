import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadCatalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../../shared/kpis/catalog-assets.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { SnapshotNotFetched } from '../../../shared/kpis/model-views.ts';
import type { KpiFailure } from '../../../shared/kpis/read-mart.ts';
import { SqlEngineExhausted } from '../../../shared/ports/sql-engine.ts';
import { aBalance, aLoan, DAY, entryOf, kpisOver, resultOf, withScratch } from './small-book.ts';

const PAR = [aBalance('A', '10.00')];

describe('a book that lacks a dataset', () => {
  it.each([
    [
      'port.hhi',
      { looker_loan_par_balances: PAR },
      'needs looker/loans, which is not in the book as of 2025-12-10',
    ],
    [
      'port.hhi',
      { cascade_loan_tape: [] },
      'needs looker/loans with looker/schedules with looker/transactions or looker/loan_par_balances with looker/loans, none of which is in the book as of 2025-12-10',
    ],
    [
      'risk.par_30',
      { looker_loans: [] },
      'needs looker/loan_par_balances or looker/schedules with looker/transactions or cascade/loan_tape, none of which is in the book as of 2025-12-10',
    ],
    [
      // The PAR file is not asked for, since the loans alone would do.
      'price.weighted_apr',
      { cascade_loan_tape: [] },
      'needs looker/loans, which is not in the book as of 2025-12-10',
    ],
    [
      'risk.cash_cover',
      { looker_loans: [] },
      'needs cascade/loan_tape, which is not in the book as of 2025-12-10',
    ],
  ])('%s over %j', async (id, book, reason) => {
    const mart = await kpisOver(book);

    expect(resultOf(mart, id)).toMatchObject({
      status: 'not-computable',
      reason,
      value: null,
      numerator: null,
      denominator: null,
      asOf: '2025-12-10',
      reportingDate: '2025-12-10',
      inputs: [],
      rows: 0,
      nulls: 0,
    });
    expect(mart.series.filter((kpi) => kpi.id === id)).toEqual([]);
  });

  it('has one result for every KPI of the catalogue even when it is empty', async () => {
    const [mart, catalog] = await Promise.all([kpisOver({}), loadCatalog()]);

    expect(mart.kpis.map(({ id }) => id)).toEqual(catalog.kpis.map(({ id }) => id));
    expect(new Set(mart.kpis.map(({ status }) => status))).toEqual(new Set(['not-computable']));
    expect(KpiMart.parse(mart)).toEqual(mart);
  });
});

describe('a portfolio of nothing', () => {
  it('has an outstanding balance of 0 and no PAR', async () => {
    const mart = await kpisOver({ looker_loan_par_balances: [aBalance('A', '0.00')] });

    expect(resultOf(mart, 'port.outstanding')).toMatchObject({ value: '0.00', status: 'ok' });
    expect(resultOf(mart, 'risk.par_30')).toMatchObject({
      value: null,
      numerator: '0.00',
      denominator: '0.00',
      status: 'not-computable',
      reason: 'cannot divide by outstanding, which is zero on 2025-11-30',
      rows: 1,
    });
    expect(resultOf(mart, 'risk.par_30_incl_writeoff').reason).toBe(
      'cannot divide by outstanding + written_off, which is zero on 2025-11-30',
    );
  });
});

describe('an SQL error', () => {
  it('stops only the KPI that it concerns', async () => {
    const assets = await readCatalogAssets();
    const catalog = parseCatalog(
      assets.map(({ name, text }) => ({
        name,
        text: text.replace('at_risk: { sum: par_60 }', 'at_risk: { sum: par_66 }'),
      })),
    );
    const failures: KpiFailure[] = [];

    const mart = await kpisOver(
      { looker_loan_par_balances: PAR },
      { catalog, onFailure: (failure) => failures.push(failure) },
    );

    expect(resultOf(mart, 'risk.par_60')).toMatchObject({
      status: 'not-computable',
      reason: expect.stringMatching(/^mart_loan_par could not be read: .*par_66/),
      inputs: ['looker/loan_par_balances'],
    });
    expect(resultOf(mart, 'risk.par_30').value).toBe('0.0000000000');
    expect(failures).toEqual([{ mart: 'mart_loan_par', kpis: ['risk.par_60'], error: expect.any(Error) }]);
  });

  it('in a model stops the KPIs that read it, and names no path of the machine', async () => {
    const book = {
      looker_loan_par_balances: PAR,
      looker_loans: [aLoan('A', 'CLI1')],
      cascade_loan_tape: [{ cash_available_usd: '10', total_eligible_usd: '100' }],
    };
    let scratch = '';

    const mart = await kpisOver(book, {
      meddle: async (dir) => {
        scratch = dir;
        await writeFile(join(dir, 'looker_loans.parquet'), 'this is not Parquet');
      },
    });

    expect(resultOf(mart, 'port.hhi').reason).toMatch(
      /^mart_client_exposure could not be read: .*looker_loans/,
    );
    expect(resultOf(mart, 'port.loan_count').status).toBe('not-computable');
    expect(resultOf(mart, 'risk.cash_cover').value).toBe('10.0000000000');
    expect(JSON.stringify(mart)).not.toContain(scratch);
  });

  it('that is not an Error is reported too', async () => {
    const mart = await kpisOfEngineThatThrows('out of order');

    expect(resultOf(mart, 'risk.cash_cover').reason).toBe('mart_loan_tape could not be read: out of order');
  });

  it('from want of memory during a scan is thrown', async () => {
    const exhausted = new SqlEngineExhausted('no memory');

    await expect(kpisOfEngineThatThrows(exhausted)).rejects.toBe(exhausted);
  });

  it('from want of memory while a model is stored is thrown, since the book is not at fault', async () => {
    const computing = kpisOver(
      {
        looker_loan_par_balances: Array.from({ length: 3000 }, (_, index) => aBalance(`L${index}`, '1.00')),
        looker_loans: Array.from({ length: 3000 }, (_, index) => aLoan(`L${index}`, `CLI${index}`)),
      },
      { meddle: (_dir, sql) => sql.run("SET memory_limit = '1MB'") },
    );

    await expect(computing).rejects.toThrow(SqlEngineExhausted);
  });

  it('when a file vanishes between set-up and reading becomes the reason', async () => {
    const mart = await kpisOver(
      { looker_loan_par_balances: PAR },
      { meddle: (dir) => rm(join(dir, 'looker_loan_par_balances.parquet')) },
    );

    expect(resultOf(mart, 'port.outstanding').reason).toMatch(/mart_portfolio could not be read: /);
  });
});

async function kpisOfEngineThatThrows(error: unknown): Promise<KpiMart> {
  return computeKpis({
    book: [entryOf('cascade_loan_tape', DAY, 'tape')],
    files: new Map([['cascade_loan_tape', '/nowhere']]),
    catalog: await loadCatalog(),
    asOf: DAY,
    sql: {
      run: () => Promise.resolve(),
      rows: () => Promise.reject(error),
      batches: () => {
        throw error;
      },
      numbers: () => {
        throw error;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  });
}

it('refuses a book whose files were not fetched', async () => {
  const catalog = await loadCatalog();
  const book = [entryOf('looker_loans', DAY, 'loans')];

  const computing = withScratch((_dir, sql) =>
    computeKpis({ book, files: new Map(), catalog, sql, asOf: DAY }),
  );

  await expect(computing).rejects.toThrow(SnapshotNotFetched);
});

it('lets a dataset be in the book that no model reads', async () => {
  const catalog = await loadCatalog();
  const book = [{ ...entryOf('looker_loans', DAY, 'unheard'), relation: 'looker_unheard_of' }];

  const mart = await withScratch((_dir, sql) =>
    computeKpis({ book, files: new Map(), catalog, sql, asOf: DAY }),
  );

  expect(mart.book).toHaveLength(1);
});
