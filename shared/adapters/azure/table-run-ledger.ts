import { createHash } from 'node:crypto';
import { odata, RestError, type TableClient, type TableEntityResult } from '@azure/data-tables';
import { z } from 'zod';
import { RunId } from '../../domain/ids.ts';
import type { DropRecord, RunFilter, RunLedger, Versioned } from '../../ports/run-ledger.ts';
import { RunRecord } from '../../runs/run-record.ts';
import { asciiJson } from './ascii-json.ts';

// The ledger in one table. Runs and drops are two partitions; a record is JSON in pieces, since one property of
// an entity holds 32 K characters. Status and start stand beside it for filters.

const RUNS = 'run';
const DROPS = 'drop';
const PIECE_CHARS = 30_000;
/** An entity may have 1 MiB in all; a record that nears it would be refused in Azure but not by the emulator. */
const MAX_PIECES = 12;

type Entity = { partitionKey: string; rowKey: string; [property: string]: string };

export class TableRunLedger implements RunLedger {
  readonly #table: TableClient;

  constructor(table: TableClient) {
    this.#table = table;
  }

  async claim(run: RunRecord): ReturnType<RunLedger['claim']> {
    try {
      await this.#table.createEntity(runEntity(run));
      return { kind: 'claimed' };
    } catch (error) {
      if (!(error instanceof RestError && error.statusCode === 409)) throw error;
    }
    const existing = await this.find(run.runId);
    if (existing === undefined) throw new Error(`run ${run.runId} was there and is gone`);
    return { kind: 'exists', run: existing.value };
  }

  async find(runId: RunId): Promise<Versioned<RunRecord> | undefined> {
    const entity = await this.#get(RUNS, runId);
    return entity && { value: recordOf(entity), version: entity.etag };
  }

  async save(run: RunRecord, version: string): Promise<'saved' | 'conflict'> {
    try {
      await this.#table.updateEntity(runEntity(run), 'Replace', { etag: version });
      return 'saved';
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 412) return 'conflict';
      throw error;
    }
  }

  async list({ limit, status, dataset, since }: RunFilter = {}): Promise<readonly RunRecord[]> {
    const filter = [
      odata`PartitionKey eq ${RUNS}`,
      ...(status === undefined ? [] : [odata`status eq ${status}`]),
      ...(dataset === undefined ? [] : [odata`dataset eq ${dataset}`]),
      ...(since === undefined ? [] : [odata`startedAt ge ${new Date(since).toISOString()}`]),
    ].join(' and ');
    const runs: RunRecord[] = [];
    for await (const entity of this.#table.listEntities({ queryOptions: { filter } })) {
      runs.push(recordOf(entity));
    }
    runs.sort((a, b) =>
      a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.runId < b.runId ? -1 : 1,
    );
    return runs.slice(0, limit ?? runs.length);
  }

  async recordDrop(drop: DropRecord): Promise<void> {
    const entity = { partitionKey: DROPS, rowKey: dropKey(drop.path), ...pieces(asciiJson(drop)) };
    await this.#table.upsertEntity(entity, 'Replace');
  }

  async findDrop(path: string): Promise<DropRecord | undefined> {
    const entity = await this.#get(DROPS, dropKey(path));
    if (entity === undefined) return undefined;
    const { runId, ...drop } = StoredDrop.parse(JSON.parse(joined(entity)));
    return runId === undefined ? drop : { ...drop, runId };
  }

  async #get(partitionKey: string, rowKey: string): Promise<TableEntityResult<object> | undefined> {
    try {
      return await this.#table.getEntity(partitionKey, rowKey);
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404) return undefined;
      throw error;
    }
  }
}

const StoredDrop = z.object({
  path: z.string(),
  etag: z.string(),
  outcome: z.enum(['accepted', 'duplicate', 'rejected', 'gone', 'failed']),
  runId: RunId.optional(),
  detail: z.string(),
  at: z.string(),
});

function runEntity(run: RunRecord): Entity {
  return {
    partitionKey: RUNS,
    rowKey: run.runId,
    status: run.status,
    dataset: run.dataset,
    startedAt: run.startedAt,
    ...pieces(asciiJson(run)),
  };
}

function recordOf(entity: object): RunRecord {
  return RunRecord.parse(JSON.parse(joined(entity)));
}

/** Paths hold `/`, which a key must not; their hash does not. */
function dropKey(path: string): string {
  return createHash('sha256').update(path).digest('hex');
}

function pieces(json: string): Record<string, string> {
  const count = Math.ceil(json.length / PIECE_CHARS);
  if (count > MAX_PIECES) throw new RangeError(`a ledger record of ${json.length} characters is too large`);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `record${index}`,
      json.slice(index * PIECE_CHARS, (index + 1) * PIECE_CHARS),
    ]),
  );
}

function joined(entity: object): string {
  const properties = new Map<string, unknown>(Object.entries(entity));
  let json = '';
  for (let index = 0; properties.has(`record${index}`); index += 1) {
    json += z.string().parse(properties.get(`record${index}`));
  }
  return json;
}
