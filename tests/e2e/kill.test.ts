import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateBook } from '../../local/generate/generate-book.ts';
import { type Random, sample, seededRandom } from '../../local/generate/random.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aLocalHost, type LocalHostProcess, removeLocalHosts } from '../support/a-local-host.ts';
import { isQuiet, type Store, stateOf, storeAt, untilQuiet } from '../support/a-store.ts';
import { takeStorageAccount } from '../support/emulator.ts';

// The host is killed without a word, again and again, while files arrive. Nothing may be lost, doubled or
// different from what an undisturbed host makes of the same files.

/** Another seed is another course of events. */
const SEED = process.env['KILL_SEED'] ?? '20251210';
const FILES = ['looker/loan_par_balances', 'looker/loans', 'cascade/loan_tape', 'cascade/loan_tape_par'];
const CUT_OFFS = ['2025-08-10', '2025-09-12', '2025-10-31', '2025-11-20', '2025-12-10'];
/** After so many kills the host is left alone: the test ends, and hardly a message is hit by five of them and given up. */
const MOST_KILLS = 6;
const FEWEST_KILLS = 5;
const DEADLINE_MS = 500_000;
/** A life goes on for at most so long after its first stage. */
const LONGEST_LIFE_MS = 700;

type Drop = { readonly path: string; readonly body: Buffer };

let dir: string;
let drops: readonly Drop[];
let calm: Store;
let disturbed: Store;
let kills: { readonly stagesInHand: readonly string[] }[];
let paths: readonly string[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-e2e-kill-'));
  const random = seededRandom(SEED, 'kills');
  drops = await filesOfFiveBooks(random);
  paths = drops.map(({ path }) => path);
  calm = await undisturbed();

  const storage = await takeStorageAccount();
  disturbed = storeAt(storage);
  kills = await dropAndKill(storage, random);
}, DEADLINE_MS + 500_000);
afterAll(async () => {
  await removeLocalHosts();
  await rm(dir, { recursive: true, force: true });
});

describe('a host that is killed at random moments while 20 files arrive', () => {
  it('was killed in the midst of work', () => {
    const interrupted = kills.filter(({ stagesInHand }) => stagesInHand.length > 0);

    expect(kills.length).toBeGreaterThanOrEqual(FEWEST_KILLS);
    expect(interrupted.length).toBeGreaterThan(kills.length / 2);
  });

  it('ends with 20 successful runs, one for each file, and no file counted as a duplicate', async () => {
    const runs = await disturbed.ledger.list();

    expect(runs.map(({ status }) => status)).toEqual(drops.map(() => 'success'));
    expect(runs.map(({ drop }) => drop.path).toSorted()).toEqual([...paths].toSorted());
    expect(runs.filter(({ duplicates }) => duplicates > 0)).toEqual([]);
    expect(runs.map(identity).toSorted()).toEqual((await calm.ledger.list()).map(identity).toSorted());
    expect(await disturbed.registry.all()).toHaveLength(drops.length);
  });

  it('leaves nothing running and no message behind, on poison queues neither', async () => {
    expect(await disturbed.ledger.list({ status: 'running' })).toEqual([]);
    expect(await disturbed.messages()).toEqual({});
  });

  it('keeps each file once, and one staged snapshot of each', async () => {
    for (const zone of ['raw', 'staging', 'reports'] as const) {
      expect((await disturbed.paths(zone)).map(withoutDay)).toEqual((await calm.paths(zone)).map(withoutDay));
    }
    expect(await disturbed.paths('quarantine')).toEqual([]);
  });

  it('has made the very bytes that an undisturbed host makes, staging and marts', async () => {
    const marts = await calm.paths('marts', 'kpis/');

    expect(marts).toHaveLength(3 * drops.length);
    expect(await disturbed.paths('marts', 'kpis/')).toEqual(marts);
    expect(await differing('marts', marts)).toEqual([]);
    expect(await differing('staging', await calm.paths('staging'))).toEqual([]);
  });

  it('has books that agree with those of the undisturbed host wherever both computed one', async () => {
    const own = new Set(await disturbed.paths('marts', 'books/'));
    const both = (await calm.paths('marts', 'books/')).filter((path) => own.has(path));

    expect(both.length).toBeGreaterThan(0);
    expect(await differing('marts', both)).toEqual([]);
  });

  it('has committed every run: the summary of its newest attempt says success', async () => {
    for (const { runId, attempt } of await disturbed.ledger.list()) {
      const summary = await disturbed.json('runs', `${runId}/summary.json`);
      expect(summary).toMatchObject({ runId, attempt, status: 'success' });
    }
  });
});

