import { BookOptions } from './book-options.ts';
import { buildLoanBook } from './build-loan-book.ts';
import { type WriteSettings, writeCsvFile } from './csv-file.ts';
import type { ExpectedSums } from './expected-sums.ts';
import { expectedHead, writeExpected } from './generate-book.ts';
import type { LoanBook } from './loan-book.ts';
import { type ParRow, parBalancesFile, parRows } from './par-balances-file.ts';
import { emptyPortfolio, expectedParDate, tallied } from './portfolio-tally.ts';

export const FEWEST_PAR_ROWS = 100;

export type GenerateParBalancesOptions = WriteSettings & {
  readonly dir: string;
  /** How many rows the file has, exactly; at least 100. */
  readonly rows: number;
  readonly seed?: number | undefined;
  readonly asOf?: string | undefined;
};

/** Only `looker/loan_par_balances.csv`, of any size, and its `expected.json`. */
export async function generateParBalances(options: GenerateParBalancesOptions): Promise<ExpectedSums> {
  const { dir, rows, seed, asOf, ...settings } = options;
  if (!Number.isInteger(rows) || rows < FEWEST_PAR_ROWS)
    throw new RangeError(`a PAR file has a whole number of rows, at least ${FEWEST_PAR_ROWS}: ${rows}`);
  const { book, surplus } = bookWithAtLeast(rows, { seed, asOf });
  const portfolio = emptyPortfolio(book);
  const kept = tallied(book, withoutFirst(parRows(book), surplus), portfolio);
  const file = parBalancesFile(book, kept);
  const written = await writeCsvFile(dir, file, settings);
  return writeExpected(dir, {
    ...expectedHead(book),
    files: { [file.path]: written },
    parDates: portfolio.dates.map(expectedParDate),
  });
}

/** A book with no fewer rows than asked for, and how many there are too many. */
function bookWithAtLeast(rows: number, wanted: object): { book: LoanBook; surplus: number } {
  for (let loans = Math.ceil(rows / 1.9); ; loans = Math.ceil(loans * 1.05) + 5) {
    const book = buildLoanBook(BookOptions.parse({ ...wanted, loans }));
    const count = countRows(book);
    if (count >= rows) return { book, surplus: count - rows };
  }
}

function countRows(book: LoanBook): number {
  let count = 0;
  for (const _ of parRows(book)) count++;
  return count;
}

/** The oldest rows go, so that the newest snapshot stays whole. */
function* withoutFirst(rows: Iterable<ParRow>, surplus: number): Generator<ParRow> {
  let left = surplus;
  for (const row of rows) {
    if (left-- > 0) continue;
    yield row;
  }
}
