import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { type Catalog, loadCatalog } from '../../../shared/kpis/catalog.ts';
import type { PeriodGrain } from '../../../shared/kpis/kpi-result.ts';
import { createModelViews } from '../../../shared/kpis/model-views.ts';
import { resolveModels, withWhatTheyRead } from '../../../shared/kpis/resolved-models.ts';
import type { SqlSession } from '../../../shared/ports/sql-engine.ts';
import { type GeneratedBook, stagedBook } from '../../support/staged-book.ts';
import { brokenRows, modelChecks, readModelChecks } from './model-checks.ts';
import { date, withScratch } from './small-book.ts';

// What models/tests.yaml says, over a generated book: whole, and without each of the files that others stand in for.

let book: GeneratedBook;
let catalog: Catalog;

beforeAll(async () => {
  [book, catalog] = await Promise.all([stagedBook({ loans: 400, seed: 5, files: FILES }), loadCatalog()]);
});
afterAll(async () => book[Symbol.asyncDispose]());

const FILES = [
  ...['loans', 'schedules', 'transactions', 'loan_par_balances', 'loan_data'],
  ...['customers', 'customer_data', 'historic_real_payments'],
  ...['risk_parameters', 'marketing_spend', 'payor_map', 'targets', 'financial_statements'].map(
    (name) => `../manual/${name}`,
  ),
  ...['loan_tape', 'loan_tape_par'].map((name) => `../cascade/${name}`),
];
const PAR = 'looker_loan_par_balances';
const EVENTS = ['looker_schedules', 'looker_transactions'];
const MORE = ['looker_customer_data', 'looker_historic_real_payments'];

describe('the models hold what their tests say', () => {
  it.each<[string, PeriodGrain, (relation: string) => boolean]>([
    ['a whole book', 'month', () => true],
    ['a whole book by week', 'week', () => true],
    ['a book without a PAR file', 'month', (relation) => relation !== PAR],
    ['a book without a PAR file by day', 'day', (relation) => relation !== PAR],
    ['the PAR file alone', 'month', (relation) => relation === PAR],
    ['loans with the PAR file', 'quarter', (relation) => [PAR, 'looker_loans'].includes(relation)],
    ['loans alone', 'month', (relation) => relation === 'looker_loans'],
    ['a book without customers', 'month', (relation) => ![...MORE, PAR].includes(relation)],
    ['a book without payments', 'month', (relation) => !EVENTS.includes(relation)],
  ])('over %s, by %s', async (_, grain, isIn) => {
    const checks = await readModelChecks();

    const { ready, broken } = await overModels({ grain, isIn }, async (names, sql) => {
      const possible = checks.filter(({ model, reads }) =>
        [model, ...reads].every((name) => names.has(name)),
      );
      const found: string[] = [];
      for (const check of possible) {
        const rows = await brokenRows(check, sql);
        if (rows !== 0) found.push(`${check.about}: ${rows} rows`);
      }
      return { ready: possible.length, broken: found };
    });

    expect(broken).toEqual([]);
    expect(ready).toBeGreaterThan(5);
  });

  it('names no model that is not there', async () => {
    const names = new Set(catalog.models.map(({ name }) => name));

    const checks = await readModelChecks();

    expect(
      checks.flatMap(({ model, reads }) => [model, ...reads]).filter((name) => !names.has(name)),
    ).toEqual([]);
  });
});

describe('a check of a model', () => {
  it.each([
    [{ unique: ['id'] }, 2],
    [{ not_null: ['id'] }, 2],
    [{ not_null: ['kind'] }, 0],
    [{ accepted_values: { kind: ['a', "b's"] } }, 0],
    [{ accepted_values: { kind: ['a'] } }, 1],
    [{ relationships: { kind: 'other.kind' } }, 4],
    [{ relationships: { kind: 'broken.kind' } }, 0],
    [{ same_rows_as: 'other' }, 3],
    [{ same_rows_as: 'broken' }, 0],
  ])('%j finds %i', async (tests, rows) => {
    const found = await withScratch(async (_, sql) => {
      await sql.run(
        `CREATE TEMP VIEW broken AS SELECT * FROM (VALUES (1, 'a'), (1, 'b''s'), (NULL, 'a'), (NULL, 'a')) AS t (id, kind)`,
      );
      await sql.run(`CREATE TEMP VIEW other AS SELECT 'x' AS kind`);
      const [check] = modelChecks({ broken: tests });
      return check && (await brokenRows(check, sql));
    });

    expect(found).toBe(rows);
  });

  it('is refused when its file says something else', () => {
    expect(() => modelChecks({ broken: { uniqe: ['id'] } })).toThrow('uniqe');
  });
});

type Scope = { readonly grain: PeriodGrain; readonly isIn: (relation: string) => boolean };

async function overModels<T>(
  { grain, isIn }: Scope,
  use: (names: ReadonlySet<string>, sql: SqlSession) => Promise<T>,
): Promise<T> {
  await using sql = await duckDbSqlEngine.open(book.dir);
  const entries = book.book.filter(({ relation }) => isIn(relation));
  const { ready } = resolveModels(catalog.models, new Set(entries.map(({ relation }) => relation)));
  const models = withWhatTheyRead([...ready.keys()], ready);
  const failures = await createModelViews(
    sql,
    { entries, files: book.files, asOf: date('2025-12-10'), grain },
    { models, onStep: () => undefined },
  );
  expect([...failures]).toEqual([]);
  return await use(new Set(ready.keys()), sql);
}
