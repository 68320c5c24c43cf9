import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { scheduleOf } from '../../shared/schedules.ts';
import { duePulls } from '../../shared/sources/pull-dataset.ts';
import { invocationLog } from '../invocation-log.ts';
import { PULL_OUTPUT, sendPulls } from './pull-source.ts';

// Fires: every minute.
// Reads how the sources stand. Asks again for what a source could not answer before.
// On failure: the next minute.
export const pullRetries: TimerFunctionOptions = {
  schedule: scheduleOf('PULL_RETRY_SCHEDULE', process.env),
  extraOutputs: [PULL_OUTPUT],
  handler: async (_timer: Timer, context: InvocationContext) => {
    const { depsFor } = await theApp();
    sendPulls(context, await duePulls(depsFor(invocationLog(context))));
  },
};
