import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { loadCatalog } from '../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { type GeneratedBook, stagedBook } from '../../support/staged-book.ts';
import { date, resultOf } from './small-book.ts';

// The generator's tape tells, for each quarter, what the lender's lender would measure on the generated loans. It is
// worked out from the loans in whole cents, apart from the product. The KPIs over the loan-level files must agree.

const TapeRow = z.record(z.string(), z.string());

let book: GeneratedBook;
let mart: KpiMart;
let tape: readonly z.infer<typeof TapeRow>[];

beforeAll(async () => {
  const generated = await stagedBook({ loans: 300, seed: 11 });
  book = generated;
  const catalog = await loadCatalog();
  await using sql = await duckDbSqlEngine.open(generated.dir);
  mart = await computeKpis({
    book: generated.book,
    files: generated.files,
    catalog: {
      ...catalog,
      kpis: catalog.kpis.filter(({ id }) => id.startsWith('cov.') || id.startsWith('risk.coll')),
      former: [],
      models: catalog.models.filter(({ name }) => !name.startsWith('table_')),
    },
    sql,
    asOf: date('2025-12-10'),
  });
  const text = await readFile(join(generated.dir, 'sources', 'cascade', 'loan_tape.csv'), 'utf8');
  tape = z.array(TapeRow).parse(parse(text, { columns: true }));
});
afterAll(async () => book[Symbol.asyncDispose]());

describe('the KPIs over loans agree with the tape of the same loans', () => {
  it.each([
    ['cov.eligible_receivables', 'total_eligible_usd', 2],
    ['cov.discounted_balance', 'discounted_balance_usd', 2],
    ['cov.default_ratio_30', 'default_ratio_30dpd_pct', 4],
    ['risk.collection_efficiency', 'collection_rate_pct', 4],
  ])('%s', (id, column, places) => {
    const measured = tape.filter((row) => (row[column] ?? '') !== '');

    expect(measured.length).toBeGreaterThan(3);
    for (const row of measured) {
      const { value } = resultOf(mart, id, monthEnd(row['measurement_date'] ?? ''));
      expect(Number(value)).toBeCloseTo(Number(row[column]), places);
    }
  });
});

function monthEnd(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
