import { z } from 'zod';
import { LocalDate } from '../domain/local-date.ts';
import type { Versioned } from './run-ledger.ts';

// What a service may be asked, by all instances together: for services whose every answer is paid for.

/** What was taken of a budget. */
export type BudgetState = z.infer<typeof BudgetState>;
export const BudgetState = z.object({
  /** The service, such as `insights`. */
  name: z.string().min(1),
  /** When all of its burst is there again, if nobody takes of it before. */
  fullAt: z.iso.datetime(),
  /** The day, in UTC, that something was last taken on, and how often on it. */
  day: LocalDate,
  taken: z.int().nonnegative(),
});

/** The budgets, shared by all instances. Of two writers one wins, the other reads again. */
export interface Budgets {
  get(name: string): Promise<Versioned<BudgetState> | undefined>;
  /** `version` is that of the state which is replaced; undefined where none was found. */
  save(state: BudgetState, version: string | undefined): Promise<'saved' | 'conflict'>;
}
