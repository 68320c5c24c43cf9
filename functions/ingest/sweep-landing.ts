import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { sweepLanding } from '../../shared/pipeline/sweep-landing.ts';
import { invocationLog } from '../invocation-log.ts';
import { STAGE_OUTPUTS, sendNext } from '../stage-queues.ts';

export const SWEEP_SCHEDULE = '0 */5 * * * *';

// Fires: every five minutes.
// Reads landing and the ledger. Ingests files that no event announced; sends lost messages again.
// On failure: the next tick tries again (runbook: stage-failed).
export const landingSweep: TimerFunctionOptions = {
  schedule: process.env['INGEST_SWEEP_SCHEDULE'] || SWEEP_SCHEDULE,
  extraOutputs: STAGE_OUTPUTS,
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const outcome = await sweepLanding(depsFor(invocationLog(context)));
    sendNext(context, outcome.next);
  },
};
