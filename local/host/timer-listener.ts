import { abortableSleep } from './abortable-sleep.ts';
import type { RetryOptions } from './core-contract.ts';
import type { Invoke, TriggerCall } from './function-runner.ts';
import { messageOf, type Say } from './host-log.ts';
import type { Schedule } from './ncrontab.ts';
import type { Listener } from './queue-listener.ts';
import { runWithRetries } from './retry-policy.ts';
import { settledWithin } from './settled-within.ts';
import { storedStatus, type TimerStatus, type TimerStatusStore } from './timer-status.ts';

export type TimerClock = {
  now(): Date;
  /** Sleeps; false when it was ended by the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<boolean>;
};

export type TimerListenerOptions = {
  schedule: Schedule;
  /** Undefined for `useMonitor: false`; not used for schedules under one minute. */
  monitor: TimerStatusStore | undefined;
  runOnStartup: boolean;
  retry: RetryOptions | undefined;
  invoke: Invoke;
  clock?: TimerClock;
  say: Say;
};

/** Node's timers cannot wait longer than 24 days; hours also follow a clock that is set anew. */
const LONGEST_SLEEP_MS = 3_600_000;

export function startTimerListener(options: TimerListenerOptions): Listener {
  const { schedule, retry, invoke, say, clock = systemClock } = options;
  const monitor = schedule.isMonitored(clock.now()) ? options.monitor : undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  let status: TimerStatus | undefined;
  let inFlight = 0;
  const loop = runUntilStopped();

  return {
    inFlight: () => inFlight,
    async stop(graceMs) {
      stopping.abort();
      // Nothing to give back: what did not finish is past due at the next start.
      return (await settledWithin(loop, graceMs)) ? 0 : inFlight;
    },
  };

  async function runUntilStopped(): Promise<void> {
    const isPastDue = await checkPastDue();
    if (isPastDue || options.runOnStartup) await fire(isPastDue);
    while (!signal.aborted) {
      // Planned only now, so runs never overlap and what was missed meanwhile is dropped.
      const next = schedule.next(clock.now());
      if (!(await sleepUntil(next))) return;
      await fire(false);
    }
  }

  async function sleepUntil(next: Date): Promise<boolean> {
    for (;;) {
      const ms = next.getTime() - clock.now().getTime();
      if (ms <= 0) return !signal.aborted;
      if (!(await clock.sleep(Math.min(ms, LONGEST_SLEEP_MS), signal))) return false;
    }
  }

  async function checkPastDue(): Promise<boolean> {
    if (monitor === undefined) return false;
    const now = clock.now();
    try {
      status = await monitor.read();
      if (status === undefined) {
        await keep({ last: undefined, next: schedule.next(now), lastUpdated: now });
        return false;
      }
      // A timer that never ran is planned from now; a changed schedule is planned anew from the last run.
      const expected = schedule.next(status.last ?? now);
      if (status.next.getTime() !== expected.getTime()) {
        await keep({ last: status.last, next: expected, lastUpdated: status.last ?? now });
      }
      return now.getTime() > expected.getTime();
    } catch (error) {
      say('error', `the status of the timer cannot be read: ${messageOf(error)}`);
      return false;
    }
  }

  async function fire(isPastDue: boolean): Promise<void> {
    const startedAt = clock.now();
    const reason = isPastDue ? 'timer, past due' : 'timer';
    inFlight += 1;
    try {
      await runWithRetries(
        retry,
        (retryContext) =>
          invoke({ ...timerCall(reason, isPastDue, status), ...(retryContext ? { retryContext } : {}) }),
        (ms) => clock.sleep(ms, signal),
      );
      await keep({ last: startedAt, next: schedule.next(startedAt), lastUpdated: clock.now() });
    } catch (error) {
      // Errors never stop the schedule.
      say('error', `the status of the timer cannot be kept: ${messageOf(error)}`);
    } finally {
      inFlight -= 1;
    }
  }

  async function keep(next: TimerStatus): Promise<void> {
    if (monitor === undefined) return;
    status = next;
    await monitor.write(next);
  }
}

/** What a timer function is called with; without a status its `scheduleStatus` is null. */
export function timerCall(reason: string, isPastDue: boolean, status: TimerStatus | undefined): TriggerCall {
  const info = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status === undefined ? null : storedStatus(status),
    IsPastDue: isPastDue,
  };
  return { reason, data: { json: JSON.stringify(info) }, metadata: {} };
}

export const systemClock: TimerClock = {
  now: () => new Date(),
  sleep: abortableSleep,
};
