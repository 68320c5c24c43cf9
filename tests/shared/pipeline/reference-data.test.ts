import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { exampleOf } from '../../support/related-files.ts';
import { loansFile, parFile, tapeFile } from '../../support/small-files.ts';

// Tables that stand for no day, and datasets that no KPI reads.

const RISK = 'manual/risk_parameters';
const riskFile = (pd: string): string => csvOf([exampleOf('risk_parameters', { pd })]);

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(() => pipeline.forget());

async function latestOf(dataset: string): Promise<unknown> {
  return await pipeline.json('runs', `latest/${dataset}.json`);
}

describe('reference data', () => {
  it('has no day, is staged for always, and ends well without KPIs', async () => {
    const run = await pipeline.takeThrough(`${RISK}/risk.csv`, riskFile('0.035'));

    expect(run).toMatchObject({ status: 'success', stage: 'publish', rows: 1, attempt: 1 });
    expect(run.asOf).toBeUndefined();
    expect(run.bookId).toBeUndefined();
    expect(run.stagingPath).toMatch(new RegExp(`^${RISK}/as_of=always/${run.runId}-[0-9a-f]{12}[.]parquet$`));
    expect(run.trail.map(({ stage }) => stage)).toEqual(['ingest', 'validate', 'publish']);
    expect(await pipeline.paths('staging', `${RISK}/`)).toEqual([run.stagingPath]);
    expect(await pipeline.deps.registry.all()).toEqual([
      expect.objectContaining({ runId: run.runId, asOf: REFERENCE_DAY }),
    ]);
    expect(await ownDocuments(run)).toEqual([
      'compliance.json',
      'lineage.jsonl',
      'manifest.json',
      'masked_sample.json',
      'pipeline_summary.json',
      'summary.json',
      'validation_report.html',
      'validation_report.json',
    ]);
    const report = await pipeline.validationOf(run);
    expect(report).toMatchObject({ verdict: 'accepted', rows: { accepted: 1 } });
    expect(report.asOf).toBeUndefined();
  });

  it('needs no day in its name, and does not take one from there', async () => {
    const run = await pipeline.takeThrough(`${RISK}/risk_2025-12-10.csv`, riskFile('0.036'), {
      asof: '2025-11-30',
    });

    expect(run).toMatchObject({ status: 'success' });
    expect(run.asOf).toBeUndefined();
  });

  it('points to the file that landed last, also when an earlier one is run again', async () => {
    const first = await pipeline.takeThrough(`${RISK}/first.csv`, riskFile('0.04'));
    await pipeline.landLaterThan(first);
    const second = await pipeline.takeThrough(`${RISK}/second.csv`, riskFile('0.05'));

    await again(first);

    expect(Date.parse(second.drop.landedAt)).toBeGreaterThan(Date.parse(first.drop.landedAt));
    expect(await latestOf(RISK)).toMatchObject({ runId: second.runId });
  });

  it('is refused whole for a single bad row where people keep it by hand', async () => {
    const rows = [exampleOf('risk_parameters'), exampleOf('risk_parameters', { segment: 'Top', pd: '1.5' })];

    const run = await pipeline.takeThrough(`${RISK}/bad.csv`, csvOf(rows));

    expect(run).toMatchObject({ status: 'rejected', problems: [{ code: 'too-many-bad-rows' }, {}] });
    expect(await pipeline.deps.registry.all()).toEqual([]);
  });

  it('may be empty where the contract allows it', async () => {
    const header = Object.keys(exampleOf('collateral')).join(',');

    const run = await pipeline.takeThrough('looker/collateral/collateral.csv', `${header}\n`);

    expect(run).toMatchObject({ status: 'success', rows: 0 });
  });
});

describe('a dataset that no KPI reads', () => {
  it('does not make anybody compute again, and is not made to by others', async () => {
    const par = await pipeline.takeThrough('looker/loan_par_balances/par.csv', parFile('UNMOVED'));
    const risk = await pipeline.takeThrough(`${RISK}/unmoved.csv`, riskFile('0.06'));
    const parBefore = await pipeline.run(par.runId);
    const loans = await pipeline.takeThrough(
      'cascade/loan_tape/loans.csv',
      csvOf([exampleOf('loan_tape_loans')]),
      { asof: '2025-11-02' },
    );
    const headcount = await pipeline.takeThrough('manual/headcount/fte.csv', csvOf([exampleOf('headcount')]));
    const between = await pipeline.run(par.runId);

    await pipeline.takeThrough('cascade/loan_tape/tape.csv', tapeFile('77'));
    await pipeline.takeThrough('looker/loans/loans.csv', loansFile('UNMOVED'));

    expect(between).toEqual(parBefore);
    expect(loans).toMatchObject({ status: 'success', stage: 'publish', asOf: '2025-11-02' });
    expect(await pipeline.run(risk.runId)).toEqual(risk);
    expect(await pipeline.run(loans.runId)).toEqual(loans);
    expect(await pipeline.run(headcount.runId)).toEqual(headcount);
    expect((await pipeline.run(par.runId)).attempt).toBeGreaterThan(parBefore.attempt);
  });
});

async function ownDocuments({ runId }: RunRecord): Promise<string[]> {
  const paths = await pipeline.paths('runs', `${runId}/`);
  return paths.map((path) => path.slice(runId.length + 1)).filter((name) => !name.startsWith('attempts/'));
}

async function again({ runId }: RunRecord): Promise<void> {
  const started = await rerun({ runId, from: 'validate', reason: 'a test', dryRun: false }, pipeline.deps);
  if (started.kind !== 'started') throw new Error(started.kind);
  pipeline.queue.push(...started.next);
  await pipeline.runDry();
}
