import type { SqlLimits } from '../ports/sql-engine.ts';
import type { BookEntry } from './kpi-result.ts';

const MOST_ROWS_OF_A_SMALL_BOOK = 60_000;

type Rows = readonly Pick<BookEntry, 'rows'>[];

/** Is it more work to plan a query over the book than to answer it? Then copies are cheap. */
export function isSmallBook(entries: Rows): boolean {
  return entries.reduce((sum, { rows }) => sum + rows, 0) <= MOST_ROWS_OF_A_SMALL_BOOK;
}

/** What a session over the book may use; the engine's own limits for a large one. */
export function limitsFor(entries: Rows): SqlLimits | undefined {
  // Over few rows several threads only get into each other's way.
  return isSmallBook(entries) ? { memoryMegabytes: 256, threads: 1 } : undefined;
}
