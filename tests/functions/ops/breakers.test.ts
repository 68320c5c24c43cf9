import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { noteVerdict } from '../../../shared/expectations/note-verdict.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { aRunId } from '../../support/a-quality-entry.ts';
import { call } from '../../support/an-invocation.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
});
beforeEach(() => pipeline.forget());

const isolate = (name: string) =>
  call('isolate-breaker', { params: { name }, query: { by: 'Ana', reason: 'they move their servers' } });
const reset = (name: string) => call('reset-breaker', { params: { name }, query: { by: 'Ana' } });
const listed = async () => (await call('breakers')).json();

it('lists nothing where nothing was ever asked', async () => {
  expect(await listed()).toEqual({ services: [], datasets: [] });
});

it('takes a service out with its reason, and back in', async () => {
  const isolated = await isolate('cascade');

  expect(isolated.status).toBe(200);
  expect(isolated.json()).toMatchObject({
    name: 'cascade',
    status: 'isolated',
    reason: 'they move their servers',
    by: 'Ana',
  });
  expect(await listed()).toEqual({ services: [isolated.json()], datasets: [] });
  expect((await reset('cascade')).json()).toMatchObject({ name: 'cascade', status: 'closed', failures: 0 });
  expect(await listed()).toMatchObject({ services: [{ name: 'cascade', status: 'closed' }] });
});

it('lists datasets that are stopped beside the services, and resets none of them', async () => {
  const dataset = DatasetId.parse('looker/loans');
  for (const run of [1, 2, 3]) {
    const outcome = { runId: aRunId(run), attempt: 1, verdict: 'block', isVolumeCollapse: false } as const;
    const landedAt = `2026-01-05T06:3${run}:00.000Z`;
    await noteVerdict({ dataset, outcome: { ...outcome, landedAt, contractVersion: 1 } }, pipeline.deps);
  }
  await isolate('meta');

  expect(await listed()).toMatchObject({ services: [{ name: 'meta' }], datasets: [{ dataset }] });
  expect((await reset('data:looker/loans')).status).toBe(404);
});

it.each([
  ['reset', reset],
  ['isolate', isolate],
])('cannot %s what is no circuit', async (_verb, act) => {
  const answer = await act('azure');

  expect(answer.status).toBe(404);
  expect(answer.json()).toMatchObject({ detail: 'Circuit "azure" is not there. GET breakers lists them.' });
});

it.each([
  ['isolate-breaker', { by: 'Ana' }, /reason/],
  ['reset-breaker', {}, /by/],
])('%s wants to know who and why', async (route, query, missing) => {
  const answer = await call(route, { params: { name: 'meta' }, query });

  expect(answer.status).toBe(400);
  expect(answer.json()).toMatchObject({ detail: expect.stringMatching(missing) });
});
