import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableSourceStates } from '../../../../shared/adapters/azure/table-source-states.ts';
import { DatasetId } from '../../../../shared/domain/ids.ts';
import type { Pull, SourceState } from '../../../../shared/ports/source-states.ts';
import { amendSourceState, withPull } from '../../../../shared/sources/source-state.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let states: TableSourceStates;
let broken: TableSourceStates;
let locked: TableSourceStates;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const at = (connection: string): TableSourceStates =>
    new TableSourceStates(
      TableClient.fromConnectionString(connection, 'sources', { allowInsecureConnection: true }),
    );
  states = at(storage);
  broken = at(await takeStorageAccount());
  locked = at(storage.replace(/AccountKey=[^;]*/, `AccountKey=${'A'.repeat(86)}==`));
});

const dataset = (name: string) => DatasetId.parse(`hubspot/${name}`);
const stateOf = (name: string): SourceState => ({ source: 'hubspot', dataset: dataset(name), pulls: [] });
const aPull = (minute: number, detail = 'It was refused.'): Pull => ({
  at: `2026-01-05T06:${minute}:00.000Z`,
  cause: 'schedule of hubspot',
  outcome: 'failed',
  detail,
});

it('knows nothing of a dataset at first', async () => {
  expect(await states.get('hubspot', dataset('unheard_of'))).toBeUndefined();
});

it('gives back what was saved, with a version that the next save needs', async () => {
  const file = {
    path: 'x/y.csv',
    etag: '"1"',
    sha256: '0'.repeat(64),
    watermark: '2026-01-05T06:30:00.000Z',
  };
  const state: SourceState = {
    ...stateOf('saved'),
    watermark: file.watermark,
    settled: file,
    pending: { ...file, path: 'x/z.csv' },
    pause: {
      kind: 'credentials',
      secret: 'hubspot-api-key',
      reason: 'Una razón — ¿por qué?',
      since: file.watermark,
    },
    pulls: [aPull(30)],
  };

  expect(await states.save(state, undefined)).toBe('saved');
  const found = await states.get('hubspot', state.dataset);
  expect(found?.value).toEqual(state);

  const { pause: _, ...next } = state;
  expect(await states.save(next, found?.version)).toBe('saved');
  expect((await states.get('hubspot', state.dataset))?.value).toEqual(next);
});

it('lets one of two writers win', async () => {
  const state = stateOf('raced');
  await states.save(state, undefined);
  const version = (await states.get('hubspot', state.dataset))?.version;

  expect(await states.save(state, undefined)).toBe('conflict');
  expect(await states.save({ ...state, watermark: 'won' }, version)).toBe('saved');
  expect(await states.save({ ...state, watermark: 'lost' }, version)).toBe('conflict');
  expect((await states.get('hubspot', state.dataset))?.value.watermark).toBe('won');
});

it('loses none of many pulls that are noted at the same time', async () => {
  const of = { source: 'hubspot', dataset: dataset('many') } as const;

  await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      amendSourceState(states, of, (state) => withPull(state, aPull(10 + index))),
    ),
  );

  expect((await states.get('hubspot', of.dataset))?.value.pulls).toHaveLength(8);
});

it('keeps the newest twenty pulls, with long sentences in any script', async () => {
  const of = { source: 'hubspot', dataset: dataset('long') } as const;
  for (let minute = 10; minute < 32; minute += 1)
    await amendSourceState(states, of, (state) => withPull(state, aPull(minute, '列'.repeat(2_000))));

  const pulls = (await states.get('hubspot', of.dataset))?.value.pulls ?? [];

  expect(pulls).toHaveLength(20);
  expect([pulls[0]?.at, pulls[19]?.at]).toEqual([aPull(31).at, aPull(12).at]);
});

it('lists all of them by dataset, over all sources', async () => {
  await states.save({ ...stateOf('zz_last'), source: 'meta' }, undefined);
  await states.save(stateOf('aa_first'), undefined);

  const datasets = (await states.all()).map((state) => state.dataset);

  expect(datasets[0]).toBe('hubspot/aa_first');
  expect(datasets.at(-1)).toBe('hubspot/zz_last');
});

it('throws when storage itself is not as it should be', async () => {
  await expect(broken.save(stateOf('x'), undefined)).rejects.toMatchObject({ name: 'RestError' });
  await expect(locked.get('hubspot', dataset('x'))).rejects.toMatchObject({ name: 'RestError' });
});
