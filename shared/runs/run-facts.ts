import { operationIdOf } from '../domain/trace.ts';
import type { LogFields } from '../ports/log.ts';
import type { RunRecord } from './run-record.ts';

/** What every line about a run carries, whichever function writes it. */
export function runFacts(
  run: Pick<RunRecord, 'runId' | 'dataset' | 'sha256' | 'attempt' | 'traceparent'>,
): LogFields {
  const operationId = operationIdOf(run.traceparent);
  return {
    runId: run.runId,
    dataset: run.dataset,
    datasetSha: run.sha256,
    attempt: run.attempt,
    ...(operationId !== undefined && { operationId }),
  };
}
