import { beforeEach, expect, it } from '@jest/globals';
import { sweepLanding } from '../../../shared/pipeline/sweep-landing.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { dyingAt, watched } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const MINUTE_MS = 60_000;

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.open();
});

it('takes in a file that no event announced', async () => {
  await pipeline.drop(`${PAR}/unannounced #1.csv`, parFile('UNANNOUNCED'));
  pipeline.advanceClock(3 * MINUTE_MS);

  const swept = await sweepLanding(pipeline.deps);

  expect(swept.ingested).toEqual([`${PAR}/unannounced #1.csv`]);
  pipeline.queue.push(...swept.next);
  await pipeline.runDry();
  expect(await pipeline.deps.ledger.list()).toEqual([expect.objectContaining({ status: 'success' })]);
});

it('leaves a young file alone, since its event may be on its way', async () => {
  await pipeline.drop(`${PAR}/young.csv`, parFile('YOUNG'));
  pipeline.advanceClock(MINUTE_MS);

  const swept = await sweepLanding(pipeline.deps);

  expect(swept).toEqual({ ingested: [], resent: [], next: [] });
});

it('leaves files alone that were dealt with, whatever came of them', async () => {
  await pipeline.takeThrough(`${PAR}/good.csv`, parFile('GOOD'));
  await pipeline.takeThrough(`${PAR}/bad.csv`, 'a,b\n1,2\n');
  await pipeline.drop(`${PAR}/twin.csv`, parFile('GOOD'));
  await pipeline.announce(`${PAR}/twin.csv`);
  pipeline.advanceClock(60 * MINUTE_MS);

  const swept = await sweepLanding(pipeline.deps);

  expect(swept).toEqual({ ingested: [], resent: [], next: [] });
});

it('takes a file in again when another content came under its name', async () => {
  await pipeline.takeThrough(`${PAR}/name.csv`, parFile('FIRST'));
  await pipeline.drop(`${PAR}/name.csv`, parFile('SECOND'));
  pipeline.advanceClock(3 * MINUTE_MS);

  const swept = await sweepLanding(pipeline.deps);

  expect(swept.ingested).toEqual([`${PAR}/name.csv`]);
});

it('sends the message of a stuck run again, once for each half hour', async () => {
  await pipeline.drop(`${PAR}/stuck.csv`, parFile('STUCK'));
  const outcome = await pipeline.announce(`${PAR}/stuck.csv`);
  await pipeline.deliver(pipeline.next());
  pipeline.queue.length = 0;
  const { runId } = await pipeline.runOf(outcome);
  const early = await sweepLanding(pipeline.deps);
  pipeline.advanceClock(31 * MINUTE_MS);

  const due = await sweepLanding(pipeline.deps);
  const again = await sweepLanding(pipeline.deps);

  expect([early.resent, due.resent, again.resent]).toEqual([[], [runId], []]);
  expect(due.next).toMatchObject([{ v: 1, runId, stage: 'compute', attempt: 1 }]);
  pipeline.queue.push(...due.next);
  await pipeline.runDry();
  expect(await pipeline.run(runId)).toMatchObject({ status: 'success', attempt: 1 });
});

it('sends nothing for a stuck run that moves on at this very moment', async () => {
  await pipeline.drop(`${PAR}/moving.csv`, parFile('MOVING'));
  const outcome = await pipeline.announce(`${PAR}/moving.csv`);
  pipeline.advanceClock(31 * MINUTE_MS);
  const { runId } = await pipeline.runOf(outcome);
  const racing = watched(pipeline.deps, async ({ method }) => {
    if (method === 'find') await pipeline.runDry();
  });

  const swept = await sweepLanding(racing);

  expect(swept.resent).toEqual([]);
  expect(await pipeline.run(runId)).toMatchObject({ status: 'success' });
});

it('does not let one file that cannot be taken in keep the others waiting', async () => {
  await pipeline.drop(`${PAR}/a broken.csv`, parFile('BROKEN'));
  await pipeline.drop(`${PAR}/b good.csv`, parFile('GOOD'));
  pipeline.advanceClock(3 * MINUTE_MS);
  const broken = watched(pipeline.deps, ({ method, args }) => {
    if (method === 'open' && args[1] === `${PAR}/a broken.csv`) throw new Error('bad sector');
  });

  const first = await sweepLanding(broken);
  const second = await sweepLanding(pipeline.deps);

  expect(first.ingested).toEqual([`${PAR}/b good.csv`]);
  expect(second.ingested).toEqual([`${PAR}/a broken.csv`]);
  expect(pipeline.logged).toContainEqual(
    expect.objectContaining({
      event: 'stage.failed',
      fields: expect.objectContaining({ error: 'Error: bad sector' }),
    }),
  );
});

it('ends a claimed run whose file vanished before anybody carried on with it', async () => {
  await pipeline.drop(`${PAR}/lost.csv`, parFile('LOST'));
  await expect(pipeline.announce(`${PAR}/lost.csv`, dyingAt(pipeline.deps, 8).deps)).rejects.toThrow(
    'call 8',
  );
  await pipeline.remove('landing', `${PAR}/lost.csv`);
  const early = await sweepLanding(pipeline.deps);
  const [claimed] = await pipeline.deps.ledger.list();
  pipeline.advanceClock(31 * MINUTE_MS);

  const swept = await sweepLanding(pipeline.deps);

  expect(claimed).toMatchObject({ status: 'running', stage: 'ingest' });
  expect([...early.next, ...swept.next]).toEqual([]);
  expect(await pipeline.deps.ledger.list()).toEqual([
    expect.objectContaining({
      status: 'canceled',
      problems: [expect.objectContaining({ code: 'source-gone' })],
    }),
  ]);
});

it('carries on with a claimed run whose file is still there', async () => {
  await pipeline.drop(`${PAR}/claimed.csv`, parFile('CLAIMED'));
  await expect(pipeline.announce(`${PAR}/claimed.csv`, dyingAt(pipeline.deps, 8).deps)).rejects.toThrow(
    'call 8',
  );
  pipeline.advanceClock(31 * MINUTE_MS);

  const swept = await sweepLanding(pipeline.deps);

  expect(swept.ingested).toEqual([`${PAR}/claimed.csv`]);
  pipeline.queue.push(...swept.next);
  await pipeline.runDry();
  expect(await pipeline.deps.ledger.list()).toEqual([
    expect.objectContaining({ status: 'success', attempt: 1 }),
  ]);
});
