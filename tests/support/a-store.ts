import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { BlobLake } from '../../shared/adapters/azure/blob-lake.ts';
import { TableRunLedger } from '../../shared/adapters/azure/table-run-ledger.ts';
import { TableSnapshotRegistry } from '../../shared/adapters/azure/table-snapshot-registry.ts';
import type { DropRecord } from '../../shared/ports/run-ledger.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import type { Zone } from '../../shared/topology.ts';

// What lies in a storage account, seen from outside the host that works in it.

export type Store = {
  readonly lake: BlobLake;
  readonly ledger: TableRunLedger;
  readonly registry: TableSnapshotRegistry;
  drop(path: string, body: Uint8Array | string, metadata?: Record<string, string>): Promise<void>;
  bytes(zone: Zone, path: string): Promise<Buffer>;
  json(zone: Zone, path: string): Promise<unknown>;
  paths(zone: Zone, prefix?: string): Promise<string[]>;
  /** What became of a drop, and of its run. */
  outcomeOf(path: string): Promise<{ drop: DropRecord; run: RunRecord }>;
  /** Messages on all queues by name, hidden ones included; empty queues are left out. */
  messages(): Promise<Record<string, number>>;
};

export function storeAt(connectionString: string): Store {
  const table = (name: string): TableClient =>
    TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
  const lake = new BlobLake(BlobServiceClient.fromConnectionString(connectionString));
  const ledger = new TableRunLedger(table('runs'));
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const bytes = async (zone: Zone, path: string): Promise<Buffer> => {
    const body = await lake.read(zone, path);
    if (body === undefined) throw new Error(`${zone}/${path} is not there`);
    return body;
  };
  return {
    lake,
    ledger,
    registry: new TableSnapshotRegistry(table('datasets')),
    bytes,
    async drop(path, body, metadata = {}) {
      await lake.write('landing', path, body, { metadata });
    },
    json: async (zone, path) => JSON.parse((await bytes(zone, path)).toString('utf8')),
    async paths(zone, prefix) {
      const paths: string[] = [];
      for await (const { path } of lake.list(zone, prefix)) paths.push(path);
      return paths.sort();
    },
    async outcomeOf(path) {
      const drop = await ledger.findDrop(path);
      const run = drop?.runId && (await ledger.find(drop.runId));
      if (drop === undefined || !run) throw new Error(`landing/${path} has no run`);
      return { drop, run: run.value };
    },
    async messages() {
      const counts: Record<string, number> = {};
      for await (const { name } of queues.listQueues()) {
        const { approximateMessagesCount = 0 } = await queues.getQueueClient(name).getProperties();
        if (approximateMessagesCount > 0) counts[name] = approximateMessagesCount;
      }
      return counts;
    },
  };
}

/**
 * Waits until every drop has been settled, no run is under way and no message is left. After the deadline it
 * fails and tells how things stand.
 */
export async function untilQuiet(
  store: Store,
  { dropped, deadlineMs = 500_000 }: { dropped: readonly string[]; deadlineMs?: number },
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await isQuiet(store, dropped))) {
    if (Date.now() > deadline) throw new Error(`not quiet in time: ${await stateOf(store, dropped)}`);
    // Looking takes the emulator as long as much of the work that is waited for.
    await sleep(300);
  }
}

export async function isQuiet(store: Store, dropped: readonly string[]): Promise<boolean> {
  if (Object.keys(await store.messages()).length > 0) return false;
  if ((await store.ledger.list({ status: 'running' })).length > 0) return false;
  const drops = await Promise.all(dropped.map((path) => store.ledger.findDrop(path)));
  // Once more: a drop that has just been settled hands its run on.
  return drops.every((drop) => drop !== undefined) && Object.keys(await store.messages()).length === 0;
}

/** For people who read a failed test. */
export async function stateOf(store: Store, dropped: readonly string[]): Promise<string> {
  const unseen: string[] = [];
  for (const path of dropped) if ((await store.ledger.findDrop(path)) === undefined) unseen.push(path);
  const runs = (await store.ledger.list()).map(
    ({ runId, dataset, status, stage, attempt, cause, lastError }) =>
      [runId, dataset, status, stage, attempt, cause, lastError?.message].join(' | '),
  );
  return JSON.stringify({ unseen, messages: await store.messages(), runs }, undefined, 2);
}
