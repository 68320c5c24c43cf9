import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbSqlEngine } from '../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { type Catalog, loadCatalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../../shared/kpis/catalog-assets.ts';
import { computeKpis } from '../../../shared/kpis/compute-kpis.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import { coreCatalog } from '../../../shared/kpis/parity.ts';
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
    catalog: wanted.with ?? coreCatalog(catalog),
    sql,
    asOf: asOf === undefined ? DAY : date(asOf),
    grain,
  });
  const parity = await proveMart({ mart, files: generated.files, sql });
  return { ...parity, bytes: martJson(mart) };
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

describe('a planted error', () => {
  const PAR = 'looker_loan_par_balances';

  /** What is changed in which file, the KPI that must not pass, and what has to be left out of the book to read it. */
  it.each([
    [
      'a cent on each rebuilt balance',
      'int_rebuilt_balances',
      'ELSE balance END AS outstanding',
      'ELSE balance + 0.01 END AS outstanding',
      'port.outstanding',
      [PAR],
    ],
    [
      'fees in the place of interest',
      'int_payments',
      'payment.principal + payment.interest',
      'payment.principal + payment.fees',
      'risk.collection_efficiency',
      [],
    ],
    [
      'a day more in the collection rate',
      'int_collected_30_days',
      'as_of - 29',
      'as_of - 30',
      'risk.collection_rate',
      [],
    ],
    [
      'rows without a balance as live loans',
      'portfolio',
      'where: outstanding > 0',
      'where: outstanding >= 0',
      'port.active_loans',
      [],
    ],
    [
      'the ten smallest clients',
      'mart_client_exposure',
      'ORDER BY outstanding DESC',
      'ORDER BY outstanding',
      'port.concentration_top10_clients',
      [],
    ],
    ['defaults from 60 days on', 'int_defaults', 'dpd >= 90', 'dpd >= 60', 'risk.rdr_90', []],
    [
      'rates to the percent',
      'mart_loan_pricing',
      'CAST(balance.interest_rate AS DECIMAL(19, 6))',
      'CAST(balance.interest_rate AS DECIMAL(19, 2))',
      'price.weighted_apr',
      [],
    ],
    [
      'old write-offs as new ones',
      'mart_write_offs',
      'AND NOT EXISTS',
      'AND EXISTS',
      'risk.write_off_rate',
      [],
    ],
    [
      'a wrong column in a definition',
      'par',
      'at_risk: { sum: par_30 }',
      'at_risk: { sum: par_60 }',
      'risk.par_30',
      [],
    ],
  ] as const)('is caught: %s', async (_, file, from, to, kpi, without) => {
    const { mismatches } = await prove(1, { with: coreCatalog(await catalogWith(file, from, to)), without });

    expect(new Set(mismatches.map((mismatch) => mismatch.kpi))).toContain(kpi);
  });

  it('is refused in words that name a few of them, and how many there are', async () => {
    const parity = await prove(1, {
      with: coreCatalog(await catalogWith('par', 'at_risk: { sum: par_30 }', 'at_risk: { sum: par_60 }')),
    });

    const refusal = attempt(() => refuseMismatch(parity));

    expect(refusal).toBeInstanceOf(TwinDisagrees);
    expect(refusal).toMatchObject({ problemCode: 'parity-mismatch' });
    expect(String(refusal)).toMatch(
      /^TwinDisagrees: \d+ of \d+ core KPIs were not proved: risk\.par_30@1 of [-\d]+, value: engine [.\d]+, twin [.\d]+; .* and \d+ more in parity\.json$/,
    );
  });

  it('of a single KPI is named whole, also where one side has nothing', () => {
    const at = { kpi: 'risk.par_7', version: 1, reportingDate: DAY, part: 'value' } as const;
    const mismatches = [{ ...at, engine: null, twin: '1.5', difference: null }];

    expect(String(attempt(() => refuseMismatch({ checked: 9, mismatches, unproven: [] })))).toBe(
      'TwinDisagrees: 1 of 9 core KPIs were not proved: risk.par_7@1 of 2025-12-10, value: engine none, twin 1.5',
    );
    expect(attempt(() => refuseMismatch({ checked: 9, mismatches: [], unproven: [] }))).toBeUndefined();
  });
});

/** The shipped catalogue with one change in one file. */
async function catalogWith(file: string, from: string, to: string): Promise<Catalog> {
  const assets = await readCatalogAssets();
  const changed = assets.map((asset) =>
    new RegExp(`(?:^|/)${file}\\.(?:sql|yaml)$`).test(asset.name)
      ? { ...asset, text: asset.text.replaceAll(from, to) }
      : asset,
  );
  expect(changed).not.toEqual(assets);
  return parseCatalog(changed);
}

function attempt(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

it('a past day gives the same bytes again, whatever was computed since', async () => {
  const first = await prove(2, { asOf: '2025-06-17' });
  await prove(2);
  const again = await prove(2, { asOf: '2025-06-17' });

  expect(again.bytes).toBe(first.bytes);
});
