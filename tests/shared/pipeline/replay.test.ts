import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { RunId } from '../../../shared/domain/ids.ts';
import { runIdOf } from '../../../shared/domain/run-identity.ts';
import { type ReplayOutcome, replay } from '../../../shared/pipeline/replay.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { loansFile, parFile, parRows } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
/** The next version lets half of the rows be bad. */
const PAR_V2: Contract = { ...loanParBalancesV1, version: 2, maxRejectedShare: '0.5' };
const RELEASED = [...CONTRACTS, PAR_V2];

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

function replayed(
  runId: RunId,
  { dryRun = false, contracts = RELEASED }: { dryRun?: boolean; contracts?: readonly Contract[] } = {},
): Promise<ReplayOutcome> {
  return replay({ runId, reason: 'version 2 is out', dryRun }, { ...pipeline.deps, contracts });
}

function underV2({ dataset, contract, sha256 }: RunRecord): RunId {
  return runIdOf(dataset, contract, 2, sha256);
}

/** Two of six rows have no balance: too many for version 1. */
function badFile(tag: string): string {
  return csvOf(
    [...parRows(tag), ...parRows(`${tag}X`).slice(0, 1)].map((row, index) =>
      index < 2 ? { ...row, outstanding_balance: '' } : row,
    ),
  );
}

describe('a replay', () => {
  it('is a new run of the same raw file, under the newest version of the contract', async () => {
    const run = await pipeline.takeThrough(`${PAR}/new-run.csv`, parFile('NEW'), { asof: '2025-11-30' });

    const outcome = await replayed(run.runId);

    const runId = underV2(run);
    expect(outcome).toEqual({
      kind: 'started',
      plan: {
        runId,
        replayOf: run.runId,
        contract: 'loan_par_balances',
        fromVersion: 1,
        toVersion: 2,
        status: undefined,
      },
      next: [expect.objectContaining({ v: 1, runId, stage: 'validate', attempt: 1 })],
    });
    const { sha256, drop, rawPath, dataset, requestedAsOf } = run;
    expect(requestedAsOf).toBe('2025-11-30');
    expect(await pipeline.run(runId)).toMatchObject({
      ...{ sha256, drop, rawPath, dataset, requestedAsOf },
      contractVersion: 2,
      status: 'running',
      stage: 'validate',
      attempt: 1,
      cause: `replayed from ${run.runId}: version 2 is out`,
      phases: { ingestion: { fileBytes: drop.bytes, rowsLoaded: 0 } },
    });
    expect(await pipeline.run(run.runId)).toEqual(run);
    expect(pipeline.logged.filter(({ event }) => event === 'run.replayed').at(-1)).toMatchObject({
      level: 'info',
      fields: { runId, replayOf: run.runId, contract: 'loan_par_balances@2', reason: 'version 2 is out' },
    });
  });

  it('asked for twice is one run, whose message is sent again while it waits for it', async () => {
    const run = await pipeline.takeThrough(`${PAR}/twice.csv`, parFile('TWICE'));
    const first = await replayed(run.runId);
    const before = await pipeline.run(underV2(run));

    const [second, third] = await Promise.all([replayed(run.runId), replayed(run.runId)]);

    expect(first.kind).toBe('started');
    for (const again of [second, third]) {
      expect(again).toMatchObject({
        kind: 'exists',
        plan: { runId: underV2(run), status: 'running' },
        next: [{ runId: underV2(run), stage: 'validate' }],
      });
    }
    expect(await pipeline.run(underV2(run))).toEqual(before);
    const logged = pipeline.logged.filter(({ fields }) => fields['replayOf'] === run.runId);
    expect(logged).toHaveLength(1);
  });

  it('only says what it would do on a dry run', async () => {
    const run = await pipeline.takeThrough(`${PAR}/dry.csv`, parFile('DRY'));

    const before = await replayed(run.runId, { dryRun: true });
    const nobody = await pipeline.deps.ledger.find(underV2(run));
    await replayed(run.runId);
    const after = await replayed(run.runId, { dryRun: true });

    const plan = { runId: underV2(run), fromVersion: 1, toVersion: 2 };
    expect(before).toMatchObject({ kind: 'planned', plan: { ...plan, status: undefined } });
    expect(nobody).toBeUndefined();
    expect(after).toMatchObject({ kind: 'planned', plan: { ...plan, status: 'running' } });
  });

  it('goes to the newest of several versions', async () => {
    const run = await pipeline.takeThrough(`${PAR}/newest.csv`, parFile('NEWEST'));
    const contracts = [{ ...PAR_V2, version: 10 }, ...RELEASED, { ...PAR_V2, version: 9 }];

    expect(await replayed(run.runId, { contracts, dryRun: true })).toMatchObject({ plan: { toVersion: 10 } });
  });

  it('does not know a run that is not there', async () => {
    expect(await replayed(RunId.parse('run_000000000000'))).toEqual({ kind: 'unknown' });
  });
});

