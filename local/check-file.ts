import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import { DuckDbParquetRows } from '../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../shared/adapters/duckdb/duckdb-sql-engine.ts';
import { temporaryFolders } from '../shared/adapters/environment/temporary-folders.ts';
import { anyFileReader } from '../shared/decode/any-file-reader.ts';
import { localFile } from '../shared/decode/zip/local-file.ts';
import { loadCatalog } from '../shared/kpis/catalog.ts';
import { type CheckDeps, type Checked, checkFile, checkReport } from '../shared/pipeline/check-file.ts';
import { seal } from '../shared/privacy/sealed.ts';
import { comparisonWithFiles, filesBelow } from './check-against.ts';
import { checkLines } from './check-lines.ts';
import { type CheckOptions, checkOptions, HELP } from './check-options.ts';
import { withProgress } from './check-progress.ts';
import { exitWhenWritten } from './exit-when-written.ts';
import { UsageError } from './pipeline-options.ts';

// `npm run check-file`: the verdict on a file, before it is dropped.

const EXIT = { accepted: 0, machineryFailed: 1, rejected: 2 } as const;

async function main(): Promise<number> {
  const options = checkOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(HELP);
    return EXIT.accepted;
  }
  for (const file of [options.file, ...options.against]) await refuseMissing(file);
  await refuseUnwritable(options.html);
  const checked = await check(options);
  if (options.html !== undefined) await writeFile(options.html, checked.page);
  if (options.json) console.log(JSON.stringify(checkReport(checked)));
  else for (const line of checkLines(options.file, checked)) console.log(line);
  return checked.report.verdict === 'rejected' ? EXIT.rejected : EXIT.accepted;
}

async function check({ file, dataset, asOf, against, book }: CheckOptions): Promise<Checked> {
  const named = against.map((path) => ({ path, isNamed: true }));
  const others = [...named, ...(book === undefined ? [] : await filesBelow(book))];
  const deps = checkDeps();
  const comparison = comparisonWithFiles(others, { deps, say: (line) => console.error(line) });
  const progress = progressLine();
  await using source = await localFile(file);
  try {
    return await checkFile(
      { path: basename(file), source, dataset, asOf },
      { ...deps, comparison, reader: withProgress(deps.reader, (rows) => progress.tell(rows)) },
    );
  } finally {
    progress.end();
  }
}

/** More threads than that only wait for the one that reads and writes. */
const MOST_WORKERS = 4;

function checkDeps(): CheckDeps {
  // The tokens of a check are compared with nothing outside it, so any key will do.
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
    scratch: temporaryFolders,
    clock: { now: () => new Date() },
  };
}

/** One line that is written over; nothing where nobody looks at it. */
function progressLine(): { tell(rows: number): void; end(): void } {
  const { stderr } = process;
  let isShown = false;
  return {
    tell(rows) {
      if (!stderr.isTTY) return;
      isShown = true;
      stderr.write(`\r${rows.toLocaleString('en-US')} rows read`);
    },
    end() {
      if (isShown) stderr.write('\r\u001B[K');
    },
  };
}

async function refuseMissing(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new UsageError(`${file} is not a file that can be read`);
}

/** A page that could not be written would be noticed after all the work. */
async function refuseUnwritable(page: string | undefined): Promise<void> {
  if (page === undefined) return;
  const folder = dirname(page);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new UsageError(`--html ${page}: there is no folder ${folder}`);
  const there = await stat(page).catch(() => undefined);
  if (there?.isDirectory() === true) throw new UsageError(`--html ${page} is a folder`);
}

main().then(exitWhenWritten, (error: unknown) => {
  const isUsage = error instanceof UsageError;
  if (isUsage) console.error(`${error.message}. See --help.`);
  else console.error(error);
  return exitWhenWritten(isUsage ? EXIT.rejected : EXIT.machineryFailed);
});
