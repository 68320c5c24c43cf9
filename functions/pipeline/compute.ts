import type { StorageQueueFunctionOptions } from '@azure/functions';
import { computeRun } from '../../shared/pipeline/compute.ts';
import { stageFunction } from './stage-function.ts';

// Fires: one message on `compute`, put there by validate, by a snapshot that changed the book, or by a rerun.
// Reads staging of the whole book. Writes marts.
// On failure: throws are retried 5 times, then `compute-poison` marks the run failed (runbook: stage-failed).
export const computeStage: StorageQueueFunctionOptions = stageFunction('compute', computeRun);
