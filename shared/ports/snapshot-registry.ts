import type { RunId } from '../domain/ids.ts';
import type { BookEntry } from '../kpis/kpi-result.ts';

/** An accepted snapshot of a dataset, and when its file landed: of two for one day the later one counts. */
export type Snapshot = BookEntry & {
  readonly landedAt: string;
  /** The attempt of its run that judged it. */
  readonly attempt: number;
};

/**
 * Which snapshots stand in the books. Each run has one place in it, and each attempt of a run one say about that place:
 * what a newer attempt has said is not changed, and neither is what the same attempt has said before.
 */
export interface SnapshotRegistry {
  /** `conflict`: a newer attempt has had its say, or another delivery of this one said something else. */
  register(snapshot: Snapshot): Promise<'registered' | 'conflict'>;
  /** Takes the run's snapshot out of all future books, and keeps those of older attempts out. The same conflicts. */
  remove(place: Pick<Snapshot, 'relation' | 'runId' | 'attempt'>): Promise<'removed' | 'conflict'>;
  /** The snapshot of a run, also one that was taken out. */
  find(runId: RunId): Promise<{ readonly snapshot: Snapshot; readonly isRemoved: boolean } | undefined>;
  /** Those that stand in the books. */
  all(): Promise<readonly Snapshot[]>;
}
