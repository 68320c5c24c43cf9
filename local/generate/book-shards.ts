import { BookOptions } from './book-options.ts';
import { buildLoanBook } from './build-loan-book.ts';
import { at, type LoanBook } from './loan-book.ts';

/** Loans drawn at a time: a book of that size takes some ten megabytes, however large the file becomes. */
export const SHARD_LOANS = 130_000;

/** Digits of the lines of credit where several books share one file. */
const SHARED_LINE_DIGITS = 7;

export type Drawn = { readonly seed?: number | undefined; readonly asOf?: string | undefined };

/** The book at a position among many: drawn apart from the others, with lines of credit of its own. */
export function shardBook(options: Drawn & { loans: number }, shard: number, linesBefore: number): LoanBook {
  const seed = (options.seed ?? 1) + shard * SEED_STEP;
  const book = buildLoanBook(BookOptions.parse({ ...options, seed }));
  return {
    ...book,
    line: book.line.map((line) => line + linesBefore),
    lineDigits: SHARED_LINE_DIGITS,
  };
}

/** Far from the seeds that people choose. */
const SEED_STEP = 1_000_003;

/** The highest line of credit in either company. */
export function lastLine(book: LoanBook): number {
  let last = 0;
  for (let loan = 0; loan < book.count; loan++) last = Math.max(last, at(book.line, loan));
  return last;
}
