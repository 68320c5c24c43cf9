import { z } from 'zod';

// The identities that must never be mixed up. Each is a branded string, so that the compiler refuses a
// run id where a hash belongs; parsing one is the only way to make it.

/** `run_` and the first 12 hex digits of sha256(dataset, content sha256, contract version). */
export type RunId = z.infer<typeof RunId>;
export const RunId = z
  .string()
  .regex(/^run_[0-9a-f]{12}$/)
  .brand('RunId');

/** `<source>/<dataset>`, as in the landing path: `looker/loans`. */
export type DatasetId = z.infer<typeof DatasetId>;
export const DatasetId = z
  .string()
  .regex(/^[a-z][a-z0-9_]*\/[a-z][a-z0-9_]*$/)
  .brand('DatasetId');

/** 64 lower-case hex digits. */
export type Sha256 = z.infer<typeof Sha256>;
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('Sha256');

/** `book_` and 12 hex digits: the identity of the set of snapshots that KPIs were computed over. */
export type BookId = z.infer<typeof BookId>;
export const BookId = z
  .string()
  .regex(/^book_[0-9a-f]{12}$/)
  .brand('BookId');
