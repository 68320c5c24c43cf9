import { z } from 'zod';

// The order of the pipeline. Triggers, rerun, health and the runs page read this list; nothing else knows it.

export type Stage = z.infer<typeof Stage>;
export const Stage = z.enum(['ingest', 'validate', 'compute', 'publish']);

export type QueuedStage = z.infer<typeof QueuedStage>;
export const QueuedStage = Stage.exclude(['ingest']);

/** Stages in the order of the flow, with the names that phases have in `summary.json`. */
export const STAGES = [
  { stage: 'ingest', phase: 'ingestion' },
  { stage: 'validate', phase: 'transformation' },
  { stage: 'compute', phase: 'calculation' },
  { stage: 'publish', phase: 'output' },
] as const satisfies readonly { stage: Stage; phase: string }[];

/** Negative, zero or positive, as stage a comes before, is, or comes after stage b. */
export function compareStages(a: Stage, b: Stage): number {
  return Stage.options.indexOf(a) - Stage.options.indexOf(b);
}
