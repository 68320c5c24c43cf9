import { describe, expect, it } from '@jest/globals';
import { conditionsOfRuns } from '../../../shared/alerting/conditions-of-runs.ts';
import { RunId } from '../../../shared/domain/ids.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aRun } from '../../support/a-kpi-mart.ts';

// The service levels of the manual, at their edges: freshness 6/8/12 hours, latency 10/12/15 minutes, errors 0/5/10.

const NOW = new Date('2026-01-05T18:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;
const ago = (ms: number): string => new Date(NOW.getTime() - ms).toISOString();

function kindsOf(runs: readonly RunRecord[], failedPulls: readonly { at: string }[] = []): string[] {
  return conditionsOfRuns(runs, failedPulls, NOW).map(({ kind, of }) => `${kind} ${of}`);
}

describe('freshness', () => {
  it.each([
    [6 * HOUR, []],
    [8 * HOUR, []],
    [8 * HOUR + 1, ['data-late all-data']],
    [12 * HOUR, ['data-late all-data']],
    [12 * HOUR + 1, ['data-very-late all-data']],
  ])('of %d ms since the last success', (ms, kinds) => {
    expect(kindsOf([aRun({ startedAt: ago(ms), completedAt: ago(ms), succeededAt: ago(ms) })])).toEqual(
      kinds,
    );
  });

  it('is nobody’s fault before anything has ever come', () => {
    expect(kindsOf([])).toEqual([]);
  });
});

describe('latency', () => {
  const took = (ms: number): RunRecord =>
    aRun({ startedAt: ago(HOUR), completedAt: ago(HOUR - ms), succeededAt: ago(HOUR - ms) });

  it.each([
    [10 * MINUTE, []],
    [12 * MINUTE, []],
    [12 * MINUTE + 1, ['run-slow looker/loan_par_balances']],
    [15 * MINUTE, ['run-slow looker/loan_par_balances']],
    [15 * MINUTE + 1, ['run-very-slow looker/loan_par_balances']],
  ])('of %d ms from drop to report', (ms, kinds) => {
    expect(kindsOf([took(ms)])).toEqual(kinds);
  });

  it('counts for a run that is still under way, with the stage in which it waits', () => {
    const run = aRun({
      status: 'running',
      stage: 'compute',
      startedAt: ago(16 * MINUTE),
      updatedAt: ago(MINUTE),
    });

    expect(conditionsOfRuns([run], [], NOW)).toMatchObject([
      {
        kind: 'run-very-slow',
        title:
          'A file of looker/loan_par_balances is under way for 16.0 minutes, and there is no report yet.',
        facts: { 'waits in': 'compute' },
      },
    ]);
  });

  it('of a later attempt counts since it was last heard of', () => {
    const again = aRun({ status: 'running', attempt: 2, startedAt: ago(9 * HOUR), updatedAt: ago(MINUTE) });

    expect(kindsOf([again])).toEqual([]);
    expect(kindsOf([{ ...again, updatedAt: ago(13 * MINUTE) }])).toEqual([
      'run-slow looker/loan_par_balances',
    ]);
  });
});

describe('errors', () => {
  const failed = (count: number): RunRecord[] =>
    Array.from({ length: count }, (_, nth) =>
      aRun({
        runId: RunId.parse(`run_00000000000${nth.toString(16)}`),
        status: 'failed',
        startedAt: ago(HOUR),
        completedAt: ago(HOUR),
      }),
    );
  const pulls = (count: number, at = ago(HOUR)) => Array.from({ length: count }, () => ({ at }));
  const errorsOf = (...of: Parameters<typeof kindsOf>) =>
    kindsOf(...of).filter((kind) => kind.startsWith('errors'));

  it.each([
    [0, 5, []],
    [2, 3, []],
    [2, 4, ['errors-many all-runs']],
    [10, 0, ['errors-many all-runs']],
    [0, 10, ['errors-many all-runs']],
    [5, 6, ['errors-very-many all-runs']],
  ])('of %d runs and %d pulls within a day', (runs, failedPulls, kinds) => {
    expect(errorsOf(failed(runs), pulls(failedPulls))).toEqual(kinds);
  });

  it('of the day before are over', () => {
    expect(errorsOf([], pulls(20, ago(24 * HOUR)))).toEqual([]);
  });
});

describe('the newest file of a dataset', () => {
  const problem = (code: 'undeclared-personal-data' | 'too-many-bad-rows') => ({
    code,
    severity: 'error' as const,
    message: 'It was refused.',
  });

  it.each([
    [aRun({ status: 'failed' }), 'pipeline-failed'],
    [aRun({ status: 'rejected', problems: [problem('undeclared-personal-data')] }), 'compliance-violation'],
    [aRun({ status: 'rejected', problems: [problem('too-many-bad-rows')] }), 'file-rejected'],
  ])('is told as what became of it (%#)', (run, kind) => {
    expect(kindsOf([run])).toEqual([`${kind} looker/loan_par_balances`]);
  });
});
