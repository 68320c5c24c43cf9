import type { TimerFunctionOptions } from '@azure/functions';
import { pullTimer } from './pull-source.ts';

// Fires: daily at 07:00 UTC.
// Asks for the insights of the last 28 days of Meta: one message each.
// On failure: tried three times more, then the next day, or by POST /api/sources/meta/pull (runbook: source-failed).
export const metaPull: TimerFunctionOptions = pullTimer('meta', 'PULL_META_SCHEDULE');
