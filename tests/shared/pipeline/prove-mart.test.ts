import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { type Catalog, loadCatalog } from '../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import type { Parity } from '../../../shared/kpis/parity-result.ts';
import { CORE_KPIS } from '../../../shared/kpis/twin/core-kpis.ts';
import type { Grain } from '../../../shared/kpis/twin/periods.ts';
import { proveMart, refuseMismatch, TwinDisagrees } from '../../../shared/pipeline/prove-mart.ts';
import { type GeneratedBook, stagedBook } from '../../support/staged-book.ts';
import { date } from '../kpis/small-book.ts';

const DAY = date('2025-12-10');
const SEEDS = [1, 2, 3];

const books = new Map<number, GeneratedBook>();
let catalog: Catalog;

beforeAll(async () => {
  for (const seed of SEEDS) books.set(seed, await stagedBook({ loans: 150, seed }));
  catalog = await loadCatalog();
});

afterAll(async () => {
  for (const book of books.values()) await book[Symbol.asyncDispose]();
});

type Wanted = {
  readonly asOf?: string;
  readonly grain?: Grain;
  readonly without?: readonly string[];
  readonly with?: Catalog;
};

async function prove(seed: number, wanted: Wanted = {}): Promise<Parity & { readonly bytes: string }> {
  const generated = books.get(seed);
  if (generated === undefined) throw new RangeError(`no book ${seed}`);
  const { asOf, grain = 'month', without = [] } = wanted;
  const book = generated.book.filter(({ relation }) => !without.includes(relation));
  await using sql = await duckDbSqlEngine.open(generated.dir);
  const mart = await computeKpis({
    book,
    files: generated.files,
    catalog: wanted.with ?? coreOf(catalog),
    sql,
    asOf: asOf === undefined ? DAY : date(asOf),
    grain,
  });
  const parity = await proveMart({ mart, files: generated.files, sql });
  return { ...parity, bytes: martJson(mart) };
}

/** Enough for a proof, and quicker. */
function coreOf(whole: Catalog): Catalog {
  const kpis = whole.kpis.filter(({ id }) => CORE_KPIS.has(id));
  return {
    ...whole,
    kpis,
    former: [],
    models: whole.models.filter(({ name }) => !name.startsWith('table_')),
  };
}

it('knows each core KPI of the catalogue in the version that is in force', () => {
  const inForce = new Map(catalog.kpis.map(({ id, version }) => [id, version]));

  for (const [id, versions] of CORE_KPIS)
    expect([id, versions]).toEqual([id, expect.arrayContaining([inForce.get(id)])]);
});

describe.each(SEEDS)('a generated book (seed %i)', (seed) => {
  it.each([
    ['with the PAR file', {}],
    ['rebuilt from events', { without: ['looker_loan_par_balances'] }],
    ['by week', { grain: 'week' }],
    ['by day, rebuilt', { grain: 'day', without: ['looker_loan_par_balances'] }],
    ['by quarter', { grain: 'quarter' }],
    ['on a day in the past', { asOf: '2025-06-17' }],
    ['on a day in the past, rebuilt', { asOf: '2025-06-17', without: ['looker_loan_par_balances'] }],
    ['of the PAR file alone', { without: ['looker_loans', 'looker_schedules', 'looker_transactions'] }],
    ['without schedules', { without: ['looker_schedules'] }],
    ['of loans alone', { without: ['looker_loan_par_balances', 'looker_schedules', 'looker_transactions'] }],
  ] as const satisfies readonly (readonly [string, Wanted])[])(
    '%s: both computations agree',
    async (_, wanted) => {
      const { checked, mismatches, unproven } = await prove(seed, wanted);

      expect(mismatches).toEqual([]);
      expect(unproven).toEqual([]);
      expect(checked).toBeGreaterThanOrEqual(CORE_KPIS.size - 4);
    },
  );
});
