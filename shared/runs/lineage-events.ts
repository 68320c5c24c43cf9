import type { RunId } from '../domain/ids.ts';
import { uuidV5 } from '../domain/uuid-v5.ts';
import { namesOf, sidesOf } from './lineage-datasets.ts';
import {
  errorMessage,
  type LineageFacts,
  PRODUCER,
  runFacets,
  sourceCodeLocation,
} from './lineage-facets.ts';
import type { RunRecord } from './run-record.ts';

// OpenLineage run events, one START and one end event for each stage that was worked: what was read, what was
// written. Always with both sides, since there are receivers that leave out events with only one. What is known of the
// data is told at the end of the newest time that a stage was worked: it is long, and of earlier times it is not true.

const SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const NAMESPACE = 'abaco';

const END_OF: Readonly<Record<RunRecord['status'], string>> = {
  running: 'RUNNING',
  success: 'COMPLETE',
  rejected: 'FAIL',
  failed: 'FAIL',
  canceled: 'ABORT',
};

/** One JSON document per line, oldest first. */
export function lineageEvents(run: RunRecord, status: RunRecord['status'], facts: LineageFacts): string {
  const steps = stepsOf(run);
  const lines = steps.flatMap(({ stage, attempt, startedAt, completedAt }, index) => {
    const isNewest = steps.findLastIndex((other) => other.stage === stage) === index;
    const isLast = index === steps.length - 1;
    const sides = sidesOf(stage, run, facts);
    const ofRun = runFacets(run, attempt, NAMESPACE, facts);
    const event = (eventType: string, eventTime: string, end?: { readonly error: object }): string =>
      JSON.stringify({
        eventType,
        eventTime,
        producer: PRODUCER,
        schemaURL: SCHEMA,
        run: { runId: lineageRunId(run.runId, attempt, stage), facets: { ...ofRun, ...end?.error } },
        job: {
          namespace: NAMESPACE,
          name: `${run.dataset}.${stage}`,
          facets: end === undefined ? {} : sourceCodeLocation(stage, facts),
        },
        ...(end !== undefined && isNewest ? sides : namesOf(sides)),
      });
    const error = isLast ? errorMessage(run, status) : {};
    return [event('START', startedAt), event(isLast ? END_OF[status] : 'COMPLETE', completedAt, { error })];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** What lineage calls a run is one stage of one attempt of ours. */
export function lineageRunId(runId: RunId, attempt: number, stage: RunRecord['stage']): string {
  return uuidV5(`${runId}/${attempt}/${stage}`);
}

/** The trail, and the stage that was under way when the run ended: one that failed has not been walked to its end. */
function stepsOf({ stage, attempt, trail, lastError, updatedAt }: RunRecord): RunRecord['trail'] {
  if (trail.some((step) => step.stage === stage && step.attempt === attempt)) return trail;
  const at = lastError?.at ?? updatedAt;
  return [...trail, { stage, attempt, startedAt: at, completedAt: at }];
}
