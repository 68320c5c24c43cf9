import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { generateParBalances } from '../../local/generate/generate-par-balances.ts';
import { revisionOf } from '../../scripts/bundle.ts';
import { type ReleaseManifest, verifiedPackage } from '../../scripts/release-manifest.ts';
import { KpiMart } from '../../shared/kpis/kpi-result.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { type Store, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';
import { expectedOfParFile, partsOf } from '../support/expected-kpis.ts';
import { runScript } from '../support/run-script.ts';

// What is deployed is the package, not the sources: built afresh, unpacked elsewhere, and run by the same host.

/** The rest of the smallest plan's room is for what is unpacked. */
const MOST_BYTES = 60_000_000;
const PATH = 'looker/loan_par_balances/par.csv';

let dir: string;
let zip: string;
let appDir: string;
let manifest: ReleaseManifest;
let paths: readonly string[];
/** Packages of which every start loads code. */
let loadedAtStart: readonly string[];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-bundle-'));
  const packed = await runScript('scripts/package.ts', ['--out', dir], { folder: dir });
  if (packed.code !== 0 || packed.stderr !== '') throw new Error(`nothing was packed: ${packed.stderr}`);
  loadedAtStart = /^At every start .*: (.*)$/m.exec(packed.stdout)?.[1]?.split(', ') ?? [];
  zip = join(dir, (await readdir(dir)).find((name) => name.endsWith('.zip')) ?? 'no zip');
  manifest = await verifiedPackage(zip);
  appDir = join(dir, 'unpacked');
  const files = Object.entries(unzipSync(await readFile(zip)));
  paths = files.map(([path]) => path);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(appDir, path)), { recursive: true });
    await writeFile(join(appDir, path), bytes);
  }
});
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

/** Several parts, above the size from which this host reads CSV by several threads. */
const LARGE_ROWS = 200_000;
const THREADS_FROM_MB = 10;

describe('the package', () => {
  it('is small, and its manifest says what it is', async () => {
    const bytes = await readFile(zip);

    expect(bytes.length).toBeLessThan(MOST_BYTES);
    expect(manifest).toMatchObject({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      node: process.versions.node,
      platform: 'linux-x64',
      file: `abaco-loans-analytics-${manifest.revision}.zip`,
    });
    expect(manifest.revision).toBe(revisionOf({ sha: manifest.commit, isDirty: manifest.isDirty }));
  });

  it('holds the code, the packages that are no part of it, and nothing that only developers need', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'host.json',
        'package.json',
        'index.mjs',
        'csv-worker.mjs',
        'models/tests.yaml',
        'node_modules/@azure/functions/package.json',
        'node_modules/@duckdb/node-bindings-linux-x64/duckdb.node',
      ]),
    );
    expect(
      paths.filter((path) => /\.(map|d\.ts|md)$|local\.settings|node-bindings-(?!linux-x64\/)/.test(path)),
    ).toEqual([]);
  });

  it('has no code of packages that name no licence: what unpacks workbooks for exceljs is left out', async () => {
    const code = paths.filter((path) => path.endsWith('.mjs') && !path.startsWith('node_modules/'));
    const texts = await Promise.all(code.map((path) => readFile(join(appDir, path), 'utf8')));

    expect(code.length).toBeGreaterThan(10);
    // What unzipper throws, and what buffers does.
    expect(texts.filter((text) => /FILE_ENDED|Tried to push a non-buffer/.test(text))).toEqual([]);
  });

  it('loads late what a start need not pay for', () => {
    const late = ['exceljs', 'vega', 'vega-lite', 'pg', 'undici', 'applicationinsights', 'hyparquet'];
    const lateOfAzure = ['identity', 'keyvault-secrets', 'storage-queue', 'communication-email'];

    expect(loadedAtStart).toContain('zod');
    expect(loadedAtStart.filter((name) => late.includes(name))).toEqual([]);
    expect(loadedAtStart.filter((name) => lateOfAzure.includes(name.replace('@azure/', '')))).toEqual([]);
  });

  it('takes a file from landing to its report, with the numbers that the sources give', async () => {
    const sums = await generateParBalances({ dir, rows: 500, seed: 41 });

    const { run, store, host } = await taken(join(dir, 'looker/loan_par_balances.csv'));

    const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${run.asOf}/${run.runId}.json`));
    expect(run).toMatchObject({ status: 'success', attempt: 1, rows: 500 });
    expect(partsOf(mart.kpis)).toMatchObject(expectedOfParFile(sums));
    expect((await host.ask(`/api/reports/${run.asOf}`)).status).toBe(200);
    expect((await host.ask('/api/exports/kpis?format=xlsx')).status).toBe(200);
    const health = await host.ask('/api/health', { key: '' });
    expect(health.status).toBe(200);
    // No setting says which code it is: the package knows.
    expect(await health.json()).toMatchObject({ revision: manifest.revision });
    const args = ['--url', host.url(), '--key', host.key, '--package', zip];

    const smoke = await runScript('scripts/smoke.ts', [...args, '--drop', '--json'], { folder: dir });

    const verdict: { checks: { name: string; isMet: boolean; detail: string }[] } = JSON.parse(smoke.stdout);
    expect(verdict.checks.filter(({ isMet }) => !isMet)).toEqual([]);
    expect(verdict.checks.length).toBe(7);
    expect(smoke.code).toBe(0);
  });

  it('reads a large file with threads of its own', async () => {
    const folder = join(dir, 'large');
    const sums = await generateParBalances({ dir: folder, rows: LARGE_ROWS, seed: 42 });
    const file = join(folder, 'looker/loan_par_balances.csv');

    const { run, store } = await taken(file);

    const mart = KpiMart.parse(await store.json('marts', `kpis/as_of=${run.asOf}/${run.runId}.json`));
    expect((await stat(file)).size).toBeGreaterThan(THREADS_FROM_MB * 1_000_000);
    expect((await stat(join(appDir, 'csv-worker.mjs'))).size).toBeGreaterThan(0);
    expect(run).toMatchObject({ status: 'success', attempt: 1, rows: LARGE_ROWS, rejectedRows: 0 });
    expect(partsOf(mart.kpis)).toMatchObject(expectedOfParFile(sums));
  });
});

async function taken(file: string): Promise<{ run: RunRecord; store: Store; host: LocalHostProcess }> {
  const storage = await takeStorageAccount();
  const store = storeAt(storage);
  const host = await aLocalHost({
    storage,
    env: { APP_DIR: appDir, REVISION: '', CSV_THREADS_FROM_MB: String(THREADS_FROM_MB) },
  });
  await store.drop(PATH, await readFile(file));
  await untilQuiet(store, { dropped: [PATH] });
  const { run } = await store.outcomeOf(PATH);
  return { run, store, host };
}
