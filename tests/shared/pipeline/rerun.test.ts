import { beforeAll, expect, it } from '@jest/globals';
import { RunId } from '../../../shared/domain/ids.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { watched } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

it('only says what it would do on a dry run', async () => {
  const run = await pipeline.takeThrough(`${PAR}/dry.csv`, parFile('DRY'));

  const outcome = await rerun(
    { runId: run.runId, from: 'compute', reason: 'curious', dryRun: true },
    pipeline.deps,
  );

  expect(outcome).toEqual({
    kind: 'planned',
    plan: { runId: run.runId, attempt: 2, kept: ['ingest', 'validate'], redone: ['compute', 'publish'] },
  });
  expect(await pipeline.run(run.runId)).toEqual(run);
});

it.each(['validate', 'compute', 'publish'] as const)('starts a new attempt from %s', async (from) => {
  const run = await pipeline.takeThrough(`${PAR}/${from}.csv`, parFile(`RERUN ${from}`));
  const marts = await pipeline.martBytes(run);

  const outcome = await rerun({ runId: run.runId, from, reason: 'asked for', dryRun: false }, pipeline.deps);
  if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
  await pipeline.runDry();

  expect(outcome).toMatchObject({ kind: 'started', plan: { attempt: 2 } });
  expect(await pipeline.run(run.runId)).toMatchObject({
    status: 'success',
    attempt: 2,
    cause: `rerun from ${from}: asked for`,
  });
  expect(await pipeline.martBytes(run)).toEqual(marts);
  expect(pipeline.logged.filter(({ event }) => event === 'run.rerun').at(-1)?.fields).toMatchObject({
    stage: from,
    reason: 'asked for',
  });
});

it('does not know a run that is not there', async () => {
  const runId = RunId.parse('run_000000000000');

  expect(await rerun({ runId, from: 'validate', reason: '', dryRun: false }, pipeline.deps)).toEqual({
    kind: 'unknown',
  });
});

it('is impossible where earlier stages left nothing, and says from where it is possible', async () => {
  await pipeline.drop('inbox/unknown.csv', 'a,b\n1,2\n');
  const unplaced = await pipeline.runOf(await pipeline.announce('inbox/unknown.csv'));
  const rejected = await pipeline.takeThrough(`${PAR}/bad.csv`, 'a,b\n1,2\n');
  await pipeline.drop(`${PAR}/halfway.csv`, parFile('HALFWAY'));
  const halfway = await pipeline.announce(`${PAR}/halfway.csv`);
  await pipeline.deliver(pipeline.next());
  const staged = await pipeline.runOf(halfway);
  const tryFrom = (runId: RunId, from: 'validate' | 'compute' | 'publish') =>
    rerun({ runId, from, reason: '', dryRun: false }, pipeline.deps);

  expect(await tryFrom(unplaced.runId, 'validate')).toMatchObject({
    kind: 'impossible',
    why: expect.stringContaining('never accepted by a contract'),
  });
  expect(await tryFrom(rejected.runId, 'compute')).toMatchObject({
    why: expect.stringContaining('from validate'),
  });
  expect(await tryFrom(staged.runId, 'publish')).toMatchObject({
    why: expect.stringContaining('from compute'),
  });
  expect(await tryFrom(rejected.runId, 'validate')).toMatchObject({ kind: 'started' });
});

it('gives up when the run changes into one that cannot be rerun from there', async () => {
  const run = await pipeline.takeThrough(`${PAR}/changes.csv`, parFile('CHANGES'));
  let finds = 0;
  const racing = watched(pipeline.deps, async ({ method }) => {
    finds += method === 'find' ? 1 : 0;
    if (method !== 'find' || finds !== 2) return;
    const found = await pipeline.deps.ledger.find(run.runId);
    const { bookId: _, ...bookless } = run;
    await pipeline.deps.ledger.save(bookless, found?.version ?? '');
  });

  const outcome = await rerun({ runId: run.runId, from: 'publish', reason: '', dryRun: false }, racing);

  expect(outcome).toMatchObject({ kind: 'impossible', why: expect.stringContaining('changed meanwhile') });
});
