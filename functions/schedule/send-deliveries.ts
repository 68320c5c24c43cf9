import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { dueDeliveries } from '../../shared/pipeline/deliver.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';
import { DELIVER_OUTPUT, sendDeliveries } from '../pipeline/deliver.ts';

// Fires: every minute.
// Reads the table of deliveries. Sends a message for each that is due: those of runs that have just ended, and those
// that a destination could not take before.
// On failure: the next minute.
export const dueDeliveriesTimer: TimerFunctionOptions = {
  schedule: scheduleOf('DELIVERY_SCHEDULE', process.env),
  extraOutputs: [DELIVER_OUTPUT],
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const deps = depsFor(invocationLog(context));
    await sendDeliveries(context, await dueDeliveries(deps), deps);
  },
};
