import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { conditionsOfAnomalies } from '../../../shared/alerting/conditions-of-drift.ts';
import { conditionsOfRuns } from '../../../shared/alerting/conditions-of-runs.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { Anomaly } from '../../../shared/kpis/anomaly.ts';
import { attemptPath } from '../../../shared/runs/run-paths.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import { parFile, parRows } from '../../support/small-files.ts';

// A feed that changed is told as that: by its columns, by its size, by what its numbers became.

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(async () => await pipeline.forget());

/** What is wrong with the runs as they stand, without what is late. */
async function conditions(): Promise<string[]> {
  const found = conditionsOfRuns(await pipeline.deps.ledger.list(), [], pipeline.deps.clock.now());
  return found.map(({ kind, of }) => `${kind} ${of}`);
}

describe('a file without a column that its contract requires', () => {
  it('is schema drift that calls somebody, and no rejected file besides', async () => {
    const text = parFile('GONE').replace('outstanding_balance', 'outstanding_bal');
    const { runId } = await pipeline.takeThrough(`${PAR}/gone.csv`, text);

    const found = conditionsOfRuns(await pipeline.deps.ledger.list(), [], pipeline.deps.clock.now());

    expect(found).toEqual([
      {
        kind: 'schema-drift-breaking',
        of: 'loan_par_balances',
        title:
          'The newest file of loan_par_balances does not have the columns of its contract. It was refused.',
        facts: {
          contract: 'loan_par_balances@1',
          'missing columns': 'outstanding_balance',
          'unknown columns': '1, named in the validation report',
          run: runId,
        },
      },
    ]);
  });

  it('without a header says so, and repeats nothing of its first row', async () => {
    const [, ...rows] = parFile('HEAD').trim().split('\n');
    await pipeline.takeThrough(`${PAR}/headless.csv`, `${rows.join('\n')}\n`);

    const found = conditionsOfRuns(await pipeline.deps.ledger.list(), [], pipeline.deps.clock.now());

    expect(found).toMatchObject([
      { kind: 'schema-drift-breaking', facts: { header: 'the first row names no column of the contract' } },
    ]);
    expect(JSON.stringify(found)).not.toContain('HEAD-001');
  });

  it('is over with the next file that has it', async () => {
    const bad = await pipeline.takeThrough(
      `${PAR}/gone.csv`,
      parFile('GONE').replace('outstanding_balance', 'outstanding_bal'),
    );
    await pipeline.landLaterThan(bad);
    await pipeline.takeThrough(`${PAR}/back.csv`, parFile('BACK'));

    expect(await conditions()).toEqual([]);
  });
});

it('columns that are ignored are drift that calls nobody, by their number', async () => {
  const rows = parRows('MORE').map((row) => ({ ...row, 'María Pérez': 'x', region: 'y' }));
  await pipeline.takeThrough(`${PAR}/more.csv`, csvOf(rows));

  const found = conditionsOfRuns(await pipeline.deps.ledger.list(), [], pipeline.deps.clock.now());

  expect(found).toMatchObject([
    { kind: 'schema-drift', facts: { 'unknown columns': '2, named in the validation report' } },
  ]);
  expect(JSON.stringify(found)).not.toContain('María');
});

describe('volume', () => {
  const aVolumeChange = {
    code: 'volume-change',
    severity: 'warning',
    message: 'The file has 12 rows, where 5 are usual.',
  } as const;

  it('that is unusual is drift of the data, of a file that was taken in', () => {
    const run = aRun({ problems: [aVolumeChange], rows: 12 });

    expect(conditionsOfRuns([run], [], new Date(run.completedAt ?? ''))).toMatchObject([
      { kind: 'data-drift', of: 'loan_par_balances', facts: { rows: '12', run: run.runId } },
    ]);
  });

  it('for which a file was refused is told as the refusal', () => {
    const run = aRun({ status: 'rejected', problems: [{ ...aVolumeChange, severity: 'error' }] });

    expect(conditionsOfRuns([run], [], new Date(run.completedAt ?? ''))).toMatchObject([
      { kind: 'file-rejected' },
    ]);
  });
});

describe('numbers', () => {
  const run = aRun();
  const anAnomaly = (overrides: Partial<Anomaly>): Partial<Anomaly> => ({
    kpi: 'risk.par_30',
    kind: 'change',
    reportingDate: LocalDate.parse('2025-12-31'),
    reason: 'PAR 30 went up from 4.00 % on 2025-11-30 to 6.00 %, by more than a fifth.',
    cause: 'risk.par_30 up 2025-12-31',
    ...overrides,
  });
  const told = async (...anomalies: Partial<Anomaly>[]) => {
    const path = attemptPath(run.runId, run.attempt, 'compliance.json');
    await pipeline.deps.lake.write('runs', path, JSON.stringify({ anomalies }));
    return await conditionsOfAnomalies(run, pipeline.deps);
  };

  it('that moved out of all proportion are one incident for their date, with what the run has found', async () => {
    const found = await told(
      anAnomaly({}),
      anAnomaly({ kpi: 'risk.par_60', reason: 'PAR 60 went up.' }),
      anAnomaly({ kind: 'outlier-step', reason: 'A step.', cause: 'other' }),
    );

    expect(found).toEqual([
      {
        kind: 'data-drift',
        of: 'numbers-of-2025-12-31',
        title: 'The numbers of 2025-12-31 are unlike those before: 3 findings of 2 causes.',
        facts: {
          'risk.par_30 change': 'PAR 30 went up from 4.00 % on 2025-11-30 to 6.00 %, by more than a fifth.',
          'risk.par_60 change': 'PAR 60 went up.',
          'risk.par_30 outlier-step': 'A step.',
          run: run.runId,
        },
      },
    ]);
  });

  it('that are only outside their limits are an alert of the KPI, and no drift', async () => {
    expect(await told(anAnomaly({ kind: 'threshold' }))).toEqual([]);
  });

  it('with a hundred findings tell a few, and where the others are', async () => {
    const many = Array.from({ length: 100 }, (_, nth) => anAnomaly({ kpi: `kpi.${nth}` }));

    const [found] = await told(...many);

    expect(Object.keys(found?.facts ?? {})).toHaveLength(10);
    expect(found?.facts['more']).toBe('92, in compliance.json of the run');
  });
});
