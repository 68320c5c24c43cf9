import { Sha256 } from '../../shared/domain/ids.ts';
import type { KpiMart } from '../../shared/kpis/kpi-result.ts';
import { type AttemptDocuments, auditOfAttempt } from '../../shared/runs/audit-of-attempt.ts';
import type { AuditPayload } from '../../shared/runs/audit-payload.ts';
import { manifestOf, summaryOf } from '../../shared/runs/closing-documents.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { aKpiMart, aRun, aValidationReport } from './a-kpi-mart.ts';

/** What the attempt of a run leaves; `mart: undefined` for one that came to no numbers. */
export function attemptDocuments({
  run = aRun(),
  ...rest
}: {
  readonly run?: RunRecord;
  readonly mart?: KpiMart | undefined;
  readonly validation?: AttemptDocuments['validation'];
} = {}): AttemptDocuments {
  const mart = 'mart' in rest ? rest.mart : aKpiMart({ months: 1 });
  const { status } = run;
  if (status === 'running') throw new Error('the run must have ended');
  const completedAt = new Date(run.completedAt ?? run.updatedAt);
  return {
    manifest: manifestOf(run, mart, [], 'a1b2c3d'),
    summary: summaryOf(run, status, completedAt, 8_400, Sha256.parse('e'.repeat(64))),
    validation: rest.validation ?? aValidationReport(),
    mart,
    rawPaths: new Map(run.rawPath === undefined ? [] : [[run.runId, run.rawPath]]),
  };
}

export function anAuditPayload(of: Parameters<typeof attemptDocuments>[0] = {}): AuditPayload {
  return auditOfAttempt(attemptDocuments(of));
}
