import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateBook } from '../../../../../local/generate/generate-book.ts';
import { stageFiles } from '../../../../../local/stage-files.ts';
import { DuckDbParquetRows } from '../../../../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { anyFileReader } from '../../../../../shared/decode/any-file-reader.ts';
import type { Catalog } from '../../../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../../../shared/kpis/compute-kpis.ts';
import type { KpiMart, PeriodGrain } from '../../../../../shared/kpis/kpi-result.ts';
import { seal } from '../../../../../shared/privacy/sealed.ts';
import { TEST_PSEUDONYM_KEY } from '../../../../support/a-pipeline.ts';
import { date } from '../../small-book.ts';
import { AS_OF, enrichBook } from './enriched-book.ts';
import { type LoanBookRows, loanBookRows } from './loan-book-rows.ts';

export type CountedBook = AsyncDisposable & {
  readonly rows: LoanBookRows;
  /** What the models make of it. */
  readonly martOf: (wanted?: WantedMart) => Promise<KpiMart>;
};

export type WantedMart = {
  readonly asOf?: string;
  readonly grain?: PeriodGrain;
  /** Whether a relation is in the book. */
  readonly has?: (relation: string) => boolean;
};

/** A generated book with rows that the generator does not write. The caller gives its folder back. */
export async function countedBook(
  seed: number,
  catalog: Catalog,
  change: (sources: string) => Promise<void> = enrichBook,
): Promise<CountedBook> {
  const dir = await mkdtemp(join(tmpdir(), 'counted-'));
  const [sources, staged] = [join(dir, 'sources'), join(dir, 'staged')];
  await mkdir(staged);
  await generateBook({ dir: sources, loans: 220, months: 18, seed });
  await change(sources);
  const secrets = { get: () => Promise.resolve(seal(TEST_PSEUDONYM_KEY)) };
  const { book, files, rejected } = await stageFiles(await csvFiles(sources), {
    dir: staged,
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
  });
  if (rejected.length > 0) throw new Error(`${rejected[0]?.path}: ${rejected[0]?.reason}`);
  return {
    rows: await loanBookRows(sources, AS_OF),
    martOf: async ({ asOf = AS_OF, grain = 'month', has = () => true } = {}) => {
      await using sql = await duckDbSqlEngine.open(staged);
      const read = book.filter(({ relation }) => has(relation));
      return await computeKpis({ book: read, files, catalog, sql, asOf: date(asOf), grain });
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

async function csvFiles(sources: string) {
  const folders = ['looker', 'manual', 'cascade'].map((name) => join(sources, name));
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  return names
    .flat()
    .filter((path) => path.endsWith('.csv'))
    .map((path) => ({ path, isNamed: false }));
}
