import { TableClient } from '@azure/data-tables';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableSnapshotRegistry } from '../../../../shared/adapters/azure/table-snapshot-registry.ts';
import type { SnapshotRegistry } from '../../../../shared/ports/snapshot-registry.ts';
import { aRunId, aSnapshot } from '../../../support/a-snapshot.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let table: TableClient;
let registry: SnapshotRegistry;
beforeEach(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  table = TableClient.fromConnectionString(storage, 'datasets', { allowInsecureConnection: true });
  registry = new TableSnapshotRegistry(table);
});

describe('a snapshot', () => {
  it('stands in the books of all, and once only when it is registered twice', async () => {
    const [one, other] = [aSnapshot(), aSnapshot({ runId: aRunId(2), relation: 'looker_par' })];

    const outcomes = [await registry.register(one), await registry.register(one)];
    await registry.register(other);

    expect(outcomes).toEqual(['registered', 'registered']);
    expect(await registry.all()).toEqual([one, other]);
    expect(await registry.find(one.runId)).toEqual({ snapshot: one, isRemoved: false });
  });

  it('is replaced by that of a newer attempt, on another day, too', async () => {
    const newer = aSnapshot({ attempt: 2, asOf: '2025-12-11', rows: 7 });

    await registry.register(aSnapshot());
    const outcome = await registry.register(newer);

    expect(outcome).toBe('registered');
    expect(await registry.all()).toEqual([newer]);
  });

  it('is left as it is by an older attempt that comes late', async () => {
    const newer = aSnapshot({ attempt: 2, rows: 7 });
    await registry.register(newer);

    const late = [await registry.register(aSnapshot()), await registry.remove(aSnapshot())];

    expect(late).toEqual(['conflict', 'conflict']);
    expect(await registry.all()).toEqual([newer]);
  });

  it('is left as it is by another delivery of its attempt that came to another end', async () => {
    const first = aSnapshot();
    await registry.register(first);

    const others = [await registry.register(aSnapshot({ rows: 7 })), await registry.remove(first)];

    expect(others).toEqual(['conflict', 'conflict']);
    expect(await registry.all()).toEqual([first]);
  });

  it('keeps its place among writers at once: the newest attempt stands there in the end', async () => {
    const attempts = Array.from({ length: 8 }, (_, index) => aSnapshot({ attempt: index + 1 }));

    await Promise.all(attempts.toReversed().map((snapshot) => registry.register(snapshot)));

    expect(await registry.all()).toEqual(attempts.slice(-1));
  });
});

describe('a snapshot that was removed', () => {
  it('stands in no book, and is known still', async () => {
    const snapshot = aSnapshot();
    await registry.register(snapshot);

    const outcomes = [
      await registry.remove({ ...snapshot, attempt: 2 }),
      await registry.remove({ ...snapshot, attempt: 2 }),
      await registry.remove({ ...snapshot, attempt: 3 }),
    ];

    expect(outcomes).toEqual(['removed', 'removed', 'removed']);
    expect(await registry.all()).toEqual([]);
    expect(await registry.find(snapshot.runId)).toEqual({ snapshot, isRemoved: true });
  });

  it('is not brought back by an older attempt, whether there was one before or not', async () => {
    const [registered, never] = [aSnapshot(), aSnapshot({ runId: aRunId(2) })];
    await registry.register(registered);
    await registry.remove({ ...registered, attempt: 3 });
    await registry.remove({ ...never, attempt: 3 });

    const late = [await registry.register({ ...registered, attempt: 2 }), await registry.register(never)];

    expect(late).toEqual(['conflict', 'conflict']);
    expect(await registry.all()).toEqual([]);
    expect(await registry.find(never.runId)).toBeUndefined();
  });

  it('comes back with a newer attempt', async () => {
    await registry.remove({ ...aSnapshot(), attempt: 2 });
    const newer = aSnapshot({ attempt: 3 });

    const outcome = await registry.register(newer);

    expect(outcome).toBe('registered');
    expect(await registry.all()).toEqual([newer]);
  });
});

it('reads what was written before places told their attempts', async () => {
  const { attempt: _attempt, stagedSha256: _hash, ...before } = aSnapshot();
  const entity = { partitionKey: before.relation, rowKey: before.runId, snapshot: JSON.stringify(before) };
  await table.createEntity(entity);

  const read = await registry.all();

  expect(read).toEqual([{ ...before, attempt: 1, stagedSha256: '0'.repeat(64) }]);
});
