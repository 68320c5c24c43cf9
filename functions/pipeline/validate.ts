import type { StorageQueueFunctionOptions } from '@azure/functions';
import { validateRun } from '../../shared/pipeline/validate.ts';
import { stageFunction } from './stage-function.ts';

// Fires: one message on `validate`, put there by file-dropped, the sweep or a rerun.
// Reads raw. Writes staging or quarantine, validation_report.json and the registry of snapshots.
// On failure: throws are retried 5 times, then `validate-poison` marks the run failed (runbook: stage-failed).
export const validateStage: StorageQueueFunctionOptions = stageFunction('validate', validateRun);
