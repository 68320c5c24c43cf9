import { isDeepStrictEqual } from 'node:util';
import { odata, RestError, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { RunId } from '../../domain/ids.ts';
import { BookEntry } from '../../kpis/kpi-result.ts';
import type { Snapshot, SnapshotRegistry } from '../../ports/snapshot-registry.ts';

/** Before places told their attempts every one was of the first. */
const StoredSnapshot = BookEntry.extend({ landedAt: z.string(), attempt: z.int().positive().default(1) });

/** What a run's place says. A place without a snapshot is of a run that never had one. */
type Place = {
  readonly attempt: number;
  readonly isRemoved: boolean;
  readonly snapshot: Snapshot | undefined;
};

const StoredPlace = z.object({
  attempt: z.int().positive().optional(),
  isRemoved: z.boolean().default(false),
  snapshot: z.string().optional(),
});

/** Accepted snapshots in the table `datasets`: one partition per relation, one row per run. */
export class TableSnapshotRegistry implements SnapshotRegistry {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async register(snapshot: Snapshot): Promise<'registered' | 'conflict'> {
    const isSaid = await this.#say(snapshot, () => ({
      attempt: snapshot.attempt,
      isRemoved: false,
      snapshot,
    }));
    return isSaid ? 'registered' : 'conflict';
  }

  async remove(place: Pick<Snapshot, 'relation' | 'runId' | 'attempt'>): Promise<'removed' | 'conflict'> {
    const isSaid = await this.#say(place, (before) => ({
      attempt: place.attempt,
      isRemoved: true,
      snapshot: before?.snapshot,
    }));
    return isSaid ? 'removed' : 'conflict';
  }

  async find(runId: RunId): Promise<{ snapshot: Snapshot; isRemoved: boolean } | undefined> {
    const filter = odata`RowKey eq ${runId}`;
    for await (const entity of this.#table.listEntities({ queryOptions: { filter } })) {
      const { snapshot, isRemoved } = placeOf(entity);
      if (snapshot !== undefined) return { snapshot, isRemoved };
    }
    return undefined;
  }

  async all(): Promise<readonly Snapshot[]> {
    const snapshots: Snapshot[] = [];
    for await (const entity of this.#table.listEntities()) {
      const { isRemoved, snapshot } = placeOf(entity);
      if (!isRemoved && snapshot !== undefined) snapshots.push(snapshot);
    }
    return snapshots;
  }

  /** Reads the place and writes over what was read, until no other writer came between. False: not ours to say. */
  async #say(
    { relation, runId, attempt }: Pick<Snapshot, 'relation' | 'runId' | 'attempt'>,
    sayOver: (before: Place | undefined) => Place,
  ): Promise<boolean> {
    for (;;) {
      const found = await this.#get(relation, runId);
      const before = found && placeOf(found);
      const said = sayOver(before);
      if (before !== undefined && before.attempt >= attempt) return isDeepStrictEqual(before, said);
      if (await this.#write(placeEntity(relation, runId, said), found?.etag)) return true;
    }
  }

  async #get(relation: string, runId: string): Promise<{ etag: string } | undefined> {
    try {
      return await this.#table.getEntity(relation, runId);
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }

  /** False when somebody else wrote in between. */
  async #write(entity: PlaceEntity, over: string | undefined): Promise<boolean> {
    try {
      if (over === undefined) await this.#table.createEntity(entity);
      else await this.#table.updateEntity(entity, 'Replace', { etag: over });
      return true;
    } catch (error) {
      if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) return false;
      throw error;
    }
  }
}

type PlaceEntity = ReturnType<typeof placeEntity>;

function placeEntity(relation: string, runId: string, { attempt, isRemoved, snapshot }: Place) {
  return {
    partitionKey: relation,
    // Without the date: a run that is dated anew replaces its own snapshot.
    rowKey: runId,
    attempt,
    isRemoved,
    ...(snapshot !== undefined && { snapshot: JSON.stringify(snapshot) }),
  };
}

function placeOf(entity: object): Place {
  const { attempt, isRemoved, snapshot: json } = StoredPlace.parse(entity);
  const snapshot = json === undefined ? undefined : StoredSnapshot.parse(JSON.parse(json));
  return { attempt: attempt ?? snapshot?.attempt ?? 1, isRemoved, snapshot };
}
