import type { BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';
import { type RegisteredFunction, triggerOf } from './core-contract.ts';
import type { Invoke } from './function-runner.ts';
import type { Say } from './host-log.ts';
import { parseSchedule } from './ncrontab.ts';
import type { Listener } from './queue-listener.ts';
import type { Settings } from './settings.ts';
import { startTimerListener } from './timer-listener.ts';
import { timerStatusIn } from './timer-status.ts';

const TimerTrigger = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

export type TimerTriggerDeps = {
  settings: Settings;
  account: BlobServiceClient;
  hostId: string;
  invoke: Invoke;
  say: Say;
};

/** Reads the binding now, so that a mistake shows before anything runs; the result starts the timer. */
export function prepareTimer(fn: RegisteredFunction, deps: TimerTriggerDeps): () => Listener {
  const { schedule, runOnStartup, useMonitor } = TimerTrigger.parse(triggerOf(fn));
  const options = {
    schedule: parseSchedule(deps.settings.resolve(schedule)),
    monitor: useMonitor ? timerStatusIn(deps.account, deps.hostId, fn.name) : undefined,
    runOnStartup,
    retry: fn.retryOptions,
    invoke: deps.invoke,
    say: deps.say,
  };
  return () => startTimerListener(options);
}
