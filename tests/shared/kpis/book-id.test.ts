import { expect, it } from '@jest/globals';
import { bookIdOf } from '../../../shared/kpis/book-id.ts';
import { entryOf } from './small-book.ts';

const CATALOG = 'c'.repeat(64);
const loans = entryOf('looker_loans', '2025-12-10', 'loans');
const par = entryOf('looker_loan_par_balances', '2025-12-10', 'par');

it('is the same for the same snapshots in any order, wherever they were staged', () => {
  const moved = { ...par, stagingPath: 'elsewhere.parquet', runId: loans.runId, rows: 7 };

  expect(bookIdOf([loans, par], CATALOG)).toMatch(/^book_[0-9a-f]{12}$/);
  expect(bookIdOf([moved, loans], CATALOG)).toBe(bookIdOf([loans, par], CATALOG));
});

it('differs when a snapshot, its day, its contract or the catalogue differs', () => {
  const ids = [
    bookIdOf([loans], CATALOG),
    bookIdOf([loans, par], CATALOG),
    bookIdOf([loans], 'd'.repeat(64)),
    bookIdOf([{ ...loans, contractVersion: 2 }], CATALOG),
    bookIdOf([{ ...loans, sha256: par.sha256 }], CATALOG),
    bookIdOf([{ ...loans, stagedSha256: par.sha256 }], CATALOG),
    bookIdOf([entryOf('looker_loans', '2025-12-11', 'loans')], CATALOG),
  ];

  expect(new Set(ids).size).toBe(ids.length);
});
