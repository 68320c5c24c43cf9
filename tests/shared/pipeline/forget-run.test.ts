import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { Manifest } from '../../../shared/runs/documents.ts';
import { artifactPath, attemptPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { BOOK_DAY, loanIds, loansOf, parOf, schedulesOf } from '../../support/related-files.ts';

// A run that was accepted, and is rejected when the file arrives that its rows refer to.

const PAR = 'looker/loan_par_balances';
const LATEST = 'latest/looker/loan_par_balances.json';
const BEFORE = LocalDate.parse('2025-10-31');
const AFTER = LocalDate.parse('2025-12-31');
const KNOWN = loanIds(20);
const STRANGE = KNOWN.map((id) => id.replace('DSB', 'DSB9'));

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(() => pipeline.forget());

/** Loans of the same day arrive, and know none of its loans. */
async function rejectLater(run: RunRecord): Promise<RunRecord> {
  await pipeline.takeThrough('looker/loans/loans.csv', loansOf(KNOWN));
  return await pipeline.run(run.runId);
}

async function ownDocuments({ runId }: RunRecord): Promise<string[]> {
  const paths = await pipeline.paths('runs', `${runId}/`);
  return paths.filter((path) => !path.startsWith(artifactPath(runId, 'attempts/'))).toSorted();
}

async function aValueOf(run: RunRecord): Promise<KpiResult> {
  const found = (await pipeline.martOf(run)).series.find(({ value }) => value !== null);
  if (found === undefined) throw new Error('no KPI has a value');
  return found;
}

it('takes its values out of the history of the KPIs', async () => {
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));
  const kpi = await aValueOf(run);
  const before = await pipeline.deps.history.seriesOf(kpi);

  const after = await rejectLater(run);

  expect(run).toMatchObject({ status: 'success', attempt: 1 });
  expect(after).toMatchObject({ status: 'rejected', attempt: 2 });
  expect(before.map(({ reportingDate }) => reportingDate)).toEqual([BOOK_DAY]);
  expect(await pipeline.deps.history.seriesOf(kpi)).toEqual([]);
});

it('points to the newest run of the feed that is left', async () => {
  const older = await pipeline.takeThrough(`${PAR}/older.csv`, parOf(STRANGE, BEFORE));
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));
  const before = await pipeline.json('runs', LATEST);

  await rejectLater(run);

  expect(before).toMatchObject({ runId: run.runId, asOf: BOOK_DAY });
  expect(await pipeline.json('runs', LATEST)).toMatchObject({ runId: older.runId, asOf: BEFORE });
});

it('leaves no pointer when no run of the feed is left', async () => {
  await pipeline.remove('runs', LATEST);
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));

  await rejectLater(run);

  expect(await pipeline.paths('runs', LATEST)).toEqual([]);
});

it('has only the documents of its rejection, and keeps those of the accepted attempt as such', async () => {
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));
  const before = await ownDocuments(run);

  const after = await rejectLater(run);

  const { runId } = after;
  const kept = ['report.html', 'report.md', 'masked_sample.json'];
  const manifest = Manifest.parse(await pipeline.json('runs', artifactPath(runId, 'manifest.json')));
  const listed = manifest.files.flatMap(({ container, path }) => (container === 'runs' ? [path] : []));
  const closing = ['manifest.json', 'pipeline_summary.json', 'summary.json'];
  expect(before).toEqual(expect.arrayContaining(kept.map((name) => artifactPath(runId, name))));
  expect(await ownDocuments(after)).toEqual(
    [...listed, ...closing.map((name) => artifactPath(runId, name))].toSorted(),
  );
  expect(await pipeline.paths('runs', `${runId}/attempts/1/`)).toEqual(
    expect.arrayContaining(kept.map((name) => attemptPath(runId, 1, name))),
  );
  expect((await pipeline.validationOf(after)).verdict).toBe('rejected');
});

it('has later reports published again, which compared with it', async () => {
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));
  const later = await pipeline.takeThrough(`${PAR}/later.csv`, parOf(KNOWN, AFTER));
  const kpi = await aValueOf(run);
  await rejectLater(run);

  const again = await pipeline.run(later.runId);

  const past = (await pipeline.deps.history.seriesOf(kpi)).map(({ reportingDate }) => reportingDate);
  expect(again).toMatchObject({ status: 'success' });
  expect(again.seriesSha256).not.toBe(later.seriesSha256);
  expect(past).toEqual([AFTER]);
});

it('leaves the numbers to the newest run that has some', async () => {
  const older = await pipeline.takeThrough(`${PAR}/older.csv`, parOf(STRANGE, BEFORE));
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));
  const before = await newestMart({ asOf: BOOK_DAY }, pipeline.deps);

  await rejectLater(run);

  expect(before?.run.runId).toBe(run.runId);
  expect((await newestMart({ asOf: BEFORE }, pipeline.deps))?.run.runId).toBe(older.runId);
  expect((await newestMart({ asOf: BOOK_DAY }, pipeline.deps))?.run.dataset).toBe('looker/loans');
});

it('says what to do, and that it is checked again by itself', async () => {
  const run = await pipeline.takeThrough(`${PAR}/par.csv`, parOf(STRANGE));
  const after = await rejectLater(run);

  const orphans = after.problems.filter(({ code }) => code === 'orphan');

  expect(orphans).toEqual([
    expect.objectContaining({
      severity: 'error',
      count: STRANGE.length,
      record: 1,
      message: expect.stringMatching(
        /Nothing was promoted\. Drop the file of looker\/loans that knows them; this file is then checked again by itself\.$/,
      ),
    }),
  ]);
  const [reported] = (await pipeline.validationOf(after)).problems;
  expect(reported?.firstRecords?.slice(0, 3)).toEqual([1, 2, 3]);
});

it('does the same for reference data, which no KPI reads', async () => {
  const path = 'latest/looker/schedules.json';
  const run = await pipeline.takeThrough('looker/schedules/schedules.csv', schedulesOf(STRANGE));
  const before = await pipeline.json('runs', path);

  const after = await rejectLater(run);

  expect(before).toEqual({ runId: run.runId, landedAt: run.drop.landedAt, contractVersion: 1 });
  expect(after.status).toBe('rejected');
  expect(await pipeline.paths('runs', path)).toEqual([]);
});
