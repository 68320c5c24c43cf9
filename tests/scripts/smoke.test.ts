import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aRun } from '../support/a-kpi-mart.ts';
import { runScript } from '../support/run-script.ts';
import { StubServer } from '../support/stub-server.ts';

// What the smoke test sees of an app in each way in which a deployment may have gone wrong. That a good one passes, with
// a file dropped, is in tests/e2e/bundle.test.ts.

const KEY = 'the-key';
const REVISION = '0b313ab32a16';

let dir: string;
let stub: StubServer;
let app: {
  run: RunRecord;
  health: Record<string, unknown>;
  artifacts: string[];
  /** Requests that are answered without the key. */
  open: string[];
  deliveries: { inUse: { name: string }[]; deliveries: unknown[] };
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-smoke-test-'));
  const calculation = { kpisComputed: 40, kpisNotComputable: 3, errors: {}, auditEntries: 40, durationMs: 1 };
  app = {
    run: aRun({ phases: { calculation }, trail: [] }),
    health: { status: 'healthy', revision: REVISION, last_error: null, checks: {} },
    artifacts: ['summary.json', 'manifest.json', 'lineage.jsonl'],
    open: [],
    deliveries: { inUse: [], deliveries: [] },
  };
  stub = await StubServer.open(({ method, path, headers }) => {
    const request = path.replace('/api/', '');
    if (request === 'health')
      return { body: app.health, status: app.health['status'] === 'unhealthy' ? 503 : 200 };
    if (headers['x-functions-key'] !== KEY)
      return { status: app.open.includes(`${method} ${request}`) ? 200 : 401 };
    if (request === 'openapi.json') return { body: OPEN_API };
    if (request === 'runs') return { body: { runs: [app.run] } };
    if (request === 'alerts/test' && method === 'POST')
      return { status: 202, body: { incident: { id: 'test.alerts', change: 3 } } };
    if (request === 'deliveries') return { body: app.deliveries };
    return { body: { run: app.run, artifacts: app.artifacts.map((name) => ({ name })) } };
  });
});
afterEach(async () => {
  await stub.close();
  await rm(dir, { recursive: true, force: true });
});

const guarded = { security: [{ header: [] }] };
const OPEN_API = {
  paths: {
    '/api/health': { get: { security: [] } },
    '/api/runs': { get: guarded },
    '/api/runs/{runId}/rerun': { post: guarded },
  },
};

const smoke = (...args: string[]) =>
  runScript('scripts/smoke.ts', ['--revision', REVISION, ...args], {
    folder: dir,
    env: { FUNCTION_APP_URL: stub.url, FUNCTION_KEY: KEY },
  });

it('an app that works may stay; the verdict is printed, and added to a page', async () => {
  const page = join(dir, 'summary.md');

  const { code, stdout } = await smoke('--markdown', page);

  expect(stdout.split('\n')).toEqual([
    '✓ health: healthy',
    `✓ the tested code runs: ${REVISION}`,
    '✓ no entry without a key: 2 requests are answered with 401',
    `✓ a run takes less than 10 minutes: ${app.run.runId}, attempt 1: 8.4 seconds`,
    '✓ all KPIs are calculated: 40 KPIs; 3 lack a dataset',
    '✓ no errors: none in the run',
    '✓ outputs are persisted: summary.json, manifest.json, lineage.jsonl; no audit tables are in use',
    `${stub.url} works.`,
    '',
  ]);
  expect(code).toBe(0);
  expect(await readFile(page, 'utf8')).toContain('- ✓ health: healthy');
  // Nothing was asked to change.
  expect(
    stub.requests.filter(({ method, headers }) => method !== 'GET' && headers['x-functions-key'] === KEY),
  ).toEqual([]);
});

