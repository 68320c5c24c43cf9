import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { sweepLanding } from '../../shared/pipeline/sweep-landing.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';
import { STAGE_OUTPUTS, sendNext } from '../stage-queues.ts';

// Fires: every five minutes.
// Reads landing and the ledger. Ingests files that no event announced; sends lost messages again.
// On failure: tried three times more, then at the next tick (runbook: stage-failed).
export const landingSweep: TimerFunctionOptions = {
  schedule: scheduleOf('INGEST_SWEEP_SCHEDULE', process.env),
  retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 10 } },
  extraOutputs: STAGE_OUTPUTS,
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const outcome = await sweepLanding(depsFor(invocationLog(context)));
    sendNext(context, outcome.next);
  },
};
