import { z } from 'zod';

/** What a validator must call the fault. */
export type FaultProblem = z.infer<typeof FaultProblem>;
export const FaultProblem = z.enum([
  'unknown-dataset',
  'empty-file',
  'header-only',
  'missing-column',
  'duplicate-column',
  'ragged-row',
  'unclosed-quote',
  'other-delimiter',
  'wrong-encoding',
  'record-too-long',
  'unexpected-column',
  'undeclared-personal-data',
  'out-of-range',
  'text-in-number',
  'impossible-date',
  'missing-value',
  'par-nesting',
  'negative-balance',
  'future-as-of',
  'identical-duplicate',
  'conflicting-duplicate',
  'writeoff-with-balance',
  'tape-buckets',
  'tape-90-plus',
  'too-many-bad-rows',
]);

/** `faults/<name>/expected.json`: what must happen to the file beside it. */
export type ExpectedFault = z.infer<typeof ExpectedFault>;
export const ExpectedFault = z.strictObject({
  fault: z.string(),
  about: z.string(),
  /** Under the fault's folder: `looker/loans.csv`. */
  file: z.string(),
  /** accepted: every row counts. quarantined: the bad rows are set aside. rejected: nothing of it is used. */
  outcome: z.enum(['accepted', 'quarantined', 'rejected']),
  /** Absent when there is nothing to report. */
  problem: FaultProblem.optional(),
  /** Records after the header; absent where the file cannot be cut into records. */
  rows: z.int().nonnegative().optional(),
  /** Rows at fault; 0 when the file as a whole is at fault or nothing is. */
  badRows: z.int().nonnegative(),
  /** Rows that say nothing new: dropped and counted. */
  duplicateRows: z.int().positive().optional(),
  column: z.string().optional(),
  /** The first record touched, from 1, the header not counted. */
  record: z.int().positive().optional(),
});
