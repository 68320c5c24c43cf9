import type { TimerFunctionOptions } from '@azure/functions';
import { pullTimer } from './pull-source.ts';

// Fires: daily at 06:00 UTC.
// Asks for contacts, companies and deals that have changed, and the lists of HubSpot: one message each.
// On failure: tried three times more, then the next day, or by POST /api/sources/hubspot/pull (runbook: source-failed).
export const hubspotPull: TimerFunctionOptions = pullTimer('hubspot', 'PULL_HUBSPOT_SCHEDULE');