describe('a replay is impossible', () => {
  it('without a newer version of the contract, and says what to do instead', async () => {
    const run = await pipeline.takeThrough(`${PAR}/no-newer.csv`, parFile('NONEWER'));

    expect(await replayed(run.runId, { contracts: CONTRACTS })).toEqual({
      kind: 'impossible',
      why: expect.stringMatching(/loan_par_balances@1.* newest .*rerun the run from validate/),
    });
  });

  it('while the run is still running', async () => {
    await pipeline.drop(`${PAR}/running.csv`, parFile('RUNNING'));
    const run = await pipeline.runOf(await pipeline.announce(`${PAR}/running.csv`));
    pipeline.queue.length = 0;

    expect(await replayed(run.runId)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('still running'),
    });
  });

  it('when the raw file is gone', async () => {
    const run = await pipeline.takeThrough(`${PAR}/gone.csv`, parFile('GONE'));
    await pipeline.remove('raw', run.rawPath ?? '');

    expect(await replayed(run.runId)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('raw file is not there'),
    });
    expect(await pipeline.deps.ledger.find(underV2(run))).toBeUndefined();
  });

  it('for a file that no contract took', async () => {
    const run = await pipeline.takeThrough('inbox/nothing.csv', 'a,b\n1,2\n');

    expect(await replayed(run.runId)).toMatchObject({
      kind: 'impossible',
      why: expect.stringContaining('never accepted by a contract'),
    });
  });
});

describe('once the version is released', () => {
  beforeEach(async () => {
    pipeline = await Pipeline.open();
  });
  beforeAll(() => {
    // Validation knows the contracts that are in force, and no others.
    (CONTRACTS as Contract[]).push(PAR_V2);
  });

  async function throughReplay(run: RunRecord): Promise<RunRecord> {
    const outcome = await replay({ runId: run.runId, reason: 'released', dryRun: false }, pipeline.deps);
    if (outcome.kind !== 'started') throw new Error(`the replay was ${outcome.kind}`);
    pipeline.queue.push(...outcome.next);
    await pipeline.runDry();
    return await pipeline.run(outcome.plan.runId);
  }

  /** As it was judged before the release. */
  async function judgedByV1(path: string, body: string): Promise<RunRecord> {
    (CONTRACTS as Contract[]).pop();
    try {
      return await pipeline.takeThrough(path, body);
    } finally {
      (CONTRACTS as Contract[]).push(PAR_V2);
    }
  }

  it('takes in what the former version rejected, from the same raw file', async () => {
    const rejected = await judgedByV1(`${PAR}/rejected.csv`, badFile('MENDED'));

    const run = await throughReplay(rejected);

    expect(rejected).toMatchObject({ status: 'rejected', contractVersion: 1 });
    expect(run).toMatchObject({ status: 'success', contractVersion: 2, rows: 6, rejectedRows: 2 });
    expect(run.rawPath).toBe(rejected.rawPath);
    expect(await pipeline.run(rejected.runId)).toEqual(rejected);
  });

  it('supersedes what the former version accepted, in the books of other datasets too', async () => {
    const first = await judgedByV1(`${PAR}/superseded.csv`, parFile('SUPER'));
    const loans = await pipeline.takeThrough('looker/loans/super.csv', loansFile('SUPER'));
    const before = (await pipeline.martOf(loans)).book.find(({ dataset }) => dataset === PAR);

    const run = await throughReplay(first);

    const after = (await pipeline.martOf(loans)).book.find(({ dataset }) => dataset === PAR);
    expect(before).toMatchObject({ runId: first.runId, contractVersion: 1 });
    expect(after).toMatchObject({ runId: run.runId, contractVersion: 2 });
    expect(run).toMatchObject({ asOf: first.asOf, drop: { landedAt: first.drop.landedAt } });
  });

  it('finds the run that a drop after the release became', async () => {
    const first = await judgedByV1(`${PAR}/dropped-again.csv`, parFile('AGAIN'));
    const dropped = await pipeline.takeThrough(`${PAR}/dropped-again-2.csv`, parFile('AGAIN'));

    const outcome = await replay({ runId: first.runId, reason: 'late', dryRun: false }, pipeline.deps);

    expect(outcome).toMatchObject({
      kind: 'exists',
      plan: { runId: dropped.runId, status: 'success' },
      next: [],
    });
  });
});
