import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TABLE_FORMATS, type TableFormat, writeFormats } from '../../local/generate/formats/write-formats.ts';
import { generateBook } from '../../local/generate/generate-book.ts';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { PAR_FILE } from '../../local/generate/par-balances-file.ts';
import { DuckDbParquetRows } from '../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { Contract } from '../../shared/contracts/contract.ts';
import { anyFileReader } from '../../shared/decode/any-file-reader.ts';
import { type CsvSettings, readCsv } from '../../shared/decode/csv/csv-reader.ts';
import { localFile } from '../../shared/decode/zip/local-file.ts';
import { DatasetId } from '../../shared/domain/ids.ts';
import { identifyTables } from '../../shared/pipeline/identify-tables.ts';
import { type Staged, stageFile } from '../../shared/pipeline/stage-file.ts';
import type { FileReader } from '../../shared/ports/file-reader.ts';
import { pseudonymiser } from '../../shared/privacy/pseudonym.ts';
import { seal } from '../../shared/privacy/sealed.ts';

// One table in every format that is read: the staged rows are the same, byte for byte.

const KEY = 'a key for tests, of forty characters ...';
const MADE = new Date('2025-12-10T00:00:00Z');
const PAR_ROWS = 70_001;

const PAR = 'looker/loan_par_balances';
/** Every table of a book; these all have rows, but for `looker/collateral`, which may be empty. */
const TABLES = [
  ...['looker/loans', PAR, 'looker/schedules', 'looker/transactions', 'looker/customers'],
  ...['looker/historic_real_payments', 'looker/loan_data', 'looker/customer_data', 'looker/collateral'],
  ...['cascade/loan_tape', 'cascade/loan_tape_par', 'cascade/loan_tape_loans'],
  ...['manual/financial_statements', 'manual/financial_statements_long', 'manual/targets'],
  ...['manual/marketing_spend', 'manual/headcount', 'manual/payor_map', 'manual/risk_parameters'],
];

let dir: string;
let large: string;
let passes = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-formats-'));
  await generateBook({ dir: join(dir, 'book'), loans: 300, seed: 17, formats: 'all' });
  large = join(dir, 'large');
  const { files } = await generateParBalances({ dir: large, rows: PAR_ROWS, seed: 18 });
  await writeFormats(large, [PAR_FILE], files, { formats: 'all', made: MADE });
}, 600_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a table of the book', () => {
  it.each(TABLES)(
    '%s is staged as the same bytes from every format, and again on a second run',
    async (table) => {
      const book = join(dir, 'book');
      const csv = await stagedAs(book, table, 'csv');

      const isEmpty = table === 'looker/collateral';
      // Nothing as lines of JSON is a file without a byte, which is refused by that.
      const others = TABLE_FORMATS.filter((format) => format !== 'csv' && !(isEmpty && format === 'ndjson'));
      for (const format of others) {
        const staged = await stagedAs(book, table, format);
        expect([format, staged.rows]).toEqual([format, csv.rows]);
        expect([format, staged.sha256]).toEqual([format, csv.sha256]);
      }
      expect(await stagedAs(book, table, 'csv')).toEqual(csv);
      expect(csv.rows.accepted > 0).toBe(!isEmpty);
    },
  );
});

describe('a file of several row groups', () => {
  let csv: Summary;
  beforeAll(async () => {
    csv = await stagedAs(large, PAR, 'csv');
  });

  it('has all of its rows', () => {
    expect(csv.rows).toEqual({ records: PAR_ROWS, accepted: PAR_ROWS, rejected: 0 });
  });

  it.each(TABLE_FORMATS)('is staged as the same bytes from %s, every time', async (format) => {
    expect(await stagedAs(large, PAR, format)).toEqual(csv);
    expect(await stagedAs(large, PAR, format)).toEqual(csv);
  });

  it.each([1, 2, 3])('is staged as the same bytes by %i threads', async (workers) => {
    expect(await stagedAs(large, PAR, 'csv', csvReader({ workers, parallelFromBytes: 0 }))).toEqual(csv);
  });
});

type Summary = {
  readonly sha256: string;
  readonly rows: { readonly records: number; readonly accepted: number; readonly rejected: number };
  readonly totals: Staged['intake']['totals'];
};

async function stagedAs(
  book: string,
  table: string,
  format: TableFormat,
  reader: FileReader = readerOf(),
): Promise<Summary> {
  const path = join(book, 'formats', format, `${table}.${format}`);
  const scratch = join(dir, `pass-${(passes += 1)}`);
  await mkdir(scratch);
  await using source = await localFile(path);
  const contract = await contractFor(table, reader, { source, scratchDir: scratch });
  const staged = await stageFile(
    source,
    contract,
    { dir: scratch, pass: 1 },
    { reader, sql: duckDbSqlEngine },
  );
  if (staged.kind === 'unstaged') throw new Error(`${basename(path)}: ${staged.problems[0]?.message}`);
  const { records, accepted, rejected, totals } = staged.intake;
  const sha256 = createHash('sha256')
    .update(await readFile(staged.stagedFile))
    .digest('hex');
  await rm(scratch, { recursive: true });
  return { sha256, rows: { records, accepted, rejected }, totals };
}

/** Found as the pipeline finds it, by the dataset's folder and the header. */
async function contractFor(
  table: string,
  reader: FileReader,
  file: Parameters<FileReader['readHeaders']>[0],
): Promise<Contract> {
  const headers = await reader.readHeaders(file);
  if ('code' in headers) throw new Error(headers.message);
  const dataset = DatasetId.parse(table.replace(/_(par|loans|long)$/, ''));
  const found = identifyTables(dataset, headers);
  if (found.kind !== 'found') throw new Error(`${table} belongs to no dataset`);
  return found.contract;
}

function readerOf(): FileReader {
  return anyFileReader({
    secrets: { get: async () => seal(KEY) },
    parquetRows: (folder) => new DuckDbParquetRows(folder),
    workers: 1,
  });
}

/** CSV with settings that the composition root does not offer. */
function csvReader(settings: Pick<CsvSettings, 'workers' | 'parallelFromBytes'>): FileReader {
  const { readHeaders } = readerOf();
  return {
    readHeaders,
    read: (file, contract, sink, setAside) =>
      readCsv(file.source, contract, sink, {
        tokenOf: pseudonymiser(KEY),
        pseudonymKey: KEY,
        setAside,
        ...settings,
      }),
  };
}
