import { z } from 'zod';

// What the process of a case prints at its end, and what becomes of it over the rounds.

/** What a case found in its file; what it does not look for is left out. */
export type Found = z.infer<typeof Found>;
export const Found = z.strictObject({
  /** Records read, whatever is wrong with them. */
  rows: z.int().nonnegative(),
  badRows: z.int().nonnegative().optional(),
  violations: z.int().nonnegative().optional(),
  /** Sum of all money columns over the rows that count, in cents. */
  centsSum: z
    .string()
    .regex(/^-?\d+$/)
    .optional(),
  /** Sums at the newest reporting date that a whole chain ends with, in cents. */
  newest: z.strictObject({ outstanding: z.string(), par30: z.string(), writtenOff: z.string() }).optional(),
  /** Other times of the same process, by name. */
  more: z.record(z.string(), z.number()).optional(),
});

/** One run of one case. */
export type Measurement = z.infer<typeof Measurement>;
export const Measurement = z.strictObject({
  ms: z.number(),
  /** Time of all its threads on a processor: neighbours hardly change it. */
  cpuMs: z.number(),
  peakRssMb: z.number(),
  found: Found,
});

/** The runs of one case, by round. */
export type CaseRuns = {
  readonly name: string;
  /** Rows and bytes of the file; of the whole file where a case read a part of it and was scaled. */
  readonly rows: number;
  readonly bytes: number;
  readonly runs: readonly Measurement[];
  /** Why there are none. */
  readonly skipped?: string;
  /** A tenth of the file was read and the time multiplied. */
  readonly isScaled?: boolean;
};
