import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { replay } from '../../../shared/pipeline/replay.ts';
import { rollBack } from '../../../shared/pipeline/roll-back.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { aLoan, csvOf } from '../../support/file-rows.ts';
import { ProcessDied, watched } from '../../support/port-faults.ts';

// Rows that tell no day have the one that was given, which is part of what their run is. It stays theirs whatever name
// their content lands under afterwards.

/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 600_000;
const FOLDER = 'hubspot/companies';
const [FIRST, SECOND] = ['2025-11-26', '2025-11-27'];
const COMPANIES = JSON.stringify({
  results: [
    { id: '1', properties: { name: 'Invented Traders', domain: null, industry: null, createdate: null } },
  ],
});
const contracts = CONTRACTS as Contract[];
const released = [...contracts];

let pipeline: Pipeline;
beforeAll(async () => {
  const noKpis = async () => ({ ...(await coreCatalog()), kpis: [], models: [] });
  pipeline = await Pipeline.open({ catalog: noKpis });
});
beforeEach(() => pipeline.forget());
afterEach(() => void contracts.splice(0, contracts.length, ...released));

const take = (name: string, metadata: Record<string, string> = {}): Promise<RunRecord> =>
  pipeline.takeThrough(`${FOLDER}/${name}`, COMPANIES, metadata);

/** As files were taken in when the contract knew no day. */
async function underVersion1(first: string, ...others: readonly string[]): Promise<RunRecord> {
  const before = released.filter(
    ({ relation, version }) => relation !== 'hubspot_companies' || version === 1,
  );
  contracts.splice(0, contracts.length, ...before);
  let run = await take(first);
  for (const name of others) {
    await pipeline.landLaterThan(run);
    run = await take(name);
  }
  contracts.splice(0, contracts.length, ...released);
  return run;
}

async function replayed({ runId }: RunRecord): Promise<RunRecord> {
  const outcome = await replay({ runId, reason: 'it has a day now', dryRun: false }, pipeline.deps);
  if (outcome.kind !== 'started') throw new Error(outcome.kind);
  pipeline.queue.push(...outcome.next);
  await pipeline.runDry();
  return await pipeline.run(outcome.plan.runId);
}

/** Announced to a process that dies before it has kept the bytes. */
async function half(name: string, metadata: Record<string, string> = {}): Promise<void> {
  await pipeline.drop(`${FOLDER}/${name}`, COMPANIES, metadata);
  const mortal = watched(pipeline.deps, ({ method, args }) => {
    if (method === 'stat' && args[0] === 'raw') throw new ProcessDied('before it kept the file');
  });
  await expect(pipeline.announce(`${FOLDER}/${name}`, mortal)).rejects.toThrow(ProcessDied);
}

describe('a run that was only claimed when its process died', () => {
  it(
    'has its day from the drop that it is taken over by, or keeps that of the first',
    async () => {
      await half(`companies_${FIRST}.json`);
      const byDrop = await take('all.json', { asof: FIRST });
      await pipeline.forget();
      await half('all.json', { asof: SECOND });
      const byName = await take(`companies_${SECOND}.json`);

      expect([byDrop, byName]).toMatchObject([
        { status: 'success', asOf: FIRST, attempt: 1 },
        { status: 'success', asOf: SECOND, attempt: 1 },
      ]);
    },
    GENEROUS_MS,
  );
});

describe('a file that was taken in before its contract had a day', () => {
  it(
    'has that of its last landing when it is replayed, as if it came now',
    async () => {
      const old = await underVersion1(`companies_${FIRST}.json`, `companies_${SECOND}.json`);

      const anew = await replayed(old);

      expect(anew).toMatchObject({ status: 'success', contractVersion: 2, asOf: SECOND });
      expect((await take(`again_${SECOND}.json`)).runId).toBe(anew.runId);
    },
    GENEROUS_MS,
  );

  it(
    'leaves the books with its replay, when that is rolled back: its rows are in those of that day as well',
    async () => {
      const old = await underVersion1(`companies_${FIRST}.json`);
      const anew = await replayed(old);

      const { runId } = anew;
      const outcome = await rollBack({ runId, by: 'ana', reason: 'cut short', dryRun: false }, pipeline.deps);
      pipeline.queue.push(...(outcome.kind === 'started' ? outcome.next : []));
      await pipeline.runDry();

      expect(outcome).toMatchObject({ plan: { sameContent: [old.runId], standsInstead: undefined } });
      expect(await pipeline.run(old.runId)).toMatchObject({ status: 'canceled', rolledBack: { by: 'ana' } });
      expect(await pipeline.deps.registry.all()).toEqual([]);
    },
    GENEROUS_MS,
  );
});

describe('a file whose rows tell no day, dropped with another day than its name says', () => {
  it(
    'stands for the day of the metadata until it is dropped with that of its name, and only then is judged again',
    async () => {
      const [path, body] = [`looker/loans/loans_${FIRST}.csv`, csvOf([aLoan()])];
      const doubted = await pipeline.takeThrough(path, body, { asof: SECOND });
      const same = await pipeline.takeThrough('looker/loans/again.csv', body);
      const mended = await pipeline.takeThrough(path, body, { asof: FIRST });
      const sure = await pipeline.takeThrough(path, body, { asof: SECOND });

      expect(doubted).toMatchObject({ status: 'success', asOf: SECOND, attempt: 1 });
      expect(same).toMatchObject({ asOf: SECOND, attempt: 1, duplicates: 1 });
      expect(mended).toMatchObject({ status: 'success', asOf: FIRST, attempt: 2 });
      expect(await pipeline.deps.registry.all()).toMatchObject([{ runId: mended.runId, asOf: FIRST }]);
      expect(sure).toMatchObject({ asOf: FIRST, attempt: 2 });
      expect((await pipeline.deps.ledger.findDrop(path))?.detail).toContain(
        `which stands for ${FIRST}; nothing was computed again, and the asof=${SECOND} of this drop counts for nothing.`,
      );
    },
    GENEROUS_MS,
  );
});
