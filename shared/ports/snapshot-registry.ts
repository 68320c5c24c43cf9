import type { BookEntry } from '../kpis/kpi-result.ts';

/** An accepted snapshot of a dataset, and when its file landed: of two for one day the later one counts. */
export type Snapshot = BookEntry & { readonly landedAt: string };

export interface SnapshotRegistry {
  /** Idempotent: the same run's snapshot again replaces itself. */
  register(snapshot: Snapshot): Promise<void>;
  /** Takes the run's snapshot out of all future books. */
  remove(snapshot: Pick<Snapshot, 'relation' | 'runId'>): Promise<void>;
  all(): Promise<readonly Snapshot[]>;
}
