import { z } from 'zod';

// Bad news for a person: one code, one sentence each for what is wrong, what was not done and what to do.
// The same code stands in the log, the report, the alert, the runbook's file name and the test.

export const PROBLEM_CODES = [
  // the drop
  'unknown-dataset',
  'ambiguous-dataset',
  'unsafe-name',
  'source-gone',
  'empty-file',
  'file-too-large',
  // the file as a whole
  'unsupported-format',
  'encrypted-file',
  'unsafe-file',
  'damaged-file',
  'ambiguous-sheet',
  'other-sheets',
  'wrong-encoding',
  'byte-order-mark',
  'other-delimiter',
  'unclosed-quote',
  'record-too-long',
  'header-only',
  'missing-column',
  'duplicate-column',
  'unexpected-column',
  'undeclared-personal-data',
  'rows-quarantined',
  'too-many-bad-rows',
  'no-as-of',
  'future-as-of',
  'as-of-conflict',
  'volume-change',
  'stale-data',
  'not-reconciled',
  'share-exceeded',
  'reference-not-evaluated',
  // one row
  'ragged-row',
  'malformed-row',
  'missing-value',
  'text-in-number',
  'excess-scale',
  'impossible-date',
  'unknown-value',
  'out-of-range',
  'negative-balance',
  'par-nesting',
  'writeoff-with-balance',
  'dpd-date-mismatch',
  'tape-buckets',
  'tape-90-plus',
  'balance-above-principal',
  'does-not-add-up',
  'orphan',
  'conflicting-duplicate',
  'identical-duplicate',
  'repeated-key',
  // the machinery
  'breaker-open',
  'rolled-back',
  'control-totals-differ',
  'parity-mismatch',
  'config-invalid',
  'access-unrecorded',
  'access-broken',
  'stage-failed',
  'source-failed',
  'delivery-failed',
  'secret-expiry',
  // a feed that changed
  'schema-drift',
  'data-drift',
  // the numbers
  'kpi-outside-limits',
  // a question
  'no-data-for-day',
] as const;

export type ProblemCode = z.infer<typeof ProblemCode>;
export const ProblemCode = z.enum(PROBLEM_CODES);

export type Problem = z.infer<typeof Problem>;
export const Problem = z.object({
  code: ProblemCode,
  severity: z.enum(['error', 'warning', 'notice']),
  /** What is wrong (with row and column), what was not done, what to do next. */
  message: z.string(),
  column: z.string().optional(),
  /** Number of the record in the file: the first one after the header is 1. */
  record: z.int().positive().optional(),
  /** How many rows or cells have it. */
  count: z.int().positive().optional(),
});

/** Path of the page that tells an operator what to do about a problem. */
export function runbookOf(code: ProblemCode): string {
  return `docs/runbooks/${code}.md`;
}
