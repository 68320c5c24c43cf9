import { z } from 'zod';
import type { Versioned } from './run-ledger.ts';

// Circuits guard what other services answer for: while one is open, nobody asks. Their state is shared, so that what one
// instance has learned spares the others.

/** As a circuit stands in the store. */
export type CircuitState = z.infer<typeof CircuitState>;
export const CircuitState = z.object({
  /** The service, such as `cascade`. */
  name: z.string().min(1),
  status: z.enum(['closed', 'open', 'probing', 'isolated']),
  /** Failures in a row. */
  failures: z.int().nonnegative(),
  /** Since when it stands so. */
  since: z.iso.datetime(),
  /** When somebody may try again: of an open circuit, or of one whose probe was never heard of again. */
  retryAt: z.iso.datetime().optional(),
  /** What went wrong last, or why somebody isolated it. */
  reason: z.string().optional(),
  /** Who isolated or reset it. */
  by: z.string().optional(),
});

/** The circuits, shared by all instances. Of two writers one wins, the other reads again. */
export interface Circuits {
  get(name: string): Promise<Versioned<CircuitState> | undefined>;
  /** `version` is that of the state which is replaced; undefined where none was found. */
  save(state: CircuitState, version: string | undefined): Promise<'saved' | 'conflict'>;
  /** All that were ever used, by name. */
  all(): Promise<readonly CircuitState[]>;
}
