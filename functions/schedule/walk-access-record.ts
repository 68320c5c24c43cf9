import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { walkAccessRecord } from '../../shared/access/walk-access-record.ts';
import { theApp } from '../../shared/app.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';

// Fires: every night at 02:30 UTC.
// Reads the access record in container audit. Writes what it found to runs/access, where the watch looks for breaks.
// On failure: tried three times more; the next night does what was not done.
export const accessWalk: TimerFunctionOptions = {
  schedule: scheduleOf('ACCESS_WALK_SCHEDULE', process.env),
  retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 10 } },
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    await walkAccessRecord(depsFor(invocationLog(context)));
  },
};
