import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contractOf } from '../../../shared/contracts/registry.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { comparedFilesId } from '../../../shared/pipeline/earlier-files.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { ChaoticBus } from '../../support/chaotic-bus.ts';
import { howMany, seeds } from '../../support/how-many.ts';
import {
  customersOf,
  loanIds,
  loansOf,
  parOf,
  paymentsOf,
  realPaymentsOf,
  schedulesOf,
} from '../../support/related-files.ts';

// A whole book whose files name each other's rows, each with a few that name nothing. Whatever the order in which the
// files arrive, and whatever becomes of their messages, all ends in the same bytes and the same verdicts.

/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 600_000;
const SEEDS = seeds(3, 1);

/** Expectations that ask other files. */
const COMPARISON = /^(?:references:|orphan-share:|reconciles-with-|rebuilt-from-)/;
const IDS = loanIds(402);
const STRAY = ['ABT - DSB9001-001', 'ABT - DSB9002-001'];

const FILES = [
  // Two of its loans are in no other file: they came in November.
  { path: 'looker/loans/october.csv', body: loansOf(IDS.slice(0, 400), LocalDate.parse('2025-10-31')) },
  { path: 'looker/loans/november.csv', body: loansOf(IDS) },
  { path: 'looker/customers/customers.csv', body: customersOf(49) },
  { path: 'looker/loan_par_balances/par.csv', body: parOf([...STRAY, ...IDS]) },
  { path: 'looker/schedules/schedules.csv', body: schedulesOf([...IDS, ...STRAY]) },
  { path: 'looker/transactions/payments.csv', body: paymentsOf([...IDS, ...STRAY]) },
  // Before the month end: held against the loans of October.
  {
    path: 'looker/historic_real_payments/real.csv',
    body: realPaymentsOf(IDS, LocalDate.parse('2025-11-05')),
  },
];

let calm: Ending;
beforeAll(async () => {
  const pipeline = await Pipeline.open();
  for (const { path, body } of FILES) await pipeline.takeThrough(path, body);
  calm = await endingOf(pipeline);
}, GENEROUS_MS);

describe('a book whose files name each other’s rows', () => {
  it('ends with every orphan found on a calm day', () => {
    expect(
      Object.fromEntries(calm.runs.map(({ dataset, path, orphans }) => [path ?? dataset, orphans])),
    ).toEqual({
      'looker/loans/october.csv': 0,
      'looker/loans/november.csv': 0,
      'looker/customers/customers.csv': 0,
      'looker/loan_par_balances/par.csv': 2,
      'looker/schedules/schedules.csv': 2,
      'looker/transactions/payments.csv': 2,
      'looker/historic_real_payments/real.csv': 2,
    });
    expect(calm.runs.every(({ status }) => status === 'success')).toBe(true);
  });

  it(
    'ends in the same whatever the order of arrival',
    async () => {
      const order = fc.shuffledSubarray(FILES, { minLength: FILES.length, maxLength: FILES.length });
      await fc.assert(
        fc.asyncProperty(order, async (files) => {
          const pipeline = await Pipeline.open();
          for (const { path, body } of files) await pipeline.takeThrough(path, body);

          expect(await endingOf(pipeline)).toEqual(calm);
        }),
        { seed: 20_251_130, numRuns: howMany(4, 2) },
      );
    },
    GENEROUS_MS,
  );

  it(
    'ends in the same when all arrive at once and their messages wait in one queue',
    async () => {
      const order = fc.shuffledSubarray(FILES, { minLength: FILES.length, maxLength: FILES.length });
      await fc.assert(
        fc.asyncProperty(order, async (files) => {
          const pipeline = await Pipeline.open();
          for (const { path, body } of files) await pipeline.drop(path, body);
          for (const { path } of files) await pipeline.announce(path);
          await pipeline.runDry();

          expect(await endingOf(pipeline)).toEqual(calm);
        }),
        { seed: 20_251_210, numRuns: howMany(3, 2) },
      );
    },
    GENEROUS_MS,
  );

  it.each(SEEDS)(
    'ends in the same when messages come in any order, twice, late, and to processes that die, with seed %i',
    async (seed) => {
      const pipeline = await Pipeline.open();
      for (const { path, body } of FILES) await pipeline.drop(path, body);

      await new ChaoticBus(pipeline, FILES, { seed }).runOut();

      expect(await endingOf(pipeline)).toEqual(calm);
    },
    GENEROUS_MS,
  );

  it.each(SEEDS)(
    'ends in the same when deliveries stand still at their work while the world goes on, with seed %i',
    async (seed) => {
      const pipeline = await Pipeline.open();
      for (const { path, body } of FILES) await pipeline.drop(path, body);

      await new ChaoticBus(pipeline, FILES, { seed, slowShare: 0.25 }).runOut();

      expect(await endingOf(pipeline)).toEqual(calm);
    },
    GENEROUS_MS,
  );
});

type Ending = Awaited<ReturnType<typeof endingOf>>;

/** What an operator could tell apart, without times, attempts, and what follows from the place in the feed. */
async function endingOf(pipeline: Pipeline) {
  const runs = await pipeline.deps.ledger.list();
  const snapshots = await pipeline.deps.registry.all();
  const ends = runs.map(async (run) => {
    const contract = contractOf(run.contract, run.contractVersion);
    const { checkedBook } = run;
    const report = await pipeline.validationOf(run);
    const staged = await pipeline.bytes('staging', run.stagingPath ?? '');
    const { quarantinePath } = report;
    return {
      runId: run.runId,
      dataset: run.dataset,
      path: run.drop.path,
      status: run.status,
      stage: run.stage,
      asOf: run.asOf,
      // Which files those are also follows from what had landed before; that they are the right ones does not.
      isUpToDate:
        contract !== undefined &&
        checkedBook?.id === comparedFilesId(contract, run, checkedBook?.asOf, snapshots),
      bookId: run.bookId,
      rows: report.rows,
      orphans: report.rows.orphans,
      verdict: report.verdict,
      totals: report.controlTotals,
      comparisons: report.expectations.filter(({ id }) => COMPARISON.test(id)),
      staged: createHash('sha256').update(staged).digest('hex'),
      rejected: quarantinePath && (await pipeline.text('quarantine', quarantinePath)),
      marts: run.bookId === undefined ? [] : await martsOf(pipeline, run),
    };
  });
  return {
    runs: (await Promise.all(ends)).toSorted((a, b) => (a.runId < b.runId ? -1 : 1)),
    registered: (await pipeline.deps.registry.all())
      .map(({ runId, asOf, rows, stagingPath }) => ({ runId, asOf, rows, stagingPath }))
      .toSorted((a, b) => (a.runId < b.runId ? -1 : 1)),
  };
}

async function martsOf(pipeline: Pipeline, run: RunRecord): Promise<string[]> {
  const { parquet, csv, json } = await pipeline.martBytes(run);
  // As hash and text: a binary difference says nothing to anybody.
  return [createHash('sha256').update(parquet).digest('hex'), csv, json];
}
