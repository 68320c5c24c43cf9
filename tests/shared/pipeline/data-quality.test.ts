import { beforeAll, expect, it } from '@jest/globals';
import { closedBreaker } from '../../../shared/expectations/data-breaker.ts';
import { causeIn, openBreakers, qualityOfContracts } from '../../../shared/pipeline/data-quality.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aQualityEntry, aRunId } from '../../support/a-quality-entry.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';
const LOANS = aQualityEntry().dataset;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

const landed = (hour: number): string => `2026-01-05T${String(hour).padStart(2, '0')}:30:00.000Z`;

it('has nothing to tell before any file was judged', async () => {
  expect(await qualityOfContracts(pipeline.deps)).toEqual([]);
});

it('tells of the newest file and its run, good or bad', async () => {
  const good = await pipeline.takeThrough(`${PAR}/good.csv`, parFile('GOOD'));
  const [afterGood] = await qualityOfContracts(pipeline.deps);
  const bad = await pipeline.takeThrough(`${PAR}/bad.csv`, 'a,b\n1,2\n');
  const [afterBad] = await qualityOfContracts(pipeline.deps);

  expect(afterGood).toMatchObject({
    newest: { runId: good.runId, dataset: PAR, verdict: 'promote', asOf: good.asOf },
    run: { runId: good.runId, status: 'success' },
    isReference: false,
    isOneOfSeveral: false,
  });
  expect(afterBad?.newest).toMatchObject({ runId: bad.runId, verdict: 'block', rows: 0 });
  expect(afterBad?.files.map(({ runId }) => runId)).toEqual([good.runId, bad.runId]);
});

it('counts a run once, by its newest attempt, at the place where its file landed', async () => {
  const own = await Pipeline.open();
  const entries = [
    aQualityEntry({ runId: aRunId(1), attempt: 1, landedAt: landed(1), score: '10.0' }),
    aQualityEntry({ runId: aRunId(2), attempt: 1, landedAt: landed(2), score: '20.0' }),
    aQualityEntry({ runId: aRunId(1), attempt: 2, landedAt: landed(1), score: '11.0' }),
  ];
  for (const entry of entries) await own.deps.quality.record(entry);

  const [quality] = await qualityOfContracts(own.deps);

  expect(quality?.files.map(({ runId, score }) => [runId, score])).toEqual([
    [aRunId(1), '11.0'],
    [aRunId(2), '20.0'],
  ]);
  expect(quality?.newest.runId).toBe(aRunId(2));
  // The ledger knows nothing of these runs: then there is no document to lead to.
  expect(quality?.run).toBeUndefined();
});

it('keeps the twelve newest files, oldest first', async () => {
  const own = await Pipeline.open();
  for (let n = 1; n <= 15; n += 1) {
    await own.deps.quality.record(aQualityEntry({ runId: aRunId(n), landedAt: landed(n) }));
  }

  const [quality] = await qualityOfContracts(own.deps);

  expect(quality?.files.map(({ runId }) => runId)).toEqual(
    Array.from({ length: 12 }, (_, index) => aRunId(index + 4)),
  );
});

it('lists only breakers that are open, by dataset', () => {
  const closed = closedBreaker(LOANS);
  const open = { ...closed, status: 'open', openedAt: landed(9), reason: 'Why. And what.' } as const;

  expect(openBreakers([closed, open])).toEqual([
    { dataset: 'looker/loans', since: landed(9), reason: 'Why. And what.' },
  ]);
});

it.each([
  [
    '3 bad runs in a row, the last one run_000000000009. Column x is missing.',
    '3 bad runs in a row, the last one run_000000000009.',
  ],
  ['The volume of run run_000000000009 collapsed.', 'The volume of run run_000000000009 collapsed.'],
])('tells the cause from what the file has wrong: %s', (reason, cause) => {
  expect(causeIn(reason)).toBe(cause);
});