describe('an app does not work', () => {
  const calculated = (change: object) => ({
    ...app.run.phases,
    calculation: { ...app.run.phases.calculation, ...change },
  });
  it.each<[string, () => unknown, string]>([
    [
      'that is ill',
      () =>
        (app.health = {
          ...app.health,
          status: 'unhealthy',
          checks: { 'table runs': { ok: false, detail: 'RestError 403' } },
        }),
      '✗ health: unhealthy: table runs (RestError 403)',
    ],
    [
      'that runs other code',
      () => (app.health = { ...app.health, revision: 'ffffffffffff' }),
      `✗ the tested code runs: ffffffffffff runs, not ${REVISION}`,
    ],
    [
      'that lets somebody in without a key',
      () => (app.open = ['POST runs/smoke/rerun']),
      '✗ no entry without a key: answered without the key: POST runs/{runId}/rerun (200, 200)',
    ],
    [
      'that is slow',
      () => (app.run = { ...app.run, completedAt: '2026-01-05T06:40:01.000Z' }),
      '✗ a run takes less than 10 minutes: run_',
    ],
    [
      'that could not compute a KPI',
      () =>
        (app.run = {
          ...app.run,
          phases: calculated({ errors: { 'risk.par_90': 'no such column' } }),
        } as RunRecord),
      '✗ all KPIs are calculated: success, 40 KPIs; risk.par_90: no such column',
    ],
    [
      'whose run failed on the way',
      () =>
        (app.run = {
          ...app.run,
          lastError: {
            stage: 'publish',
            code: 'stage-failed',
            message: 'no room',
            at: '2026-01-05T06:30:05.000Z',
          },
        }),
      '✗ no errors: stage-failed in stage publish: no room',
    ],
    [
      'that leaves no lineage',
      () => (app.artifacts = ['summary.json', 'manifest.json']),
      'has no lineage.jsonl',
    ],
  ])('%s', async (_, breaks, line) => {
    breaks();

    const { code, stdout } = await smoke();

    expect(code).toBe(1);
    expect(stdout).toContain(line);
    expect(stdout).toContain(`${stub.url} does not work: docs/runbooks/rollback-deployment.md.`);
  });

  it('that does not answer at all, which is one line and no stack', async () => {
    const { url } = stub;
    await stub.close();

    const { code, stdout } = await smoke('--json');

    expect(code).toBe(1);
    const { works, checks }: { works: boolean; checks: { name: string; detail: string }[] } =
      JSON.parse(stdout);
    expect(works).toBe(false);
    expect(checks.map(({ name }) => name)).toEqual(['health', 'no entry without a key', 'a run']);
    expect(checks[0]?.detail).toContain(`GET ${url}/api/health: no answer (fetch failed:`);
    stub = await StubServer.open(() => ({}));
  });
});

it('audit tables that are in use must have the run', async () => {
  const delivery = {
    destination: 'postgres',
    tries: 1,
    plannedAt: app.run.startedAt,
    since: app.run.startedAt,
  };
  app.deliveries = {
    inUse: [{ name: 'postgres' }],
    deliveries: [{ ...delivery, status: 'delivered', subject: `${app.run.runId}.1` }],
  };

  const { code, stdout } = await smoke();

  expect(stdout).toContain('✓ outputs are persisted: documents and audit tables');
  expect(code).toBe(0);
});

it('a wrong call is told apart from an app that does not work', async () => {
  const { code, stderr } = await smoke('--drop', '--rerun');

  expect(code).toBe(2);
  expect(stderr).toContain('either --drop or --rerun.');
});

describe('a test of alerts', () => {
  const at = '2026-01-05T06:00:00.000Z';
  const told = (destination: string, status: string, subject = 'test.alerts@3') => ({
    ...{ destination, status, subject, tries: 1, since: at, plannedAt: at },
    ...(status === 'refused' && { detail: 'channel_not_found' }),
  });
  const alerted = async (...deliveries: unknown[]) => {
    app.deliveries = { inUse: [{ name: 'alerts' }, { name: 'pagerduty' }], deliveries };
    const { code, stdout } = await smoke('--alert');
    return { code, line: stdout.split('\n').find((line) => line.includes('alerts arrive')) };
  };

  it('is met when it has arrived; PagerDuty is not woken by it', async () => {
    const old = told('alerts', 'refused', 'test.alerts@2');

    expect(await alerted(told('alerts', 'delivered'), told('pagerduty', 'skipped'), old)).toEqual({
      code: 0,
      line: '✓ alerts arrive: alerts delivered, pagerduty skipped',
    });
  });

  it('is not met when it was refused, which is told with the reason', async () => {
    expect(await alerted(told('alerts', 'refused'))).toEqual({
      code: 1,
      line: '✗ alerts arrive: alerts refused (channel_not_found)',
    });
  });

  it('says that nobody is told where nothing is set up to tell', async () => {
    const { code, stdout } = await smoke('--alert');

    expect(stdout).toContain('✓ alerts arrive: no destination tells of incidents: nobody is told');
    expect(code).toBe(0);
  });
});
