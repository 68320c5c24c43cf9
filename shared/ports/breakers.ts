import type { DataBreaker } from '../expectations/data-breaker.ts';
import type { Versioned } from './run-ledger.ts';

/** The circuit breakers, shared by all instances. Of two writers one wins, the other reads again. */
export interface Breakers {
  get(name: string): Promise<Versioned<DataBreaker> | undefined>;
  /** `version` is that of the state which is replaced; undefined where none was found. */
  save(state: DataBreaker, version: string | undefined): Promise<'saved' | 'conflict'>;
  /** All of them, by name. */
  all(): Promise<readonly DataBreaker[]>;
}
