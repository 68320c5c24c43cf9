import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { DuckDbParquetRows } from '../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { temporaryFolders } from '../shared/adapters/environment/temporary-folders.ts';
import { anyFileReader } from '../shared/decode/any-file-reader.ts';
import { loadCatalog } from '../shared/kpis/catalog.ts';
import { computeKpis } from '../shared/kpis/compute-kpis.ts';
import { coreCatalog } from '../shared/kpis/parity.ts';
import { proveMart } from '../shared/pipeline/prove-mart.ts';
import { seal } from '../shared/privacy/sealed.ts';
import { filesBelow, type OtherFile } from './check-against.ts';
import { exitWhenWritten } from './exit-when-written.ts';
import { type Proved, parityLines } from './parity-lines.ts';
import { HELP, type ParityOptions, parityOptions } from './parity-options.ts';
import { UsageError } from './pipeline-options.ts';
import { newestDay, type StagedBook, type StageFilesDeps, stageFiles } from './stage-files.ts';

// `npm run parity`: any book through the readers, the models and the gate that a drop goes through, and the verdict.

const EXIT = { agrees: 0, differs: 1, rejected: 2 } as const;

async function main(): Promise<number> {
  const options = parityOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return EXIT.agrees;
  }
  const files = await filesOf(options.data);
  await using scratch = await temporaryFolders.open();
  const staged = await stageFiles(files, { dir: scratch.dir, deps: stagingDeps() });
  for (const { path, reason } of staged.rejected) console.error(`${path}: rejected. ${reason}`);
  if (staged.rejected.length > 0) return EXIT.rejected;
  const proved = await prove(staged, options, scratch.dir);
  if (options.json) console.log(JSON.stringify({ asOf: proved.asOf, ...proved.parity }));
  else for (const line of parityLines(proved)) console.log(line);
  return proved.parity.mismatches.length === 0 ? EXIT.agrees : EXIT.differs;
}

async function prove({ book, files }: StagedBook, options: ParityOptions, dir: string): Promise<Proved> {
  const asOf = options.asOf ?? newestDay(book);
  if (asOf === undefined)
    throw new UsageError('none of the files tells of a day that could be reported: give --as-of DATE');
  const catalog = coreCatalog(await loadCatalog());
  await using sql = await duckDbSqlEngine.open(dir);
  const failed = new Set<string>();
  const mart = await computeKpis({
    book,
    files,
    catalog,
    sql,
    asOf,
    onFailure: ({ mart: model, kpis, error }) => {
      for (const kpi of kpis) failed.add(kpi);
      console.error(`${model} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  const parity = await proveMart({ mart, files, sql, failed });
  const results = [...mart.kpis, ...mart.series];
  return { asOf, relations: book.map(({ relation }) => relation).toSorted(), results, parity };
}

async function filesOf(data: readonly string[]): Promise<readonly OtherFile[]> {
  const files: OtherFile[] = [];
  for (const path of data) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new UsageError(`${path} is not a file or folder that can be read`);
    if (found.isDirectory()) files.push(...(await filesBelow(path)));
    else files.push({ path, isNamed: true });
  }
  if (files.length === 0) throw new UsageError('there is no data file in the folder');
  return files;
}

/** More threads than that only wait for the one that reads and writes. */
const MOST_WORKERS = 4;

function stagingDeps(): StageFilesDeps {
  // Pseudonyms are compared with nothing outside this run, so any key will do.
  const key = seal(randomBytes(32).toString('hex'));
  const secrets = { get: () => Promise.resolve(key) };
  return {
    secrets,
    reader: anyFileReader({
      secrets,
      parquetRows: (dir) => new DuckDbParquetRows(dir),
      workers: Math.min(availableParallelism(), MOST_WORKERS),
    }),
    catalog: loadCatalog,
    sql: duckDbSqlEngine,
    clock: { now: () => new Date() },
  };
}

main().then(exitWhenWritten, (error: unknown) => {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}. See --help.` : error);
  return exitWhenWritten(isUsage ? EXIT.rejected : EXIT.differs);
});
