import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExpectedSums } from '../../local/generate/expected-sums.ts';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { KpiMart } from '../../shared/kpis/kpi-result.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { expectedOfParFile, partsOf } from '../support/expected-kpis.ts';

// A host that is asked to stop while it validates a file.

const PATH = 'looker/loan_par_balances/large.csv';
const GIVE_UP_MS = 120_000;

let dir: string;
let sums: ExpectedSums;
let file: Buffer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-stop-'));
  // Large enough that the signal arrives before the stage is done.
  sums = await generateParBalances({ dir, rows: 60_000, seed: 5 });
  file = await readFile(join(dir, 'looker/loan_par_balances.csv'));
});
afterEach(removeLocalHosts);
afterAll(() => rm(dir, { recursive: true, force: true }));

describe.each(['SIGTERM', 'SIGINT'] as const)('%s while a file is being worked', (signal) => {
  it('lets the stage finish, exits with 0, and the next start takes the run to its end', async () => {
    const { store, host } = await hostAtWork({ GRACE_MS: '20000' });

    const code = await host.end(signal);

    const [stopped] = await store.ledger.list();
    expect(code).toBe(0);
    expect(host.stagesInHand()).toEqual([]);
    expect(stopped?.trail.map(({ stage }) => stage)).toContain('validate');
    await host.restart();
    await untilQuiet(store, { dropped: [PATH] });
    await expectOneGoodRun(store);
    expect(begunStages(host)).toEqual(['validate', 'compute', 'publish']);
  });

  it('gives the message back when the stage cannot finish in time, and nothing comes of it twice', async () => {
    const { store, host } = await hostAtWork({ GRACE_MS: '1' });

    const code = await host.end(signal);

    const [stopped] = await store.ledger.list();
    expect(code).toBe(0);
    expect(host.lines().join('\n')).toContain('did not finish in time; their messages went back');
    expect(stopped).toMatchObject({ status: 'running', stage: 'validate' });
    expect(await store.messages()).toEqual({ validate: 1 });
    await host.restart();
    await untilQuiet(store, { dropped: [PATH] });
    await expectOneGoodRun(store);
    expect(begunStages(host)).toEqual(['validate', 'validate', 'compute', 'publish']);
  });
});

describe('an idle host', () => {
  it('exits with 0 on SIGTERM and refuses requests from then on', async () => {
    const host = await aLocalHost({ storage: await takeStorageAccount() });
    const health = await host.ask('/api/health', { key: '' });

    const code = await host.end('SIGTERM');

    expect(health.status).toBe(200);
    expect(code).toBe(0);
    await expect(host.ask('/api/health')).rejects.toThrow('fetch failed');
  });
});

/** A host that has just begun to validate a large file. */
async function hostAtWork(
  env: Readonly<Record<string, string>>,
): Promise<{ store: Store; host: LocalHostProcess }> {
  const storage = await takeStorageAccount();
  const store = storeAt(storage);
  const host = await aLocalHost({ storage, env });
  await store.drop(PATH, file);
  const deadline = Date.now() + GIVE_UP_MS;
  while (!host.stagesInHand().some((stage) => stage.includes(' validate '))) {
    if (Date.now() > deadline) throw new Error(`validate never began: ${host.lines().join('\n')}`);
    await sleep(5);
  }
  return { store, host };
}

async function expectOneGoodRun(store: Store): Promise<void> {
  const runs = await store.ledger.list();
  const [run] = runs;
  const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${run?.asOf}/${run?.runId}.json`));

  expect(runs).toHaveLength(1);
  expect(run).toMatchObject({ status: 'success', attempt: 1, duplicates: 0, rows: 60_000 });
  expect(run?.trail.map(({ stage }) => stage)).toEqual(['ingest', 'validate', 'compute', 'publish']);
  expect(partsOf(mart.kpis)).toMatchObject(expectedOfParFile(sums));
  expect(await store.registry.all()).toHaveLength(1);
  for (const zone of ['raw', 'staging'] as const) expect(await store.paths(zone)).toHaveLength(1);
  expect(await store.paths('quarantine')).toEqual([]);
}

function begunStages(host: LocalHostProcess): string[] {
  return host.lines().flatMap((line) => {
    const stage = /"event":"stage\.started".*"stage":"(\w+)"/.exec(line)?.[1];
    return stage === undefined ? [] : [stage];
  });
}
