import { beforeAll, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { martPath } from '../../../shared/runs/run-paths.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { loansFile, parFile, parRows } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

it('is nothing before anything was computed', async () => {
  expect(await newestMart({}, pipeline.deps)).toBeUndefined();
});

it('is that of the newest day, and of two for one day the one with the fullest book', async () => {
  const older = await pipeline.takeThrough(`${PAR}/older.csv`, parFile('OLDER', '2025-10-31'));
  const loans = await pipeline.takeThrough('looker/loans/loans.csv', loansFile('NEWER', '2025-11-29'));
  const newer = await pipeline.takeThrough(`${PAR}/newer.csv`, parFile('NEWER'));
  await pipeline.takeThrough(`${PAR}/rejected.csv`, 'a,b\n1,2\n');

  const newest = await newestMart({}, pipeline.deps);
  const asked = await newestMart({ asOf: LocalDate.parse('2025-10-31') }, pipeline.deps);
  const between = await newestMart({ asOf: LocalDate.parse('2025-11-29') }, pipeline.deps);
  const none = await newestMart({ asOf: LocalDate.parse('2020-01-01') }, pipeline.deps);

  expect(newest?.run.runId).toBe(newer.runId);
  expect(newest?.mart.book.map(({ runId }) => runId)).toEqual([newer.runId, loans.runId]);
  expect(asked?.run.runId).toBe(older.runId);
  expect(between?.run.runId).toBe(loans.runId);
  expect(none).toBeUndefined();
});

it('passes over a run whose mart is gone', async () => {
  const asOf = LocalDate.parse('2025-12-31');
  const run = await pipeline.takeThrough(`${PAR}/gone.csv`, parFile('NEWER', asOf));
  await pipeline.remove('marts', martPath(asOf, run.runId, 'json'));

  expect(await newestMart({ asOf }, pipeline.deps)).toBeUndefined();
});

it('stays what it was while its run is computed again', async () => {
  const asOf = LocalDate.parse('2026-01-31');
  const run = await pipeline.takeThrough(`${PAR}/again.csv`, parFile('NEWER', asOf));
  await rerun({ runId: run.runId, from: 'compute', reason: 'a test', dryRun: false }, pipeline.deps);

  const newest = await newestMart({ asOf }, pipeline.deps);

  expect(newest?.run).toMatchObject({ runId: run.runId, status: 'running', attempt: run.attempt + 1 });
});

it('is that of the correction when two files of a feed stand for one day', async () => {
  const asOf = LocalDate.parse('2026-02-28');
  const first = await pipeline.takeThrough(`${PAR}/first.csv`, parFile('NEWER', asOf));
  const correction = await pipeline.takeThrough(
    `${PAR}/corrected.csv`,
    csvOf(parRows('NEWER', asOf).slice(0, 4)),
  );

  const newest = await newestMart({ asOf }, pipeline.deps);

  const [standing] = [first, correction].toSorted((a, b) =>
    `${a.drop.landedAt}|${a.runId}` < `${b.drop.landedAt}|${b.runId}` ? 1 : -1,
  );
  expect(newest?.run.runId).toBe(standing?.runId);
});
