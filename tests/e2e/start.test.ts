import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { runScript } from '../support/run-script.ts';

// The first five minutes of a newcomer: `npm start` with nothing configured but a folder.

const GIVE_UP_MS = 280_000;
const SAMPLE_FILES = 12;
const Runs = z.object({
  runs: z.array(z.looseObject({ runId: z.string(), status: z.string(), attempt: z.int() })),
});
const Kpis = z.object({
  asOf: z.string(),
  kpis: z.array(
    z.looseObject({
      id: z.string(),
      value: z.string().nullable(),
      status: z.string(),
      reason: z.string().optional(),
    }),
  ),
});

const Health = z.looseObject({ status: z.string(), last_error: z.string().nullable() });

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-start-'));
});
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('npm start in an empty folder', () => {
  let host: LocalHostProcess;

  beforeAll(async () => {
    host = await aLocalHost({ args: [] });
    await sampleBookIsIn(host);
  }, 600_000);

  it('drops the sample book, and each KPI has a value or says why it has none', async () => {
    const { runs } = Runs.parse(await (await host.ask('/api/runs')).json());
    const { kpis } = Kpis.parse(await (await host.ask('/api/kpis')).json());

    expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: SAMPLE_FILES }, () => 'success'));
    const without = kpis.filter(({ value }) => value === null);
    expect(without.filter(({ reason }) => reason === undefined)).toEqual([]);
    expect(kpis.length - without.length).toBeGreaterThan(100);
    expect(host.lines().join('\n')).toContain('The store was empty: dropped a synthetic sample book');
  });

  it('shows them on the dashboard behind the link that it printed', async () => {
    const link = /http:\S+\/api\/dashboard\?code=\S+/.exec(host.lines().join('\n'))?.[0] ?? '';

    const page = await fetch(link);

    const html = await page.text();
    expect(page.status).toBe(200);
    const operations = await (await fetch(`${link}&view=operations`)).text();
    expect(html).toContain('PAR 30');
    expect(operations.match(/>Success</g)).toHaveLength(SAMPLE_FILES);
  });

  it('keeps everything over a stop and a start, and drops nothing again', async () => {
    const before = Runs.parse(await (await host.ask('/api/runs')).json());
    const kpisBefore: unknown = await (await host.ask('/api/kpis')).json();
    const printed = host.lines().length;

    const code = await host.end('SIGTERM');
    await host.restart();
    await sampleBookIsIn(host);

    expect(code).toBe(0);
    expect(Runs.parse(await (await host.ask('/api/runs')).json())).toEqual(before);
    expect(await (await host.ask('/api/kpis')).json()).toEqual(kpisBefore);
    const since = host.lines().slice(printed).join('\n');
    expect(since).not.toContain('The store was empty');
    expect(since).not.toContain('"event":"stage.started"');
  });
});

describe('npm start -- --empty', () => {
  it('drops nothing; the dashboard says so instead of showing numbers', async () => {
    const host = await aLocalHost({ args: ['--empty'] });

    const runs = await host.ask('/api/runs');
    const kpis = await host.ask('/api/kpis');
    const page = await host.ask('/api/dashboard');

    expect(Runs.parse(await runs.json()).runs).toEqual([]);
    expect(kpis.status).toBe(404);
    expect(page.status).toBe(200);
    expect(host.lines().join('\n')).not.toContain('The store was empty');
    await host.remove();
  });
});

describe('npm start beside a local.settings.json', () => {
  it('takes what the environment does not say, and nothing of storage and the key of its own store', async () => {
    const host = await aLocalHost({
      values: {
        DataStorage: 'UseDevelopmentStorage=true',
        PII_KEY: 'of another store',
        DESTINATIONS: 'lineage',
        OPENLINEAGE_URL: 'http://127.0.0.1:9/lineage',
        REVISION: 'of the file',
      },
    });

    const deliveries = await host.ask('/api/deliveries');
    const health = await host.ask('/api/health');

    expect(await deliveries.json()).toMatchObject({ inUse: [{ name: 'lineage' }] });
    expect(await health.json()).toMatchObject({ status: 'healthy', revision: 'revision-under-test' });
    await host.remove();
  });

  it('says what is wrong with it', async () => {
    await writeFile(join(dir, 'local.settings.json'), '{ "Values": ');

    const { code, stderr } = await runScript('local/start.ts', [], { folder: dir });
    await rm(join(dir, 'local.settings.json'));

    expect(code).toBe(2);
    expect(stderr).toBe(
      'Could not start: local.settings.json has no settings in "Values"\nSee: npm start -- --help\n',
    );
  });
});

describe('npm start with a call that cannot work', () => {
  it('explains itself with --help and starts nothing', async () => {
    const { code, stdout } = await runScript('local/start.ts', ['--help'], { folder: dir });

    expect(code).toBe(0);
    for (const word of ['--empty', 'PORT', 'DATA_DIR', 'STORAGE']) expect(stdout).toContain(word);
  });

  it('says which setting is not a number', async () => {
    const env = { PORT: 'seventy', DATA_DIR: join(dir, 'data') };

    const { code, stderr } = await runScript('local/start.ts', [], { folder: dir, env });

    expect(code).toBe(2);
    expect(stderr).toContain('PORT takes a whole number, not "seventy"');
  });

  it('ends with 1 when the port is taken, and does not go on without it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const env = { PORT: String(port), DATA_DIR: join(dir, 'other') };
    const { code, stderr } = await runScript('local/start.ts', [], { folder: dir, env });
    await new Promise((resolve) => server.close(resolve));

    expect(code).toBe(1);
    expect(stderr).toMatch(/^Could not start: .*EADDRINUSE/);
  });
});

/** A successful run for each file, and nothing that still goes on. */
async function sampleBookIsIn(host: LocalHostProcess): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    const { runs } = Runs.parse(await (await host.ask('/api/runs')).json());
    if (runs.length === SAMPLE_FILES && runs.every(({ status }) => status === 'success')) return;
    if (Date.now() > deadline)
      throw new Error(`no sample book: ${JSON.stringify(runs)}\n${host.lines().join('\n')}`);
    await sleep(200);
  }
}

it('comes up with a schedule that is none, and health names the setting', async () => {
  const host = await aLocalHost({ env: { INGEST_SWEEP_SCHEDULE: 'foo' } });

  const answer = await host.ask('/api/health', { key: '' });

  await host.remove();
  expect(answer.status).toBe(503);
  expect(Health.parse(await answer.json())).toMatchObject({
    status: 'unhealthy',
    last_error: expect.stringMatching(/^INGEST_SWEEP_SCHEDULE: it is not a schedule/),
  });
});
