import type { TimerFunctionOptions } from '@azure/functions';
import { pullTimer } from './pull-source.ts';

// Fires: daily at 05:00 UTC.
// Asks for the loan tape, the analytics and the financial statements of Cascade: one message each.
// On failure: tried three times more, then the next day, or by POST /api/sources/cascade/pull (runbook: source-failed).
export const cascadePull: TimerFunctionOptions = pullTimer('cascade', 'PULL_CASCADE_SCHEDULE');
