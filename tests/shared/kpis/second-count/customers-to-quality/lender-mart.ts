import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateBook } from '../../../../../local/generate/generate-book.ts';
import { stageFiles } from '../../../../../local/stage-files.ts';
import { DuckDbParquetRows } from '../../../../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { anyFileReader } from '../../../../../shared/decode/any-file-reader.ts';
import { LocalDate } from '../../../../../shared/domain/local-date.ts';
import type { Catalog } from '../../../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../../../shared/kpis/compute-kpis.ts';
import type { KpiMart, PeriodGrain } from '../../../../../shared/kpis/kpi-result.ts';
import { isCutToReport, PAR_RELATION } from '../../../../../shared/pipeline/book-of-day.ts';
import { seal } from '../../../../../shared/privacy/sealed.ts';
import { withFaults } from './faults.ts';
import { withHandMadeLoans } from './hand-made-loans.ts';
import { withHandMadeRows } from './hand-made-rows.ts';
import { type Book, bookOn, readLenderBook } from './lender-rows.ts';
import { withRebuiltBalances } from './rebuilt-balances.ts';
import { dayOf, monthsOf } from './reporting-months.ts';

const PSEUDONYM_KEY = 'a pseudonym key for tests, 40 characters';

/** Of the files. */
const DAY = '2025-12-10';
const FILES = [
  'looker/loans.csv',
  'looker/schedules.csv',
  'looker/transactions.csv',
  'looker/loan_par_balances.csv',
  'looker/customer_data.csv',
  'looker/historic_real_payments.csv',
  'manual/targets.csv',
  'manual/marketing_spend.csv',
  'manual/financial_statements.csv',
  'meta/insights.json',
];
const COMPANIES = 'hubspot/companies.json';

export type Counted = { readonly book: Book; readonly martBy: (grain: PeriodGrain) => KpiMart };

/**
 * A generated book with every feed of these KPIs: its rows, and the mart that the product makes of it. Of an earlier
 * day than that of its files, there is no file of balances.
 */
export async function lenderMart({
  catalog,
  grains,
  seed,
  day = DAY,
  months = 18,
  faults = 'none',
}: {
  catalog: Catalog;
  grains: readonly PeriodGrain[];
  seed: number;
  day?: string;
  months?: number;
  faults?: 'none' | 'passed' | 'found';
}): Promise<Counted> {
  const dir = await mkdtemp(join(tmpdir(), 'second-count-'));
  try {
    const [sources, staged] = [join(dir, 'sources'), join(dir, 'staged')];
    await mkdir(staged);
    await generateBook({ dir: sources, loans: 160, months, seed });
    await withHandMadeLoans(sources);
    await withHandMadeRows(sources);
    if (faults !== 'none') await withFaults(sources, { arePassed: faults === 'passed' });
    const marts = await martsOf(sources, { catalog, grains, dir: staged, asOf: LocalDate.parse(day) });
    const martBy = (grain: PeriodGrain) => marts.get(grain) ?? notComputed(grain);
    const book = await readLenderBook(sources, DAY);
    if (day === DAY) return { book, martBy };
    const then = bookOn(dayOf(day), book);
    return { book: withRebuiltBalances(then, monthsOf(then)), martBy };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function martsOf(
  sources: string,
  {
    catalog,
    grains,
    dir,
    asOf,
  }: { catalog: Catalog; grains: readonly PeriodGrain[]; dir: string; asOf: LocalDate },
): Promise<ReadonlyMap<PeriodGrain, KpiMart>> {
  const secrets = { get: () => Promise.resolve(seal(PSEUDONYM_KEY)) };
  // The CRM as it was on the day that is computed, which its name says.
  const companies = COMPANIES.replace('.json', `_${asOf}.json`);
  await copyFile(join(sources, COMPANIES), join(sources, companies));
  const { book, files, rejected } = await stageFiles(
    [...FILES, companies].map((path) => ({ path: join(sources, path), isNamed: true })),
    {
      dir,
      deps: {
        secrets,
        reader: anyFileReader({
          secrets,
          parquetRows: (folder) => new DuckDbParquetRows(folder),
          workers: 0,
        }),
        catalog: () => Promise.resolve(catalog),
        sql: duckDbSqlEngine,
        clock: { now: () => new Date('2026-01-05T06:30:00Z') },
      },
    },
  );
  if (rejected.length > 0)
    throw new Error(rejected.map(({ path, reason }) => `${path}: ${reason}`).join('\n'));
  const ofDay = book.filter((entry) =>
    entry.relation === PAR_RELATION
      ? entry.asOf === asOf
      : entry.asOf <= asOf || isCutToReport(entry.relation, catalog.models),
  );
  const marts = new Map<PeriodGrain, KpiMart>();
  for (const grain of grains) {
    await using sql = await duckDbSqlEngine.open(dir);
    marts.set(grain, await computeKpis({ book: ofDay, files, catalog, sql, asOf, grain }));
  }
  return marts;
}

function notComputed(grain: PeriodGrain): never {
  throw new Error(`was not computed by ${grain}`);
}
