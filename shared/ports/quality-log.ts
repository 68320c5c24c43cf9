import { z } from 'zod';
import { DatasetId, RunId } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import { ExpectationResult } from '../expectations/expectation-result.ts';

/** What was found out about one file in the newest attempt of its run. */
export type QualityEntry = z.infer<typeof QualityEntry>;
export const QualityEntry = z.object({
  runId: RunId,
  attempt: z.int().positive(),
  dataset: DatasetId,
  contract: z.string(),
  contractVersion: z.int().nonnegative(),
  /** When the file landed: history is ordered by it, so that a rerun of an old file stays in its place. */
  landedAt: z.iso.datetime(),
  /** When it was judged. */
  at: z.iso.datetime(),
  asOf: LocalDate.optional(),
  /** `0.0` to `100.0`; absent when nothing could be evaluated. */
  score: z
    .string()
    .regex(/^\d{1,3}\.\d$/)
    .optional(),
  verdict: z.enum(['promote', 'block']),
  /** Accepted rows. */
  rows: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  results: z.array(ExpectationResult),
});

/** The history of data quality: one entry for each run. */
export interface QualityLog {
  /**
   * Replaces what an earlier attempt of the run, or the same one, has left, wherever its file had landed then. An
   * attempt that a newer one has overtaken changes nothing.
   */
  record(entry: QualityEntry): Promise<void>;
  /**
   * Entries of one contract, in whatever version, the file that landed last first; at most `limit`, and only files
   * that had landed by `landedBy` where it is given.
   */
  history(
    of: Pick<QualityEntry, 'dataset' | 'contract'>,
    limit: number,
    landedBy?: string,
  ): Promise<readonly QualityEntry[]>;
}
