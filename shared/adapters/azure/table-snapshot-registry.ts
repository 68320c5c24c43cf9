import { RestError, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { BookEntry } from '../../kpis/kpi-result.ts';
import type { Snapshot, SnapshotRegistry } from '../../ports/snapshot-registry.ts';

const StoredSnapshot = BookEntry.extend({ landedAt: z.string() });

/** Accepted snapshots in the table `datasets`: one partition per relation, one row per run. */
export class TableSnapshotRegistry implements SnapshotRegistry {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async register(snapshot: Snapshot): Promise<void> {
    const entity = {
      partitionKey: snapshot.relation,
      // Without the date: a run that is dated anew replaces its own snapshot.
      rowKey: snapshot.runId,
      snapshot: JSON.stringify(snapshot),
    };
    await this.#table.upsertEntity(entity, 'Replace');
  }

  async remove({ relation, runId }: Pick<Snapshot, 'relation' | 'runId'>): Promise<void> {
    try {
      await this.#table.deleteEntity(relation, runId);
    } catch (error) {
      if (!(error instanceof RestError && error.statusCode === 404)) throw error;
    }
  }

  async all(): Promise<readonly Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for await (const entity of this.#table.listEntities<{ snapshot: string }>()) {
      snapshots.push(StoredSnapshot.parse(JSON.parse(entity.snapshot)));
    }
    return snapshots;
  }
}
