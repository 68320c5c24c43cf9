import { QueueServiceClient } from '@azure/storage-queue';
import { beforeAll, expect, it } from '@jest/globals';
import { buildApp } from '../../../shared/app.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { checkHealth, kindOf } from '../../../shared/pipeline/health.ts';
import { pullDataset } from '../../../shared/sources/pull-dataset.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { takeStorageAccount } from '../../support/emulator.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

const healthOf = ({ app, deps }: Pick<Pipeline, 'app' | 'deps'>) =>
  checkHealth(app.checks, { ...deps, revision: 'abc1234', nextRun: '2026-01-01T00:05:00.000Z' });

it('is healthy over empty storage, with nothing to tell', async () => {
  const { health } = await healthOf(pipeline);

  expect(health).toMatchObject({
    status: 'healthy',
    last_run: null,
    next_run: '2026-01-01T00:05:00.000Z',
    metrics_computed: 0,
    last_error: null,
    dataQuality: [],
    sources: [],
    revision: 'abc1234',
  });
  expect(Object.values(health.checks)).toEqual(Object.values(health.checks).map(() => ({ ok: true })));
  expect(Object.keys(health.checks)).toEqual(
    expect.arrayContaining([
      'container landing',
      'table runs',
      'queue validate',
      'queue webjobs-blobtrigger-poison',
      'secret pseudonym-key',
      'kpi catalogue',
    ]),
  );
});

it('tells of the last run and how much it computed', async () => {
  const run = await pipeline.takeThrough(`${PAR}/healthy.csv`, parFile('HEALTHY'));

  expect((await healthOf(pipeline)).health).toMatchObject({
    status: 'healthy',
    last_run: { run_id: run.runId, status: 'success', dataset: PAR, at: run.completedAt },
    metrics_computed: run.phases.calculation?.kpisComputed,
  });
});

it('is degraded when the newest run that ended has failed, and says of what', async () => {
  await pipeline.drop(`${PAR}/sick.csv`, parFile('SICK'));
  const outcome = await pipeline.announce(`${PAR}/sick.csv`);
  await pipeline.remove('raw', (await pipeline.runOf(outcome)).rawPath ?? '');
  const message = pipeline.next();
  await expect(pipeline.deliver(message)).rejects.toMatchObject({ name: 'FileMissing' });
  await closePoisoned({ queue: 'validate-poison', messageId: 'm', body: message }, pipeline.deps);

  const { health, details } = await healthOf(pipeline);

  expect(health.status).toBe('degraded');
  expect(health.last_error).toBe('stage-failed in stage validate');
  expect(details).toEqual([expect.stringMatching(/^FileMissing: raw\//)]);
  expect(health.metrics_computed).toBeGreaterThan(0);
});

it('is unhealthy, and names what is missing, when storage is not provisioned', async () => {
  const app = await buildApp({ DataStorage: await takeStorageAccount(), PII_KEY: TEST_PSEUDONYM_KEY });

  const { health, details } = await healthOf({ app, deps: pipeline.deps });

  expect(health.status).toBe('unhealthy');
  expect(health.last_error).toBe('container landing: RestError ContainerNotFound');
  expect(health.checks['queue validate']).toEqual({ ok: false, detail: 'RestError QueueNotFound' });
  expect(details).toContainEqual(expect.stringMatching(/^queue publish-poison: RestError: /));
  expect(health.checks['container raw']).toMatchObject({ ok: false });
  expect(health.checks['kpi catalogue']).toEqual({ ok: true });
});

it('is unhealthy when storage does not answer, and says so soon', async () => {
  const silent = { name: 'container landing', check: () => new Promise<void>(() => undefined) };

  const { health, details } = await checkHealth([silent], {
    ...pipeline.deps,
    revision: 'abc1234',
    nextRun: null,
    patienceMs: 20,
  });

  expect(health).toMatchObject({
    status: 'unhealthy',
    last_error: 'container landing: NoAnswer',
  });
  expect(details).toEqual(['container landing: NoAnswer: no answer within 0.02 seconds']);
});

it('is unhealthy when there is no key for pseudonyms', async () => {
  const app = await buildApp({ DataStorage: pipeline.storage });

  const { health, details } = await healthOf({ app, deps: pipeline.deps });

  expect(health).toMatchObject({ status: 'unhealthy', last_error: 'secret pseudonym-key: SecretMissing' });
  expect(details).toEqual([
    'secret pseudonym-key: SecretMissing: secret pseudonym-key is not in the environment (PII_KEY)',
  ]);
});

it('is unhealthy when one queue is missing, and says which', async () => {
  const own = await Pipeline.open();
  await QueueServiceClient.fromConnectionString(own.storage).deleteQueue('compute');

  const { health } = await healthOf(own);

  const failed = Object.entries(health.checks).filter(([, { ok }]) => !ok);
  expect(failed).toEqual([['queue compute', { ok: false, detail: 'RestError QueueNotFound' }]]);
});

it('stays healthy when bad data stops a dataset, and lists it with its cause alone', async () => {
  const own = await Pipeline.open();
  for (const name of ['a', 'b', 'c']) await own.takeThrough(`${PAR}/${name}.csv`, `odd_${name}\n1\n`);

  const { health, details } = await healthOf(own);

  expect(health).toMatchObject({ status: 'healthy', last_error: null });
  expect(health.dataQuality).toEqual([
    {
      dataset: PAR,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      reason: `3 bad runs in a row, the last one ${health.last_run?.run_id}.`,
    },
  ]);
  expect(details).toEqual([]);
});

it('stays healthy when a secret keeps a source from coming in, and names the secret', async () => {
  const own = await Pipeline.open();
  const dataset = DatasetId.parse('hubspot/contacts');

  await pullDataset({ source: 'hubspot', dataset, cause: 'a test' }, own.deps);

  expect((await healthOf(own)).health).toMatchObject({
    status: 'healthy',
    sources: [{ dataset, status: 'paused: credentials', secret: 'hubspot-api-key' }],
  });
});

it('shows no message of an error to those who have no key', () => {
  const refused = Object.assign(new TypeError('connect to secretaccount.blob.core.windows.net'), {
    code: 'ECONNREFUSED',
  });

  expect(kindOf(refused)).toBe('TypeError ECONNREFUSED');
  expect(kindOf(Object.assign(refused, { code: 'at https://secretaccount' }))).toBe('TypeError');
  expect(kindOf('secretaccount')).toBe('unknown error');
});
