import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { watch } from '../../shared/alerting/watch.ts';
import { theApp } from '../../shared/app.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';
import { DELIVER_OUTPUT, sendDeliveries } from '../pipeline/deliver.ts';

// Fires: every minute.
// Reads the newest numbers, the ledger, breakers, sources and deliveries. Writes incidents, and what is to be told.
// On failure: the next minute, which finds whatever is still wrong.
export const watchTimer: TimerFunctionOptions = {
  schedule: scheduleOf('WATCH_SCHEDULE', process.env),
  extraOutputs: [DELIVER_OUTPUT],
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const deps = depsFor(invocationLog(context));
    await sendDeliveries(context, await watch(deps), deps);
  },
};
