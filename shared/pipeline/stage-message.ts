import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import { LogLevel } from '../ports/log.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { QueuedStage } from './stages.ts';

// A message carries names, not data: what a stage needs lies in the lake at paths that follow from the run.

export type StageMessage = z.infer<typeof StageMessage>;
export const StageMessage = z.object({
  v: z.literal(1),
  runId: RunId,
  stage: QueuedStage,
  attempt: z.int().positive(),
  traceparent: z.string().optional(),
  logLevel: LogLevel.optional(),
});

export function messageFor(run: RunRecord, stage: QueuedStage): StageMessage {
  const { runId, attempt, traceparent, logLevel } = run;
  return {
    v: 1,
    runId,
    stage,
    attempt,
    ...(traceparent !== undefined && { traceparent }),
    ...(logLevel !== undefined && { logLevel }),
  };
}
