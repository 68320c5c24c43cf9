import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { keepReportOfMonth } from '../../shared/compliance/report-of-month.ts';
import { lookAtDuties } from '../../shared/duties/look-at-duties.ts';
import { planDutyDeliveries } from '../../shared/pipeline/deliver.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';
import { healthNow } from '../ops/health.ts';
import { DELIVER_OUTPUT, sendDeliveries } from '../pipeline/deliver.ts';

// Fires: daily at 07:30 UTC, after the pulls and the daily summary.
// Reads health, the ledger, the newest numbers, and what keeps the raw files. Writes what it found and the log of the day
// to runs/logs/<day>, and that it is to be told; of the month that is over the compliance report, once, to audit.
// On failure: tried three times more; what was found by then stands.
export const morningDigestTimer: TimerFunctionOptions = {
  schedule: scheduleOf('MORNING_DIGEST_SCHEDULE', process.env),
  retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 10 } },
  extraOutputs: [DELIVER_OUTPUT],
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const deps = depsFor(invocationLog(context));
    const { day } = await lookAtDuties(async () => (await healthNow(context)).health, deps);
    const deliveries = await planDutyDeliveries(day, deps);
    deps.log.info('digest.planned', { day, deliveries: deliveries.length });
    await sendDeliveries(context, deliveries, deps);
    await keepReportOfMonth(deps);
  },
};
