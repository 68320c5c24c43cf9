import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateBook } from '../../../../../local/generate/generate-book.ts';
import { stageFiles } from '../../../../../local/stage-files.ts';
import { DuckDbParquetRows } from '../../../../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../../../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { anyFileReader } from '../../../../../shared/decode/any-file-reader.ts';
import { type Catalog, loadCatalog } from '../../../../../shared/kpis/catalog.ts';
import { computeKpis } from '../../../../../shared/kpis/compute-kpis.ts';
import type { KpiMart } from '../../../../../shared/kpis/kpi-result.ts';
import { seal } from '../../../../../shared/privacy/sealed.ts';
import { TEST_PSEUDONYM_KEY } from '../../../../support/a-pipeline.ts';
import { date } from '../../small-book.ts';
import { AS_OF, enrichBook } from './enriched-book.ts';
import { type LoanBookRows, loanBookRows } from './loan-book-rows.ts';

export type CountedBook = {
  readonly rows: LoanBookRows;
  /** From all files, without the PAR file, and from the aggregate tape alone. */
  readonly mart: KpiMart;
  readonly rebuilt: KpiMart;
  readonly ofTape: KpiMart;
};

/** A generated book with rows that the generator does not write, and what the models make of it. */
export async function countedBook(seed: number, catalog: Catalog): Promise<CountedBook> {
  const dir = await mkdtemp(join(tmpdir(), 'counted-'));
  try {
    const [sources, staged] = [join(dir, 'sources'), join(dir, 'staged')];
    await mkdir(staged);
    await generateBook({ dir: sources, loans: 220, months: 18, seed });
    await enrichBook(sources);
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
        catalog: loadCatalog,
        sql: duckDbSqlEngine,
        clock: { now: () => new Date('2026-01-05T06:30:00Z') },
      },
    });
    if (rejected.length > 0) throw new Error(`${rejected[0]?.path}: ${rejected[0]?.reason}`);
    const martOf = async (isRead: (relation: string) => boolean): Promise<KpiMart> => {
      await using sql = await duckDbSqlEngine.open(staged);
      const read = book.filter(({ relation }) => isRead(relation));
      return await computeKpis({ book: read, files, catalog, sql, asOf: date(AS_OF) });
    };
    return {
      rows: await loanBookRows(sources, AS_OF),
      mart: await martOf(() => true),
      rebuilt: await martOf((relation) => relation !== 'looker_loan_par_balances'),
      ofTape: await martOf((relation) => relation === 'cascade_loan_tape'),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
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
