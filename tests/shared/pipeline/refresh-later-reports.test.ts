import { beforeAll, expect, it } from '@jest/globals';
import { refreshLaterReports } from '../../../shared/pipeline/refresh-later-reports.ts';
import { amendRun } from '../../../shared/ports/run-ledger.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { parFile } from '../../support/small-files.ts';

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

it('leaves alone a report whose past is what it was', async () => {
  expect(newer).toMatchObject({ status: 'success', attempt: 2 });
  expect(await refreshLaterReports(older, pipeline.deps)).toEqual([]);
});

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
