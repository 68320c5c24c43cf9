import { beforeEach, describe, expect, it } from '@jest/globals';
import { RunId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { Anomaly, RaisedAnomaly } from '../../../shared/kpis/anomaly.ts';
import { raiseAnomalies, tellAnomalies } from '../../../shared/pipeline/raise-anomalies.ts';
import { rerun } from '../../../shared/pipeline/rerun.ts';
import { Compliance } from '../../../shared/runs/documents.ts';
import { artifactPath, attemptPath, raisedPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { parFile } from '../../support/small-files.ts';

const DECEMBER = LocalDate.parse('2025-12-31');
const RUN_A = RunId.parse('run_aaaaaaaaaaaa');
const RUN_B = RunId.parse('run_bbbbbbbbbbbb');
const RUN_C = RunId.parse('run_cccccccccccc');

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.open();
});

function anAnomaly(overrides: Partial<Anomaly> = {}): Anomaly {
  return {
    kpi: 'risk.par_30',
    name: 'PAR 30',
    version: 1,
    reportingDate: DECEMBER,
    kind: 'change',
    direction: 'up',
    previous: '4',
    current: '6',
    changePercent: '50.00',
    zScore: null,
    severity: 'warning',
    reason: 'It went up.',
    cause: 'risk.par_30 up 2025-12-31',
    ...overrides,
  };
}

/** A run that works on its anomalies now. */
async function aPublishingRun(runId: RunId, overrides: Partial<RunRecord> = {}): Promise<RunRecord> {
  const run = aRun({ runId, status: 'running', stage: 'publish', attempt: 1, ...overrides });
  await pipeline.deps.ledger.claim(run);
  return run;
}

async function raise(run: RunRecord, anomalies: readonly Anomaly[] = [anAnomaly()]) {
  const raised = await raiseAnomalies(anomalies, run, pipeline.deps);
  return raised.map(({ isNew, raisedBy }) => [isNew, raisedBy.runId, raisedBy.attempt]);
}

/** The run ends, with what it has raised committed if it got that far. */
async function end(run: RunRecord, status: RunRecord['status'], anomalies: readonly Anomaly[] = []) {
  if (anomalies.length > 0) await commit(run, await raiseAnomalies(anomalies, run, pipeline.deps));
  await change(run, { status });
}

async function commit({ runId, attempt }: RunRecord, anomalies: readonly RaisedAnomaly[]): Promise<void> {
  for (const name of ['compliance.json', 'summary.json'])
    await pipeline.deps.lake.write('runs', attemptPath(runId, attempt, name), JSON.stringify({ anomalies }));
}

/** Raises the anomaly and commits it; `meanwhile` happens when it has been raised and is not committed yet. */
async function tell(run: RunRecord, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  await tellAnomalies(
    [anAnomaly()],
    run,
    async (raised) => {
      await meanwhile();
      await commit(run, raised);
    },
    pipeline.deps,
  );
}

/** Which of the runs say of the anomaly that it is new. */
async function tellers(...runs: readonly RunRecord[]): Promise<readonly RunId[]> {
  const told: RunId[] = [];
  for (const { runId, attempt } of runs) {
    const document = await pipeline.json('runs', attemptPath(runId, attempt, 'compliance.json'));
    const { anomalies } = Compliance.pick({ anomalies: true }).parse(document);
    if (anomalies.some(({ isNew }) => isNew)) told.push(runId);
  }
  return told;
}

async function change(run: RunRecord, to: Partial<RunRecord>): Promise<RunRecord> {
  const found = await pipeline.deps.ledger.find(run.runId);
  const changed = { ...run, ...to };
  await pipeline.deps.ledger.save(changed, found?.version ?? '');
  return changed;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await work();
  };
}

describe('an anomaly', () => {
  it('is new to whoever raises it first, however often that message comes', async () => {
    const run = await aPublishingRun(RUN_A);

    expect(await raise(run)).toEqual([[true, RUN_A, 1]]);
    const written = await pipeline.text('runs', raisedPath(DECEMBER));
    expect(await raise(run)).toEqual([[true, RUN_A, 1]]);

    expect(await pipeline.text('runs', raisedPath(DECEMBER))).toBe(written);
  });

  it('is not new to a later attempt, nor to another run of the same numbers', async () => {
    const run = await aPublishingRun(RUN_A);
    await end(run, 'success', [anAnomaly()]);
    const again = await change(run, { status: 'running', attempt: 2 });
    const other = await aPublishingRun(RUN_B);

    expect(await raise(again)).toEqual([[false, RUN_A, 1]]);
    expect(await raise(other)).toEqual([[false, RUN_A, 1]]);
    await end(again, 'success');
    expect(await raise(other)).toEqual([[false, RUN_A, 1]]);
  });

  it('is new as long as another run is only about to tell of it: that one may yet fail', async () => {
    const first = await aPublishingRun(RUN_A);
    const second = await aPublishingRun(RUN_B);
    await raise(first);

    await tell(second);
    await end(first, 'failed');

    expect(await tellers(second)).toEqual([RUN_B]);
    expect(await raise(await aPublishingRun(RUN_C))).toEqual([[false, RUN_B, 1]]);
  });

  it('is told by one of two runs that come to it at once, whichever of them is faster', async () => {
    const [first, second] = [await aPublishingRun(RUN_A), await aPublishingRun(RUN_B)];

    await tell(
      first,
      once(() => tell(second)),
    );

    expect(await tellers(first, second)).toEqual([RUN_B]);
    expect(await raise(await aPublishingRun(RUN_C))).toEqual([[false, RUN_B, 1]]);
  });

  it('is told by one of two runs of which each takes it over from the other', async () => {
    const [first, second] = [await aPublishingRun(RUN_A), await aPublishingRun(RUN_B)];

    await Promise.all([tell(first), tell(second)]);

    expect(await tellers(first, second)).toHaveLength(1);
  });

  it.each([
    ['of another KPI', { kpi: 'risk.par_60' }],
    ['of another kind', { kind: 'threshold' }],
    ['in the other direction', { direction: 'down' }],
    ['of another date', { reportingDate: LocalDate.parse('2025-11-30') }],
  ] as const)('is another one when it is %s', async (_, other) => {
    const run = await aPublishingRun(RUN_A);
    await end(run, 'success', [anAnomaly()]);
    const later = await aPublishingRun(RUN_B);

    expect(await raise(later, [anAnomaly(), anAnomaly(other)])).toEqual([
      [false, RUN_A, 1],
      [true, RUN_B, 1],
    ]);
  });

  it('of the same value in another version of the definition is the same one', async () => {
    await end(await aPublishingRun(RUN_A), 'success', [anAnomaly()]);

    expect(await raise(await aPublishingRun(RUN_B), [anAnomaly({ version: 2 })])).toEqual([
      [false, RUN_A, 1],
    ]);
  });
});

