import { expect, it } from '@jest/globals';
import type { Deps } from '../../../shared/app.ts';
import { contractOf } from '../../../shared/contracts/registry.ts';
import { addDays } from '../../../shared/domain/local-date.ts';
import { comparedFilesId } from '../../../shared/pipeline/earlier-files.ts';
import { amendRun } from '../../../shared/ports/run-ledger.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aRunId } from '../../support/a-snapshot.ts';
import { aParRow, csvOf } from '../../support/file-rows.ts';
import { watched } from '../../support/port-faults.ts';

// After a year there are two thousand runs. Whoever asks storage for each of them one by one makes every file slow.

const PAR = 'looker/loan_par_balances';

/** A pipeline with a file of a day, and as many of the days before it, each compared with those before. */
async function afterDays(days: number): Promise<Pipeline> {
  const pipeline = await Pipeline.open();
  const newest = await pipeline.takeThrough(`${PAR}/newest.csv`, csvOf([aParRow()]));
  const [snapshot] = await pipeline.deps.registry.all();
  if (snapshot === undefined || newest.asOf === undefined) throw new Error('nothing was accepted');
  const runs: RunRecord[] = [];
  for (let day = 1; day <= days; day += 1) {
    const place = { runId: aRunId(day), asOf: addDays(newest.asOf, -day) };
    const run = { ...newest, ...place, drop: { ...newest.drop, path: `${PAR}/${day}.csv` } };
    await pipeline.deps.ledger.claim(run);
    await pipeline.deps.registry.register({ ...snapshot, ...place });
    runs.push(run);
  }
  await compareAll([newest, ...runs], pipeline.deps);
  return pipeline;
}

async function compareAll(runs: readonly RunRecord[], { ledger, registry }: Deps): Promise<void> {
  const snapshots = await registry.all();
  for (const { runId } of runs) {
    await amendRun(ledger, runId, (run) => {
      const contract = contractOf(run.contract, run.contractVersion);
      if (contract === undefined || run.asOf === undefined) throw new Error(`${runId} was not accepted`);
      const id = comparedFilesId(contract, run, run.asOf, snapshots);
      return { ...run, checkedBook: { attempt: run.attempt, asOf: run.asOf, id } };
    });
  }
}

/** How often each port was called while a file of the next day went through. */
async function callsForTheNext(pipeline: Pipeline): Promise<Record<string, number>> {
  const calls: Record<string, number> = {};
  const counted = watched(pipeline.deps, ({ port, method }) => {
    calls[`${port}.${method}`] = (calls[`${port}.${method}`] ?? 0) + 1;
  });
  const path = `${PAR}/next.csv`;
  await pipeline.drop(path, csvOf([aParRow({ reporting_date: '2025-12-31' })]), { asof: '2025-12-05' });
  await pipeline.announce(path, counted);
  while (pipeline.queue.length > 0) await pipeline.deliver(pipeline.next(), counted);
  return calls;
}

it('asks for as much when there were forty runs before as when there were ten', async () => {
  const after = { ten: await afterDays(10), forty: await afterDays(40) };

  const few = await callsForTheNext(after.ten);
  const many = await callsForTheNext(after.forty);

  expect(few['history.seriesOf']).toBeGreaterThan(0);
  expect(many).toEqual(few);
});
