import { BookOptions } from './book-options.ts';
import { type Drawn, lastLine, SHARD_LOANS, shardBook } from './book-shards.ts';
import { buildLoanBook } from './build-loan-book.ts';
import { type CsvFile, type CsvLine, type WriteSettings, writeCsvFile } from './csv-file.ts';
import type { ExpectedSums } from './expected-sums.ts';
import { writeExpected } from './generate-book.ts';
import type { LoanBook } from './loan-book.ts';
import { LOANS_FILE, loanLines } from './loans-file.ts';

export type GenerateLoansOptions = WriteSettings & {
  readonly dir: string;
  /** How many loans, and so rows, the file has; at least 10. */
  readonly rows: number;
  readonly seed?: number | undefined;
  readonly asOf?: string | undefined;
};

/**
 * Only `looker/loans.csv`, of any size, and its `expected.json`. A large file is several books one after the other,
 * which share the ids of their customers, so that memory does not grow with it.
 */
export async function generateLoans(options: GenerateLoansOptions): Promise<ExpectedSums> {
  const { dir, rows, seed, asOf, ...settings } = options;
  if (!Number.isInteger(rows) || rows < 10)
    throw new RangeError(`a loans file has a whole number of rows, at least 10: ${rows}`);
  const wanted = BookOptions.pick({ seed: true, asOf: true }).parse({ seed, asOf });
  const file: CsvFile = { ...LOANS_FILE, lines: linesOf(rows, wanted) };
  const written = await writeCsvFile(dir, file, settings);
  return writeExpected(dir, {
    seed: String(wanted.seed),
    asOf: wanted.asOf,
    files: { [file.path]: written },
    parDates: [],
  });
}

function* linesOf(rows: number, wanted: Drawn): Generator<CsvLine> {
  for (const book of loanBooks(rows, wanted)) yield* loanLines(book);
}

/** Books of nearly equal size, so that none is too small to be one. */
function* loanBooks(rows: number, wanted: Drawn): Generator<LoanBook> {
  const shards = Math.ceil(rows / SHARD_LOANS);
  if (shards === 1) return yield buildLoanBook(BookOptions.parse({ ...wanted, loans: rows }));
  let linesBefore = 0;
  for (let shard = 0; shard < shards; shard++) {
    const loans = Math.floor((rows * (shard + 1)) / shards) - Math.floor((rows * shard) / shards);
    const book = shardBook({ ...wanted, loans }, shard, linesBefore);
    linesBefore = lastLine(book);
    yield book;
  }
}
