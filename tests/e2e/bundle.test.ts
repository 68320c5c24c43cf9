import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { KpiMart } from '../../shared/kpis/kpi-result.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { expectedOfParFile, partsOf } from '../support/expected-kpis.ts';
import { runScript } from '../support/run-script.ts';

// What is deployed is the bundle, not the sources: built afresh and run by the same host.

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const PATH = 'looker/loan_par_balances/par.csv';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-bundle-'));
  const built = await runScript('scripts/build.ts', [], { folder: dir });
  if (built.code !== 0 || built.stderr !== '') throw new Error(`the build failed: ${built.stderr}`);
});
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

/** Several parts, above the size from which this host reads CSV by several threads. */
const LARGE_ROWS = 200_000;
const THREADS_FROM_MB = 10;

describe('the bundle', () => {
  it('takes a file from landing to its report, with the numbers that the sources give', async () => {
    const sums = await generateParBalances({ dir, rows: 500, seed: 41 });

    const { run, store, host } = await taken(join(dir, 'looker/loan_par_balances.csv'));

    const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${run.asOf}/${run.runId}.json`));
    expect(run).toMatchObject({ status: 'success', attempt: 1, rows: 500 });
    expect(partsOf(mart.kpis)).toMatchObject(expectedOfParFile(sums));
    expect((await host.ask(`/api/reports/${run.asOf}`)).status).toBe(200);
    expect((await host.ask('/api/health', { key: '' })).status).toBe(200);
  });

  it('reads a large file with threads of its own', async () => {
    const folder = join(dir, 'large');
    const sums = await generateParBalances({ dir: folder, rows: LARGE_ROWS, seed: 42 });
    const file = join(folder, 'looker/loan_par_balances.csv');

    const { run, store } = await taken(file);

    const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${run.asOf}/${run.runId}.json`));
    expect((await stat(file)).size).toBeGreaterThan(THREADS_FROM_MB * 1_000_000);
    expect((await stat(join(DIST, 'csv-worker.mjs'))).size).toBeGreaterThan(0);
    expect(run).toMatchObject({ status: 'success', attempt: 1, rows: LARGE_ROWS, rejectedRows: 0 });
    expect(partsOf(mart.kpis)).toMatchObject(expectedOfParFile(sums));
  });
});

async function taken(file: string): Promise<{ run: RunRecord; store: Store; host: LocalHostProcess }> {
  const storage = await takeStorageAccount();
  const store = storeAt(storage);
  const host = await aLocalHost({
    storage,
    env: { APP_DIR: DIST, CSV_THREADS_FROM_MB: String(THREADS_FROM_MB) },
  });
  await store.drop(PATH, await readFile(file));
  await untilQuiet(store, { dropped: [PATH], deadlineMs: 45_000 });
  const { run } = await store.outcomeOf(PATH);
  return { run, store, host };
}
