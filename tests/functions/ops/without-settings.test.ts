import { beforeEach, expect, it } from '@jest/globals';
import { anInvocation, call } from '../../support/an-invocation.ts';
import { takeStorageAccount } from '../../support/emulator.ts';

// The settings are not usable: whoever asks is told which, and nobody is answered with a stack.

beforeEach(() => {
  delete process.env['DataStorage'];
  delete process.env['AZURE_STORAGE_CONNECTION_STRING'];
  delete process.env['PIPELINE_ENV'];
  delete process.env['INGEST_SWEEP_SCHEDULE'];
});

it('health names a schedule that is none, and promises no next run', async () => {
  process.env['DataStorage'] = 'UseDevelopmentStorage=true';
  process.env['INGEST_SWEEP_SCHEDULE'] = 'every now and then';

  const answer = await call('health');

  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({
    next_run: null,
    last_error: expect.stringMatching(/^INGEST_SWEEP_SCHEDULE: it is not a schedule/),
  });
});

it('health says no more than the class of an error that is no setting of ours', async () => {
  process.env['DataStorage'] = 'AccountName=nonsense';

  const answer = await call('health');

  expect(answer.json()).toMatchObject({ status: 'unhealthy', last_error: 'Error' });
  expect(answer.text).not.toContain('onnection');
});

it('health names every bad setting', async () => {
  process.env['PIPELINE_ENV'] = 'moon';

  const answer = await call('health');

  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({ status: 'unhealthy', last_run: null, metrics_computed: 0 });
  const { checks }: { checks: Record<string, { detail: string }> } = Object(answer.json());
  const details = Object.values(checks).map(({ detail }) => detail);
  expect(details).toEqual([
    expect.stringContaining('PIPELINE_ENV'),
    expect.stringContaining('DataStorage__blobServiceUri'),
  ]);
});

it.each(['runs', 'kpis', 'dashboard'])('%s answers 503 with the settings to correct', async (name) => {
  const invocation = anInvocation(name);

  const answer = await call(name, {}, invocation);

  expect(answer.status).toBe(503);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.json()).toMatchObject({ problems: [expect.stringContaining('DataStorage')] });
  expect(invocation.lines.join()).toContain('config.invalid');
});

it('health says that storage is not as it should be, once settings are right', async () => {
  process.env['DataStorage'] = await takeStorageAccount();

  const answer = await call('health');

  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({
    status: 'unhealthy',
    checks: { 'container landing': { ok: false }, 'kpi catalogue': { ok: true } },
  });
});
