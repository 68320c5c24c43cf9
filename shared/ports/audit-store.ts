import type { AuditPayload } from '../runs/audit-payload.ts';
import type { LoansOfDay } from './loans-of-day.ts';

// The database in which auditors find what was computed from what. It holds one attempt of each run, the newest.

export interface AuditStore {
  /**
   * All of it or nothing, with the loans of the run's day where it has any to tell. The same again changes nothing.
   */
  write(payload: AuditPayload, loans?: LoansOfDay): Promise<AuditOutcome>;
  /** Names of the migrations that are to be applied, in order; nothing is written. Throws MigrationRefused. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Applies them, all or none, and says which. Throws MigrationRefused. */
  migrate(): Promise<readonly string[]>;
}

/** `overtaken`: a newer attempt is there already, and nothing was written. */
export type AuditOutcome =
  | { readonly kind: 'written'; readonly changes: readonly AuditChange[] }
  | { readonly kind: 'overtaken'; readonly byAttempt: number };

export type AuditChange = {
  readonly table: keyof AuditPayload | 'loan_days' | 'loan_facts';
  /** Rows that are new or different. */
  readonly written: number;
  /** Rows of an earlier attempt, or of an earlier book of the day, that this one does not have. */
  readonly removed: number;
};

/** The database and the migrations of this code do not go together; nothing was changed. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

/** What was written is not what was read: a fault of ours, and nothing of it stays. */
export class LoansDiffer extends Error {
  override readonly name = 'LoansDiffer';
}

/** The database does not have all tables of this code; what is due there waits. */
export class MigrationsPending extends Error {
  override readonly name = 'MigrationsPending';
}