/** Books of one lender at five cut-offs: files of one dataset differ in their as-of date. */
async function filesOfFiveBooks(random: Random): Promise<readonly Drop[]> {
  const made: Drop[] = [];
  for (const [index, asOf] of CUT_OFFS.entries()) {
    const folder = join(dir, asOf);
    await generateBook({ dir: folder, loans: 150, months: 12, seed: index + 1, asOf });
    for (const file of FILES) {
      // Both shapes of the tape are one dataset; the header tells them apart.
      const dataset = file.replace(/_par$/, '');
      const name = file.endsWith('tape_par') ? `par_${asOf}.csv` : `${asOf}.csv`;
      made.push({ path: `${dataset}/${name}`, body: await readFile(join(folder, `${file}.csv`)) });
    }
  }
  return sample([...made.keys()], made.length, random).flatMap((index) => made[index] ?? []);
}

/** Pseudonyms of both hosts are the same. */
const SAME_KEY = { PII_KEY: 'a pseudonym key for tests, 40 characters' };

async function undisturbed(): Promise<Store> {
  const storage = await takeStorageAccount();
  const store = storeAt(storage);
  const host = await aLocalHost({ storage, env: SAME_KEY });
  for (const { path, body } of drops) await store.drop(path, body);
  await untilQuiet(store, { dropped: paths });
  await host.end('SIGTERM');
  return store;
}

async function dropAndKill(storage: string, random: Random): Promise<typeof kills> {
  const deadline = Date.now() + DEADLINE_MS;
  const record: { stagesInHand: readonly string[] }[] = [];
  // With the limit of deliveries that is shipped: every life gets something done, so that no message uses it up.
  const host = await aLocalHost({ storage, env: SAME_KEY });
  let next = 0;
  while (next < drops.length || !(await isQuiet(disturbed, paths))) {
    if (Date.now() > deadline) {
      throw new Error(`not quiet after ${record.length} kills: ${await stateOf(disturbed, paths)}`);
    }
    const before = host.lines().length;
    for (const { path, body } of drops.slice(next, next + 4)) await disturbed.drop(path, body);
    next += 4;
    if (record.length < MOST_KILLS) {
      await untilAStageIsDone(host, before, deadline);
      await sleep(random.unit() * LONGEST_LIFE_MS);
      if (!(await isQuiet(disturbed, paths.slice(0, next)))) record.push(await killed(host));
    } else await sleep(100);
  }
  return record;
}

/** Or until there is nothing to do. */
async function untilAStageIsDone(host: LocalHostProcess, before: number, deadline: number): Promise<void> {
  const isDone = (): boolean =>
    host
      .lines()
      .slice(before)
      .some((line) => line.includes('stage.completed'));
  while (!isDone() && !(await isQuiet(disturbed, paths)) && Date.now() < deadline) await sleep(10);
}

async function killed(host: LocalHostProcess): Promise<{ stagesInHand: readonly string[] }> {
  await host.end('SIGKILL');
  const stagesInHand = host.stagesInHand();
  await host.restart();
  return { stagesInHand };
}

/** Paths of the zone whose bytes are not the same in both accounts. */
async function differing(zone: 'marts' | 'staging', names: readonly string[]): Promise<string[]> {
  const different: string[] = [];
  for (const path of names) {
    const [a, b] = [await calm.bytes(zone, path), await disturbed.bytes(zone, path)];
    if (!a.equals(b)) different.push(path);
  }
  return different;
}

function identity({ runId, dataset, asOf, bookId, rows }: RunRecord): string {
  return JSON.stringify({ runId, dataset, asOf, bookId, rows });
}

/** Raw lies under the day of landing, which may change between two passes at midnight. */
function withoutDay(path: string): string {
  return path.replace(/\/\d{4}-\d\d-\d\d\//, '/');
}
