import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { localDateOf } from '../../shared/domain/local-date.ts';
import { planDayDeliveries } from '../../shared/pipeline/deliver.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';
import { DELIVER_OUTPUT, sendDeliveries } from '../pipeline/deliver.ts';

// Fires: daily at 06:30 UTC, after the pulls.
// Writes that the day is to be told to each destination that tells how things stand, once a day.
// On failure: tried three times more.
export const dailySummaryTimer: TimerFunctionOptions = {
  schedule: scheduleOf('DAILY_SUMMARY_SCHEDULE', process.env),
  retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 10 } },
  extraOutputs: [DELIVER_OUTPUT],
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const deps = depsFor(invocationLog(context));
    const day = localDateOf(deps.clock.now());
    const deliveries = await planDayDeliveries(day, deps);
    deps.log.info('summary.planned', { day, deliveries: deliveries.length });
    await sendDeliveries(context, deliveries, deps);
  },
};
