import { beforeAll, expect, it } from '@jest/globals';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { messageFor } from '../../../shared/pipeline/stage-message.ts';
import { RunSummary } from '../../../shared/runs/documents.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { codesOf, PAR_ALONE } from '../../support/old-and-alone.ts';
import { watched } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const QUEUE = 'validate-poison';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

/** A run whose validation broke once, and the message that would be tried again. */
async function aBrokenRun(tag: string) {
  await pipeline.drop(`${PAR}/${tag}.csv`, parFile(tag));
  const outcome = await pipeline.announce(`${PAR}/${tag}.csv`);
  const message = pipeline.next();
  const broken = watched(pipeline.deps, ({ port }) => {
    if (port === 'sql') throw new Error('no space left on device');
  });
  await expect(pipeline.deliver(message, broken)).rejects.toThrow('no space left');
  return { message, outcome };
}

it('ends the run as failed, says why, and keeps the message', async () => {
  const { message, outcome } = await aBrokenRun('FAILS');

  const closed = await closePoisoned({ queue: QUEUE, messageId: 'm1', body: message }, pipeline.deps);

  expect(closed).toBe('closed');
  const run = await pipeline.runOf(outcome);
  expect(run).toMatchObject({ status: 'failed', stage: 'validate', problems: [{ code: 'stage-failed' }] });
  expect(run.problems[0]?.message).toContain(
    'Stage validate failed five times (Error: no space left on device)',
  );
  expect(run.completedAt).toBeDefined();
  expect(await pipeline.json('quarantine', `poison/${QUEUE}/m1.json`)).toEqual(message);
  const summary = RunSummary.parse(await pipeline.json('runs', `${run.runId}/summary.json`));
  expect(summary).toMatchObject({ status: 'failed', problems: [{ code: 'stage-failed' }] });
  expect(pipeline.logged.filter(({ level }) => level === 'error').map(({ event }) => event)).toEqual(
    expect.arrayContaining(['message.poisoned', 'run.failed']),
  );
});

it('can be rerun afterwards, and the failure is forgotten', async () => {
  const { message, outcome } = await aBrokenRun('MENDED');
  await closePoisoned({ queue: QUEUE, messageId: 'm2', body: message }, pipeline.deps);
  const { runId } = await pipeline.runOf(outcome);

  const started = await rerun({ runId, from: 'validate', reason: 'mended', dryRun: false }, pipeline.deps);
  if (started.kind === 'started') pipeline.queue.push(...started.next);
  await pipeline.runDry();

  const run = await pipeline.run(runId);
  expect(run).toMatchObject({ status: 'success', attempt: 2 });
  expect(codesOf(run)).toEqual(PAR_ALONE);
  expect(run.lastError).toBeUndefined();
});

it('changes nothing when it comes twice', async () => {
  const { message, outcome } = await aBrokenRun('TWICE');
  await closePoisoned({ queue: QUEUE, messageId: 'm3', body: message }, pipeline.deps);
  const run = await pipeline.runOf(outcome);

  const again = await closePoisoned({ queue: QUEUE, messageId: 'm3', body: message }, pipeline.deps);

  expect(again).toBe('not-current');
  expect(await pipeline.runOf(outcome)).toEqual(run);
});

it('names the failure once when its first closing died half way', async () => {
  const { message, outcome } = await aBrokenRun('HALF WAY');
  const dying = watched(pipeline.deps, ({ method }) => {
    if (method === 'list') throw new Error('the process died');
  });
  await expect(closePoisoned({ queue: QUEUE, messageId: 'm4', body: message }, dying)).rejects.toThrow(
    'the process died',
  );

  await closePoisoned({ queue: QUEUE, messageId: 'm4', body: message }, pipeline.deps);

  const run = await pipeline.runOf(outcome);
  expect(run.status).toBe('failed');
  expect(run.problems.map(({ code }) => code)).toEqual(['stage-failed']);
});

it('leaves the run alone when the message is of an earlier attempt or an earlier stage', async () => {
  const { message, outcome } = await aBrokenRun('MOVED ON');
  await pipeline.deliver(message);
  const atCompute = await pipeline.runOf(outcome);

  const earlierStage = await closePoisoned({ queue: QUEUE, messageId: 'm5', body: message }, pipeline.deps);
  await pipeline.runDry();
  const run = await pipeline.runOf(outcome);
  await rerun({ runId: run.runId, from: 'publish', reason: 'x', dryRun: false }, pipeline.deps);
  const earlierAttempt = await closePoisoned(
    { queue: 'publish-poison', messageId: 'm6', body: messageFor(run, 'publish') },
    pipeline.deps,
  );

  expect(atCompute.stage).toBe('compute');
  expect([earlierStage, earlierAttempt]).toEqual(['not-current', 'not-current']);
  expect(await pipeline.run(run.runId)).toMatchObject({ status: 'running', attempt: 2 });
});

it('keeps a message that cannot be read, and says so', async () => {
  const closed = await closePoisoned(
    { queue: QUEUE, messageId: 'm7', body: { v: 99, note: 'what is this?' } },
    pipeline.deps,
  );
  const empty = await closePoisoned({ queue: QUEUE, messageId: 'm8', body: undefined }, pipeline.deps);

  expect([closed, empty]).toEqual(['unreadable', 'unreadable']);
  expect(await pipeline.json('quarantine', `poison/${QUEUE}/m7.json`)).toEqual({
    v: 99,
    note: 'what is this?',
  });
  expect(pipeline.logged.at(-1)).toMatchObject({ level: 'error', event: 'message.malformed' });
});

it('does not fail over a run that is not in the ledger', async () => {
  const body = { v: 1, runId: 'run_000000000000', stage: 'compute', attempt: 1 };

  expect(await closePoisoned({ queue: 'compute-poison', messageId: 'm9', body }, pipeline.deps)).toBe(
    'not-current',
  );
});
