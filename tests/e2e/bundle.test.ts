import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { KpiMart } from '../../shared/kpis/kpi-result.ts';
import { aLocalHost, removeLocalHosts } from '../support/a-local-host.ts';
import { storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { expectedOfParFile, partsOf } from '../support/expected-kpis.ts';
import { runScript } from '../support/run-script.ts';

// What is deployed is the bundle, not the sources: built afresh and run by the same host.

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const PATH = 'looker/loan_par_balances/par.csv';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-bundle-'));
});
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('the bundle', () => {
  it('takes a file from landing to its report, with the numbers that the sources give', async () => {
    const built = await runScript('scripts/build.ts', [], { folder: dir });
    const sums = await generateParBalances({ dir, rows: 500, seed: 41 });
    const storage = await takeStorageAccount();
    const store = storeAt(storage);
    const host = await aLocalHost({ storage, env: { APP_DIR: DIST } });

    await store.drop(PATH, await readFile(join(dir, 'looker/loan_par_balances.csv')));
    await untilQuiet(store, { dropped: [PATH], deadlineMs: 45_000 });

    const { run } = await store.outcomeOf(PATH);
    const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${run.asOf}/${run.runId}.json`));
    expect([built.code, built.stderr]).toEqual([0, '']);
    expect(run).toMatchObject({ status: 'success', attempt: 1, rows: 500 });
    expect(partsOf(mart.kpis)).toEqual(expectedOfParFile(sums));
    expect((await host.ask(`/api/reports/${run.asOf}`)).status).toBe(200);
    expect((await host.ask('/api/health', { key: '' })).status).toBe(200);
  });
});
