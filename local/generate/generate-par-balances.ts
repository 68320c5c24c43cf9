import { spoiledParLine } from './bad-par-rows.ts';
import { BookOptions } from './book-options.ts';
import { type Drawn, lastLine, SHARD_LOANS, shardBook } from './book-shards.ts';
import { buildLoanBook } from './build-loan-book.ts';
import { type CsvFile, type CsvLine, type WriteSettings, writeCsvFile } from './csv-file.ts';
import type { ExpectedSums } from './expected-sums.ts';
import { writeExpected } from './generate-book.ts';
import { clientName } from './invented-names.ts';
import { at, type LoanBook } from './loan-book.ts';
import { quotedCell } from './money-cells.ts';
import { PAR_FILE, type ParRow, parLine, parRows } from './par-balances-file.ts';
import {
  type DateTally,
  emptyPortfolio,
  expectedParDate,
  mergedTallies,
  tallied,
} from './portfolio-tally.ts';
import { type Random, seededRandom } from './random.ts';

export const FEWEST_PAR_ROWS = 100;

export type GenerateParBalancesOptions = WriteSettings & {
  readonly dir: string;
  /** How many rows the file has, exactly; at least 100. */
  readonly rows: number;
  readonly seed?: number | undefined;
  readonly asOf?: string | undefined;
  /** Share of rows that break the contract, from 0 to 1. Each row is drawn by itself; the number is counted. */
  readonly badShare?: number | undefined;
  /** Adds the column `cliente`: quoted names with commas and accents. */
  readonly pii?: boolean | undefined;
};

/**
 * Only `looker/loan_par_balances.csv`, of any size, and its `expected.json`. Beyond some 250,000 rows the file is
 * several books one after the other, each by date, so that memory does not grow with it.
 */
export async function generateParBalances(options: GenerateParBalancesOptions): Promise<ExpectedSums> {
  const { dir, rows, seed, asOf, badShare = 0, pii = false, ...settings } = options;
  if (!Number.isInteger(rows) || rows < FEWEST_PAR_ROWS)
    throw new RangeError(`a PAR file has a whole number of rows, at least ${FEWEST_PAR_ROWS}: ${rows}`);
  if (!(badShare >= 0 && badShare <= 1))
    throw new RangeError(`the share of bad rows lies between 0 and 1: ${badShare}`);
  // Checked before the first row is drawn, and the source of the defaults.
  const wanted = BookOptions.pick({ seed: true, asOf: true }).parse({ seed, asOf });
  const dates: DateTally[][] = [];
  const file: CsvFile = {
    ...PAR_FILE,
    header: pii ? [...PAR_FILE.header, 'cliente'] : PAR_FILE.header,
    ...(badShare > 0 && { counts: ['bad'] }),
    lines: parLines(wanted, { rows, badShare, pii }, dates),
  };
  const written = await writeCsvFile(dir, file, settings);
  return writeExpected(dir, {
    seed: String(wanted.seed),
    asOf: wanted.asOf,
    files: { [file.path]: written },
    parDates: mergedTallies(dates).map(expectedParDate),
  });
}

type Lines = { readonly rows: number; readonly badShare: number; readonly pii: boolean };

function* parLines(wanted: Drawn, { rows, badShare, pii }: Lines, dates: DateTally[][]): Generator<CsvLine> {
  const random = seededRandom(wanted.seed ?? 1, 'bad rows');
  let clientsBefore = 0;
  let left = rows;
  for (const { book, surplus } of parBooks(wanted, () => left)) {
    const portfolio = emptyPortfolio(book);
    dates.push(portfolio.dates);
    const kept = withoutFirst(parRows(book), surplus);
    const drawn = badShare > 0 ? withBadOnes(kept, badShare, random) : kept;
    const names = pii ? quotedNames(book, clientsBefore) : undefined;
    clientsBefore += book.roster.ids.length;
    for (const row of tallied(book, drawn, portfolio)) {
      const line = row.isBad === true ? badLine(book, row, random) : parLine(book, row);
      left--;
      yield names ? { ...line, text: `${line.text},${names[at(book.customer, row.loan)]}` } : line;
    }
  }
}

function badLine(book: LoanBook, row: ParRow, random: Random): CsvLine {
  const { text, cents } = parLine(book, row);
  const spoiled = spoiledParLine(text, random);
  return { text: spoiled.text, cents, mark: { kind: 'bad', codes: spoiled.codes } };
}

function quotedNames(book: LoanBook, clientsBefore: number): string[] {
  return book.roster.ids.map((_, position) => quotedCell(clientName(clientsBefore + position)));
}

/**
 * Books that have as many rows together as asked for, once the surplus of the last one is left out. `left` tells how
 * many rows are still to come when the next book is begun.
 */
function* parBooks(wanted: Drawn, left: () => number): Generator<{ book: LoanBook; surplus: number }> {
  if (left() <= ROWS_OF_ONE_BOOK) return yield bookWithAtLeast(left(), wanted);
  let linesBefore = 0;
  for (let shard = 0; left() > 0; shard++) {
    const book = shardBook({ ...wanted, loans: SHARD_LOANS }, shard, linesBefore);
    linesBefore = lastLine(book);
    // Rows are counted beforehand only where the book may be the last one, since counting takes a pass over it.
    const mayBeLast = left() < 2 * ROWS_OF_ONE_BOOK;
    yield { book, surplus: mayBeLast ? Math.max(0, countRows(book) - left()) : 0 };
  }
}

/** A loan has about 1.9 rows, and never twice as many on average. */
const ROWS_OF_ONE_BOOK = Math.floor(SHARD_LOANS * 1.9);

/** A book with no fewer rows than asked for, and how many there are too many. */
function bookWithAtLeast(rows: number, wanted: Drawn): { book: LoanBook; surplus: number } {
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

function* withBadOnes(rows: Iterable<ParRow>, share: number, random: Random): Generator<ParRow> {
  for (const row of rows) yield random.chance(share) ? { ...row, isBad: true } : row;
}