describe('an attempt that told nobody', () => {
  it('because it died leaves the anomaly to the next one', async () => {
    const run = await aPublishingRun(RUN_A);
    await raise(run);
    const again = await change(run, { attempt: 2 });

    expect(await raise(again)).toEqual([[true, RUN_A, 2]]);
  });

  it('because it failed leaves it to another run', async () => {
    const run = await aPublishingRun(RUN_A);
    await raise(run);
    await end(run, 'failed');

    expect(await raise(await aPublishingRun(RUN_B))).toEqual([[true, RUN_B, 1]]);
  });

  it('because it found it raised already does not take it over later', async () => {
    const run = await aPublishingRun(RUN_A);
    await end(run, 'success', [anAnomaly()]);
    await end(await aPublishingRun(RUN_B), 'success', [anAnomaly()]);

    expect(await raise(await aPublishingRun(RUN_C))).toEqual([[false, RUN_A, 1]]);
  });

  it.each(['rejected', 'canceled'] as const)(
    'because it was %s afterwards has said nothing true',
    async (status) => {
      const run = await aPublishingRun(RUN_A);
      await end(run, status, [anAnomaly()]);

      expect(await raise(await aPublishingRun(RUN_B))).toEqual([[true, RUN_B, 1]]);
    },
  );

  it('because nobody knows it any more is no one', async () => {
    await raise(await aPublishingRun(RUN_A));
    await pipeline.forget();

    expect(await raise(await aPublishingRun(RUN_B))).toEqual([[true, RUN_B, 1]]);
  });
});

describe('the compliance document', () => {
  it('tells of anomalies by cause, and a rerun says that they are known', async () => {
    const path = 'looker/loan_par_balances/late.csv';
    const run = await pipeline.takeThrough(path, parFile('LATE'));
    const complianceOf = async (): Promise<Compliance> =>
      Compliance.parse(await pipeline.json('runs', artifactPath(run.runId, 'compliance.json')));

    const first = await complianceOf();
    const again = { runId: run.runId, from: 'publish', reason: 'a test', dryRun: false } as const;
    const outcome = await rerun(again, pipeline.deps);
    pipeline.queue.push(...(outcome.kind === 'started' ? outcome.next : []));
    await pipeline.runDry();
    const second = await complianceOf();

    expect(first.anomalies.length).toBeGreaterThan(0);
    expect(first.anomalies.every(({ isNew }) => isNew)).toBe(true);
    expect(first.critical_anomaly_count).toBe(first.criticalAnomalyCount);
    expect(first.criticalAnomalyCount).toBe(
      first.causes.filter(({ severity }) => severity === 'critical').length,
    );
    expect(second.anomalies.some(({ isNew }) => isNew)).toBe(false);
    expect(second.anomalies.map(({ isNew: _isNew, ...rest }) => rest)).toEqual(
      first.anomalies.map(({ isNew: _isNew, ...rest }) => rest),
    );
    expect(second.causes.some(({ isNew }) => isNew)).toBe(false);
    const par = first.causes.find(({ kpis }) => kpis.includes('risk.par_30'));
    expect(par?.reviewers).toContain('Chief Risk Officer');
    expect(par?.evidence).toEqual([
      ...(par?.kpis ?? []).map((id) => `/api/kpis/${id}?asOf=${run.asOf}`),
      `/api/runs/${run.runId}/artifacts/validation_report.json`,
    ]);
    expect(second.accessLog.map(({ stage, purpose }) => `${stage}, ${purpose}`)).toEqual([
      'landing, not told',
      'ingest, attempt 1: dropped',
      'validate, attempt 1: dropped',
      'compute, attempt 1: dropped',
      'publish, attempt 1: dropped',
      'publish, attempt 2: rerun from publish: a test',
    ]);
  });
});
