import { z } from 'zod';
import { LocalDate } from '../domain/local-date.ts';

// What comes of holding the engine against the twin.

export type ParityMismatch = z.infer<typeof ParityMismatch>;
export const ParityMismatch = z.object({
  kpi: z.string(),
  version: z.int().positive(),
  reportingDate: LocalDate,
  part: z.enum(['value', 'numerator', 'denominator']),
  /** Decimal text; null where there is none. */
  engine: z.string().nullable(),
  twin: z.string().nullable(),
  /** Engine less twin; null where one of them has nothing. */
  difference: z.string().nullable(),
});

export type Parity = z.infer<typeof Parity>;
export const Parity = z.object({
  /** KPIs at reporting dates that were compared. */
  checked: z.int().nonnegative(),
  mismatches: z.array(ParityMismatch),
  /** Core KPIs of a version that the twin does not know: nobody has proved them. */
  unproven: z.array(z.string()),
});
