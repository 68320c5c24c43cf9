import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableBreakers } from '../../../../shared/adapters/azure/table-breakers.ts';
import { DatasetId } from '../../../../shared/domain/ids.ts';
import { breakerName, closedBreaker } from '../../../../shared/expectations/data-breaker.ts';
import { noteVerdict } from '../../../../shared/expectations/note-verdict.ts';
import { aRunId } from '../../../support/a-quality-entry.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let breakers: TableBreakers;
let broken: TableBreakers;
let locked: TableBreakers;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const at = (connection: string): TableBreakers =>
    new TableBreakers(
      TableClient.fromConnectionString(connection, 'breakers', { allowInsecureConnection: true }),
    );
  breakers = at(storage);
  broken = at(await takeStorageAccount());
  locked = at(storage.replace(/AccountKey=[^;]*/, `AccountKey=${'A'.repeat(86)}==`));
});

const dataset = (name: string) => DatasetId.parse(`test/${name}`);

it('knows nothing of a dataset at first', async () => {
  expect(await breakers.get(breakerName(dataset('unheard_of')))).toBeUndefined();
});

it('gives back what was saved, with a version that the next save needs', async () => {
  const state = closedBreaker(dataset('saved'));

  expect(await breakers.save(state, undefined)).toBe('saved');
  const found = await breakers.get(state.name);
  expect(found?.value).toEqual(state);

  const next = { ...state, badInARow: 1, reason: 'Una razón — ¿por qué?' };
  expect(await breakers.save(next, found?.version)).toBe('saved');
  expect((await breakers.get(state.name))?.value).toEqual(next);
});

it('lets one of two writers win', async () => {
  const state = closedBreaker(dataset('raced'));
  await breakers.save(state, undefined);
  const version = (await breakers.get(state.name))?.version;

  expect(await breakers.save(state, undefined)).toBe('conflict');
  expect(await breakers.save({ ...state, badInARow: 1 }, version)).toBe('saved');
  expect(await breakers.save({ ...state, badInARow: 9 }, version)).toBe('conflict');
  expect((await breakers.get(state.name))?.value.badInARow).toBe(1);
});

it('loses none of many runs that are noted at the same time, and opens once', async () => {
  const raced = dataset('many');
  const outcomes = Array.from({ length: 8 }, (_, index) => ({
    runId: aRunId(index),
    attempt: 1,
    verdict: 'block' as const,
    isVolumeCollapse: false,
    landedAt: `2026-01-05T06:3${index}:00.000Z`,
    contractVersion: 1,
  }));

  const noted = await Promise.all(
    outcomes.map((outcome) => noteVerdict({ dataset: raced, outcome }, { breakers })),
  );

  expect((await breakers.get(breakerName(raced)))?.value).toMatchObject({ status: 'open', badInARow: 8 });
  expect(noted.flatMap(({ events }) => events)).toHaveLength(1);
});

it('holds as many runs as it remembers, with long reasons in any script', async () => {
  const long = dataset('long');
  for (let run = 0; run < 22; run += 1) {
    const place = { runId: aRunId(run), attempt: 1, landedAt: `2026-01-05T06:${run + 10}:00.000Z` };
    const outcome = { ...place, contractVersion: 1, verdict: 'block', isVolumeCollapse: false } as const;
    await noteVerdict({ dataset: long, outcome: { ...outcome, reason: '列'.repeat(2_000) } }, { breakers });
  }

  const state = (await breakers.get(breakerName(long)))?.value;

  expect(state?.lastRuns).toHaveLength(20);
  expect(state?.lastRuns[0]?.reason).toBe(`${'列'.repeat(499)}…`);
});

it('lists all of them by name', async () => {
  await breakers.save(closedBreaker(dataset('zz_last')), undefined);
  await breakers.save(closedBreaker(dataset('aa_first')), undefined);

  const names = (await breakers.all()).map(({ name }) => name);

  expect(names[0]).toBe('data:test/aa_first');
  expect(names.at(-1)).toBe('data:test/zz_last');
});

it('throws when storage itself is not as it should be', async () => {
  await expect(broken.save(closedBreaker(dataset('x')), undefined)).rejects.toMatchObject({
    name: 'RestError',
  });
  await expect(locked.get(breakerName(dataset('x')))).rejects.toMatchObject({ name: 'RestError' });
});
