import type { StorageQueueFunctionOptions } from '@azure/functions';
import { publishRun } from '../../shared/pipeline/publish.ts';
import { stageFunction } from './stage-function.ts';

// Fires: one message on `publish`, put there by compute or a rerun.
// Reads marts. Writes reports and the documents of the run; summary.json last.
// On failure: throws are retried 5 times, then `publish-poison` marks the run failed (runbook: stage-failed).
export const publishStage: StorageQueueFunctionOptions = stageFunction('publish', publishRun);
