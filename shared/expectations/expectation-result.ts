import { z } from 'zod';
import { ProblemCode } from '../domain/problem.ts';

/**
 * What became of one expectation in one run. All of it is text for people, made from counts and the contract's own
 * words: no value of a cell is ever in it.
 */
export type ExpectationResult = z.infer<typeof ExpectationResult>;
export const ExpectationResult = z.object({
  /** The same in every run of the contract, so that its history can be followed: `not-null:dpd`. */
  id: z.string(),
  /** One sentence that says what is expected. */
  about: z.string(),
  /** Does a failure stop the whole file, or is it only said? */
  severity: z.enum(['block', 'warn']),
  /** `not-evaluated` is no verdict: it weighs in no score and stops nothing, and says why. */
  status: z.enum(['passed', 'failed', 'not-evaluated']),
  observed: z.string(),
  threshold: z.string(),
  /** How many rows (or columns, where the expectation is about columns) break it. */
  failing: z.int().nonnegative(),
  /** The first few of them by record number, lowest first. */
  firstRecords: z.array(z.int().positive()).optional(),
  /** Why it was not evaluated. */
  reason: z.string().optional(),
  /** Problem code of a failure, whose runbook says what to do. */
  code: ProblemCode.optional(),
});
