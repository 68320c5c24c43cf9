import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { checkHealth } from '../../../shared/pipeline/health.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import type { QueuedStage } from '../../../shared/pipeline/stages.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { customersOf, exampleOf, loanIds, loansOf, parOf } from '../../support/related-files.ts';

// Runs of rows that no KPI reads: they end well, and nobody takes their day for that of the numbers.

const NEWER = LocalDate.parse('2025-12-16');

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(() => pipeline.forget());

const takeRisk = (): Promise<RunRecord> =>
  pipeline.takeThrough('manual/risk_parameters/risk.csv', csvOf([exampleOf('risk_parameters')]));
const takeNewerTape = (): Promise<RunRecord> =>
  pipeline.takeThrough('cascade/loan_tape/loans.csv', csvOf([exampleOf('loan_tape_loans')]), { asof: NEWER });
const tryRerun = ({ runId }: RunRecord, from: QueuedStage) =>
  rerun({ runId, from, reason: 'a test', dryRun: false }, pipeline.deps);

it('do not hide the numbers of an older day', async () => {
  const par = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parOf(loanIds(5)));
  const tape = await takeNewerTape();

  const newest = await newestMart({}, pipeline.deps);

  expect(tape).toMatchObject({ status: 'success', asOf: NEWER });
  expect(tape.bookId).toBeUndefined();
  expect(newest?.run.runId).toBe(par.runId);
  expect(await newestMart({ asOf: NEWER }, pipeline.deps)).toBeUndefined();
});

it('are not computed again, since there is nothing to compute', async () => {
  const risk = await takeRisk();
  const tape = await takeNewerTape();

  const outcomes = [await tryRerun(risk, 'compute'), await tryRerun(tape, 'compute')];

  const impossible = { kind: 'impossible', why: expect.stringContaining('nothing to compute') };
  expect(outcomes).toEqual([impossible, impossible]);
  expect(await pipeline.run(tape.runId)).toEqual(tape);
  expect(await pipeline.paths('marts', `kpis/as_of=${NEWER}/`)).toEqual([]);
});

it('are published again', async () => {
  for (const run of [await takeRisk(), await takeNewerTape()]) {
    const outcome = await tryRerun(run, 'publish');
    if (outcome.kind === 'started') pipeline.queue.push(...outcome.next);
    await pipeline.runDry();

    expect(outcome.kind).toBe('started');
    expect(await pipeline.run(run.runId)).toMatchObject({ status: 'success', attempt: 2 });
  }
});

it('are not the ones whose KPIs health counts', async () => {
  const par = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parOf(loanIds(5)));
  await takeRisk();

  const { health } = await checkHealth([], { ...pipeline.deps, revision: 'abc1234', nextRun: null });

  expect(health.metrics_computed).toBe(par.phases.calculation?.kpisComputed);
  expect(health.metrics_computed).toBeGreaterThan(0);
});

it('point to no day where they stand for none', async () => {
  const run = await takeRisk();

  const pointer = await pipeline.text('runs', 'latest/manual/risk_parameters.json');

  expect(JSON.parse(pointer)).toMatchObject({ runId: run.runId });
  expect(pointer).not.toContain('asOf');
  expect(pointer).not.toContain('0001-01-01');
});

it('says of files for KPIs and of others what became of their rows', async () => {
  const customers = await pipeline.takeThrough('looker/customers/customers.csv', customersOf(5));
  const loans = await pipeline.takeThrough('looker/loans/loans.csv', loansOf(loanIds(5)));

  const pages = [customers, loans].map(({ runId }) =>
    pipeline.text('runs', `${runId}/validation_report.html`),
  );

  const [ofCustomers = '', ofLoans = ''] = await Promise.all(pages);
  expect(ofCustomers).toContain('5 of 5 rows were taken in.');
  expect(ofCustomers).not.toContain('in the numbers');
  expect(ofLoans).toContain('5 of 5 rows are in the numbers.');
});

it('refuses to compute a run whose rows are in no book any more', async () => {
  const par = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parOf(['ABT - DSB9999-001']));
  await pipeline.takeThrough('looker/loans/loans.csv', loansOf(loanIds(5)));
  const rejected = await pipeline.run(par.runId);

  const outcomes = [await tryRerun(rejected, 'compute'), await tryRerun(rejected, 'publish')];

  const impossible = { kind: 'impossible', why: expect.stringContaining('not accepted') };
  expect(par.status).toBe('success');
  expect(rejected.status).toBe('rejected');
  expect(outcomes).toEqual([impossible, impossible]);
});
