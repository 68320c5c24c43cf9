import { beforeAll, expect, it } from '@jest/globals';
import { refreshLaterReports } from '../../../shared/pipeline/refresh-later-reports.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { rollBack } from '../../../shared/pipeline/roll-back.ts';
import { verifyRun } from '../../../shared/pipeline/verify-run.ts';
import { amendRun } from '../../../shared/ports/run-ledger.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { holdAt } from '../../support/held-delivery.ts';
import { parFile, tapeFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
let older: RunRecord;
let newer: RunRecord;
beforeAll(async () => {
  pipeline = await Pipeline.open();
  newer = await pipeline.takeThrough(`${PAR}/newer.csv`, parFile('NEWER', '2025-11-30'));
  older = await pipeline.takeThrough(`${PAR}/older.csv`, parFile('OLDER', '2025-10-31'));
  newer = await pipeline.run(newer.runId);
});

/** A tape is compared with no other file, so that nothing but its past has it published again. */
async function tape(cash: string, day: string, after?: RunRecord): Promise<RunRecord> {
  if (after !== undefined) await pipeline.landLaterThan(after);
  return await pipeline.takeThrough(`cascade/loan_tape/${cash}.csv`, tapeFile(cash, day));
}

it('leaves alone a report whose past is what it was', async () => {
  expect(newer).toMatchObject({ status: 'success', attempt: 2 });
  expect(await refreshLaterReports(older, pipeline.deps)).toEqual([]);
});

it.each([
  ['ends before its message comes again', 'first'],
  ['goes on after its message came again', 'last'],
])(
  'has the past that has come back while its report was made, also when the slow delivery %s',
  async (_, ends) => {
    const { deps } = pipeline;
    const { runId } = older;
    const withPast = newer.seriesSha256;
    const out = await rollBack({ runId, by: 'ana', reason: 'too early', dryRun: false }, deps);
    pipeline.queue.push(...('next' in out ? out.next : []));
    await pipeline.deliver(pipeline.next());
    const ofNewer = pipeline.next();
    const slow = await holdAt(
      deps,
      ({ method, args }) => method === 'write' && args[0] === 'reports',
      (held) => pipeline.deliver(ofNewer, held),
    );
    const back = await rerun({ runId, from: 'validate', reason: 'it was right', dryRun: false }, deps);
    pipeline.queue.push(...('next' in back ? back.next : []));
    while (pipeline.queue.some((message) => message.runId === runId)) await pipeline.deliver(pipeline.next());
    if (ends === 'first') await slow.release();
    await pipeline.runDry();
    if (ends === 'last') await slow.release();
    await pipeline.runDry();

    newer = await pipeline.run(newer.runId);
    expect(ofNewer).toMatchObject({ runId: newer.runId, stage: 'publish' });
    expect(slow.isHeld).toBe(true);
    expect(newer).toMatchObject({ status: 'success', seriesSha256: withPast });
    expect(await verifyRun(newer.runId, deps)).toMatchObject({ verdict: { isAsWritten: true } });
  },
);

it('sends again the message of an attempt that was begun by a worker that died', async () => {
  const cause = `${older.dataset} as of ${older.asOf} arrived`;
  await amendRun(pipeline.deps.ledger, newer.runId, (run) => ({
    ...run,
    status: 'running',
    stage: 'publish',
    attempt: run.attempt + 1,
    cause,
  }));

  const messages = await refreshLaterReports(older, pipeline.deps);

  expect(messages).toMatchObject([{ runId: newer.runId, stage: 'publish', attempt: newer.attempt + 1 }]);
});

it('publishes again the reports that count for the day after it and for the newest, and not those of other files for them', async () => {
  await pipeline.forget();
  const first = await tape('25000', '2025-11-30');
  const correction = await tape('26000', '2025-11-30', first);
  // It was right after all.
  await tape('25000', '2025-11-30', correction);
  const wrong = await tape('27000', '2025-12-31');
  const newest = await tape('28000', '2025-12-31', wrong);
  const attempts = async (): Promise<number[]> =>
    await Promise.all(
      [first, correction, wrong, newest].map(async ({ runId }) => (await pipeline.run(runId)).attempt),
    );
  const before = await attempts();

  await tape('24000', '2025-10-31');

  const after = await attempts();
  const isPublishedAgain = after.map((attempt, index) => attempt > (before[index] ?? 0));
  expect(isPublishedAgain).toEqual([true, false, false, true]);
});

it('publishes again the report of a file that counts once more, since its past may have changed meanwhile', async () => {
  const { deps } = pipeline;
  await pipeline.forget();
  const first = await tape('25000', '2025-11-30');
  const { runId, rawPath = '' } = await tape('26000', '2025-11-30', first);
  await tape('24000', '2025-10-31');
  const meanwhile = await pipeline.run(first.runId);
  await deps.lake.write('raw', rawPath, 'spoilt');
  const again = await rerun({ runId, from: 'validate', reason: 'it looks odd', dryRun: false }, deps);
  pipeline.queue.push(...('next' in again ? again.next : []));
  await pipeline.runDry();

  expect(meanwhile).toMatchObject({ attempt: first.attempt });
  expect(await pipeline.run(runId)).toMatchObject({ status: 'rejected' });
  const now = await pipeline.run(first.runId);
  expect(now).toMatchObject({ status: 'success' });
  expect(now.seriesSha256).not.toBe(first.seriesSha256);
});
