import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableCircuits } from '../../../../shared/adapters/azure/table-circuits.ts';
import type { CircuitState } from '../../../../shared/ports/circuits.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let circuits: TableCircuits;
let broken: TableCircuits;
let locked: TableCircuits;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const at = (connection: string): TableCircuits =>
    new TableCircuits(
      TableClient.fromConnectionString(connection, 'breakers', { allowInsecureConnection: true }),
    );
  circuits = at(storage);
  broken = at(await takeStorageAccount());
  locked = at(storage.replace(/AccountKey=[^;]*/, `AccountKey=${'A'.repeat(86)}==`));
});

function aCircuit(name: string, overrides: Partial<CircuitState> = {}): CircuitState {
  return { name, status: 'closed', failures: 0, since: '2026-01-05T06:00:00.000Z', ...overrides };
}

it('knows nothing of a service at first', async () => {
  expect(await circuits.get('unheard-of')).toBeUndefined();
});

it('gives back what was saved, with a version that the next save needs', async () => {
  const state = aCircuit('saved');

  expect(await circuits.save(state, undefined)).toBe('saved');
  const found = await circuits.get(state.name);
  expect(found?.value).toEqual(state);

  const next = aCircuit('saved', {
    status: 'open',
    failures: 3,
    retryAt: '2026-01-05T06:02:00.000Z',
    reason: 'Se cayó — 列',
    by: 'Ñico',
  });
  expect(await circuits.save(next, found?.version)).toBe('saved');
  expect((await circuits.get(state.name))?.value).toEqual(next);
});

it('lets one of two writers win, whether there was something before or not', async () => {
  const first = [1, 2].map((failures) => circuits.save(aCircuit('raced', { failures }), undefined));
  expect((await Promise.all(first)).toSorted()).toEqual(['conflict', 'saved']);

  const version = (await circuits.get('raced'))?.version;
  const second = [3, 4].map((failures) => circuits.save(aCircuit('raced', { failures }), version));
  expect((await Promise.all(second)).toSorted()).toEqual(['conflict', 'saved']);
});

it('lists all of them by name', async () => {
  await circuits.save(aCircuit('zz-last'), undefined);
  await circuits.save(aCircuit('aa-first', { status: 'isolated' }), undefined);

  const all = await circuits.all();

  expect(all[0]).toEqual(aCircuit('aa-first', { status: 'isolated' }));
  expect(all.at(-1)?.name).toBe('zz-last');
});

it('throws when storage itself is not as it should be', async () => {
  await expect(broken.save(aCircuit('x'), undefined)).rejects.toMatchObject({ name: 'RestError' });
  await expect(locked.get('x')).rejects.toMatchObject({ name: 'RestError' });
});
