import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { type StagedBook, stageFiles } from '../../local/stage-files.ts';
import { DuckDbParquetRows } from '../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { anyFileReader } from '../../shared/decode/any-file-reader.ts';
import { loadCatalog } from '../../shared/kpis/catalog.ts';
import { seal } from '../../shared/privacy/sealed.ts';
import { TEST_PSEUDONYM_KEY } from './a-pipeline.ts';

export type GeneratedBook = StagedBook &
  AsyncDisposable & {
    readonly dir: string;
    /** What the generator says that the book adds up to. */
    readonly expected: ExpectedSums;
  };

/** What single loans are followed by. */
const FILES = ['loans', 'schedules', 'transactions', 'loan_par_balances'];

/**
 * Files of the lender's system from a generated book, staged as drops of them would be. The caller gives the folder
 * back.
 */
export async function stagedBook({
  files = FILES,
  ...wanted
}: {
  loans: number;
  seed: number;
  files?: readonly string[];
}): Promise<GeneratedBook> {
  const dir = await mkdtemp(join(tmpdir(), 'book-'));
  const [sources, staged] = [join(dir, 'sources'), join(dir, 'staged')];
  await mkdir(staged);
  const expected = await generateBook({ dir: sources, months: 14, ...wanted });
  const secrets = { get: () => Promise.resolve(seal(TEST_PSEUDONYM_KEY)) };
  const paths = files.map((name) => ({ path: join(sources, 'looker', `${name}.csv`), isNamed: true }));
  const book = await stageFiles(paths, {
    dir: staged,
    deps: {
      secrets,
      reader: anyFileReader({ secrets, parquetRows: (folder) => new DuckDbParquetRows(folder), workers: 0 }),
      catalog: loadCatalog,
      sql: duckDbSqlEngine,
      clock: { now: () => new Date('2026-01-05T06:30:00Z') },
    },
  });
  return {
    ...book,
    dir,
    expected,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
