import { describe, expect, it } from '@jest/globals';
import { complianceOf } from '../../../shared/runs/closing-documents.ts';
import { RunRecord } from '../../../shared/runs/run-record.ts';
import { aRun } from '../../support/a-kpi-mart.ts';

const AT = { startedAt: '2026-01-05T06:00:00.000Z', completedAt: '2026-01-05T06:00:01.000Z' };

function purposes(run: RunRecord): readonly string[] {
  return complianceOf(run, {}, new Date(AT.completedAt)).accessLog.map(
    ({ stage, purpose, status }) => `${stage}, ${purpose}, ${status}`,
  );
}

describe('the access log of a run', () => {
  const rerun = aRun({
    attempt: 2,
    cause: 'rerun from compute: the rate was wrong',
    trail: [
      { stage: 'ingest', attempt: 1, cause: 'dropped', ...AT },
      { stage: 'validate', attempt: 1, cause: 'dropped', ...AT },
      { stage: 'compute', attempt: 2, cause: 'rerun from compute: the rate was wrong', ...AT },
    ],
  });

  it('gives each stage the cause of the attempt that worked it', () => {
    expect(purposes(rerun)).toEqual([
      'landing, not told, done',
      'ingest, attempt 1: dropped, done',
      'validate, attempt 1: dropped, done',
      'compute, attempt 2: rerun from compute: the rate was wrong, done',
    ]);
  });

  it('gives a failure the cause of the newest attempt', () => {
    const lastError = {
      stage: 'publish' as const,
      code: 'stage-failed' as const,
      message: 'x',
      at: AT.completedAt,
    };

    expect(purposes({ ...rerun, lastError }).at(-1)).toBe(
      'publish, attempt 2: rerun from compute: the rate was wrong, failed',
    );
  });

  it('claims no cause for stages that were recorded without one', () => {
    const { cause: _, ...step } = { stage: 'ingest', attempt: 1, cause: 'dropped', ...AT };
    const old = RunRecord.parse({ ...rerun, trail: [step] });

    expect(purposes(old)).toEqual(['landing, not told, done', 'ingest, attempt 1, done']);
  });

  it('begins with who brought the file, and says when each thing was done', () => {
    const origin = { principal: 'ana', purpose: 'close of November', ticket: 'RISK-12' };
    const { drop } = rerun;

    const { accessLog } = complianceOf({ ...rerun, drop: { ...drop, origin } }, {}, new Date(AT.completedAt));

    expect(accessLog[0]).toEqual({
      ...{ stage: 'landing', ...origin, action: 'write landing', object: drop.path, status: 'done' },
      at: drop.landedAt,
    });
    expect(accessLog.slice(1).map(({ principal, at }) => [principal, at])).toEqual(
      Array.from({ length: 3 }, () => ['pipeline', AT.completedAt]),
    );
  });
});
