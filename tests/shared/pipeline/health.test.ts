import { QueueServiceClient } from '@azure/storage-queue';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp } from '../../../shared/app.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { checkHealth, keptFor, kindOf } from '../../../shared/pipeline/health.ts';
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

describe('a destination that can be asked', () => {
  const appWith = async (more: Record<string, string>) =>
    await buildApp({ DataStorage: pipeline.storage, PII_KEY: TEST_PSEUDONYM_KEY, ...more });
  const AWAY = { SUPABASE_DB_URL: 'postgresql://user:pa55phrase@127.0.0.1:9/none' };

  it('is asked only where it is in use', async () => {
    const { checks } = await appWith(AWAY);

    expect(checks.map(({ name }) => name)).not.toContain('destination postgres');
  });

  it('that is away leaves the product degraded, says of what, and tells outsiders no address', async () => {
    const own = await Pipeline.open();
    const app = await appWith({ ...AWAY, DataStorage: own.storage, DESTINATIONS: 'postgres' });

    const { health, details } = await healthOf({ app, deps: own.deps });

    expect(health).toMatchObject({
      status: 'degraded',
      last_error: 'destination postgres: ServiceUnavailable',
      checks: { 'destination postgres': { ok: false, detail: 'ServiceUnavailable' } },
    });
    expect(details).toEqual([expect.stringContaining('could not be reached, or broke off (ECONNREFUSED)')]);
    expect(JSON.stringify({ health, details })).not.toContain('pa55phrase');
  });

  it('that does not answer holds nobody up, and storage that is gone still says more', async () => {
    const silent = {
      name: 'destination postgres',
      onlyDegrades: true,
      check: () => new Promise<void>(() => undefined),
    } as const;
    const gone = { name: 'container landing', check: () => Promise.reject(new TypeError('gone')) };
    const deps = { ...pipeline.deps, revision: 'abc1234', nextRun: null, patienceMs: 20 };

    expect((await checkHealth([silent], deps)).health).toMatchObject({
      status: 'degraded',
      checks: { 'destination postgres': { ok: false, detail: 'NoAnswer' } },
    });
    expect((await checkHealth([silent, gone], deps)).health).toMatchObject({
      status: 'unhealthy',
      last_error: 'container landing: TypeError',
    });
  });

  it('is asked once for many who ask at nearly the same time, and anew later', async () => {
    let now = 0;
    let asked = 0;
    const check = async (): Promise<void> => {
      asked += 1;
      if (asked === 1) throw new TypeError('away');
      await Promise.resolve();
    };
    const kept = keptFor(1_000, { name: 'destination postgres', check }, { now: () => new Date(now) });

    const outcomes = await Promise.allSettled([kept.check(), kept.check()]);
    now = 999;
    await expect(kept.check()).rejects.toThrow('away');
    now = 1_000;
    await kept.check();

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toBe(2);
  });
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
