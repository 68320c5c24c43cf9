import type { DatasetId, RunId } from '../domain/ids.ts';
import type { RunRecord } from '../runs/run-record.ts';

// Who, when, state and pointers of every run. Each record has a version, and a save says which version it
// changes: of two writers one wins, the other reads again.

export type Versioned<T> = { readonly value: T; readonly version: string };

/** What became of one landing of a file. */
export type DropRecord = {
  readonly path: string;
  readonly etag: string;
  readonly outcome: 'accepted' | 'duplicate' | 'rejected' | 'gone' | 'failed';
  /** The run it became, or the earlier run that it repeats. */
  readonly runId?: RunId;
  readonly detail: string;
  readonly at: string;
};

export type RunFilter = {
  readonly limit?: number | undefined;
  readonly status?: RunRecord['status'] | undefined;
  readonly dataset?: DatasetId | undefined;
  /** Started at that instant or later. */
  readonly since?: string | undefined;
};

export interface RunLedger {
  /** Inserts the run; whoever is first claims it, everybody else gets the record that is there. */
  claim(run: RunRecord): Promise<{ kind: 'claimed' } | { kind: 'exists'; run: RunRecord }>;
  find(runId: RunId): Promise<Versioned<RunRecord> | undefined>;
  save(run: RunRecord, version: string): Promise<'saved' | 'conflict'>;
  /** Newest first. */
  list(filter?: RunFilter): Promise<readonly RunRecord[]>;
  recordDrop(drop: DropRecord): Promise<void>;
  findDrop(path: string): Promise<DropRecord | undefined>;
}

/**
 * Reads the run, applies `change` and saves, again and again until no other writer came between. `change`
 * returns undefined to leave the run as it is. Returns the run as it stands afterwards, and whether it was saved.
 */
export async function amendRun(
  ledger: RunLedger,
  runId: RunId,
  change: (run: RunRecord) => RunRecord | undefined,
): Promise<{ run: RunRecord; amended: boolean } | undefined> {
  for (;;) {
    const found = await ledger.find(runId);
    if (found === undefined) return undefined;
    const changed = change(found.value);
    if (changed === undefined) return { run: found.value, amended: false };
    if ((await ledger.save(changed, found.version)) === 'saved') return { run: changed, amended: true };
  }
}
