import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { replay } from '../../../shared/pipeline/replay.ts';
import { type RollbackOutcome, rollBack } from '../../../shared/pipeline/roll-back.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { coreCatalog } from '../../support/core-catalog.ts';
import { parFile } from '../../support/small-files.ts';

// A version of a contract makes another run of the same content. A rollback is of the content: its rows are wrong by
// whichever version they were judged.

const PAR = 'looker/loan_par_balances';
const contracts = CONTRACTS as Contract[];
const RELEASED = contracts.length;

let pipeline: Pipeline;
let good: RunRecord;
let wrong: RunRecord;
beforeAll(async () => {
  // How files are taken in and out does not hang on what is computed of them.
  pipeline = await Pipeline.open({
    catalog: async () => ({ ...(await coreCatalog()), kpis: [], models: [] }),
  });
});
beforeEach(async () => {
  contracts.length = RELEASED;
  await pipeline.forget();
  good = await pipeline.takeThrough(`${PAR}/good.csv`, parFile('GOOD'));
  await pipeline.landLaterThan(good);
  wrong = await pipeline.takeThrough(`${PAR}/wrong.csv`, parFile('WRONG'));
});
afterAll(() => {
  contracts.length = RELEASED;
});

const release = () => contracts.push({ ...loanParBalancesV1, version: 2 });

async function rolledBack({ runId }: Pick<RunRecord, 'runId'>): Promise<RollbackOutcome> {
  const outcome = await rollBack({ runId, by: 'ana', reason: 'wrong', dryRun: false }, pipeline.deps);
  if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
  await pipeline.runDry();
  return outcome;
}

const inBooks = async () => (await pipeline.deps.registry.all()).map(({ runId }) => runId);

it('the runs of all versions are rolled back together, and the file before counts', async () => {
  release();
  const replayed = await replay({ runId: wrong.runId, reason: 'new', dryRun: false }, pipeline.deps);
  if (replayed.kind !== 'started') throw new Error(replayed.kind);
  pipeline.queue.push(...replayed.next);
  await pipeline.runDry();

  const outcome = await rolledBack(replayed.plan);

  expect(outcome).toMatchObject({
    plan: { standsInstead: { runId: good.runId }, sameContent: [wrong.runId] },
  });
  expect(await inBooks()).toEqual([good.runId]);
  expect(await pipeline.run(wrong.runId)).toMatchObject({ status: 'canceled', rolledBack: { by: 'ana' } });
});

it('what was rolled back stays out when it comes again after a new version was released', async () => {
  await rolledBack(wrong);
  release();
  await pipeline.landLaterThan(wrong);

  const again = await pipeline.takeThrough(`${PAR}/again.csv`, parFile('WRONG'));

  expect(again).toMatchObject({ contractVersion: 2, status: 'canceled', rolledBack: { by: 'ana' } });
  expect(again.runId).not.toBe(wrong.runId);
  expect(await inBooks()).toEqual([good.runId]);
});
