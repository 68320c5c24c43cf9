import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from '@jest/globals';
import type { TriggerCall } from '../../../local/host/function-runner.ts';
import { parseSchedule } from '../../../local/host/ncrontab.ts';
import { delayBefore, runWithRetries } from '../../../local/host/retry-policy.ts';
import {
  startTimerListener,
  systemClock,
  type TimerClock,
  type TimerListenerOptions,
} from '../../../local/host/timer-listener.ts';
import { type TimerStatus, type TimerStatusStore, timerStatusIn } from '../../../local/host/timer-status.ts';
import { takeStorageAccount } from '../../support/emulator.ts';
import { until } from '../../support/until.ts';

const HOURLY = parseSchedule('0 0 * * * *');
const START = new Date('2026-11-20T10:15:00.000Z');
const OK = { kind: 'succeeded' } as const;
const FAILED = { kind: 'failed', error: new Error('told to fail') } as const;

/** A clock that jumps to the end of every sleep, for a number of sleeps; then it sleeps until it is stopped. */
function jumpingClock(jumps: number): TimerClock & { slept: number[] } {
  let now = START.getTime();
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    async sleep(ms, signal) {
      if (slept.length >= jumps) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        return false;
      }
      slept.push(ms);
      now += ms;
      return true;
    },
  };
}

function memoryStore(initial?: TimerStatus): TimerStatusStore & { written: TimerStatus[] } {
  const written: TimerStatus[] = [];
  return {
    written,
    read: async () => written.at(-1) ?? initial,
    write: async (status) => {
      written.push(status);
    },
  };
}

function started(options: Partial<TimerListenerOptions> = {}): {
  calls: TriggerCall[];
  complaints: string[];
  listener: ReturnType<typeof startTimerListener>;
} {
  const calls: TriggerCall[] = [];
  const complaints: string[] = [];
  const { invoke, ...others } = options;
  const listener = startTimerListener({
    schedule: HOURLY,
    monitor: undefined,
    runOnStartup: false,
    retry: undefined,
    clock: jumpingClock(0),
    say: (_level, message) => complaints.push(message),
    ...others,
    invoke: async (call) => {
      calls.push(call);
      return invoke === undefined ? OK : invoke(call);
    },
  });
  return { calls, complaints, listener };
}

function infoOf(call: TriggerCall | undefined): unknown {
  return JSON.parse(call?.data.json ?? 'null');
}

describe('a timer', () => {
  it('writes a status at its first start and runs at the next occurrence', async () => {
    const monitor = memoryStore();
    const { calls, listener } = started({ monitor, clock: jumpingClock(1) });

    await until(() => monitor.written.length === 2);

    expect(infoOf(calls[0])).toEqual({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: '0001-01-01T00:00:00',
        Next: '2026-11-20T11:00:00.000Z',
        LastUpdated: '2026-11-20T10:15:00.000Z',
      },
      IsPastDue: false,
    });
    expect(monitor.written[1]).toMatchObject({
      last: new Date('2026-11-20T11:00:00.000Z'),
      next: new Date('2026-11-20T12:00:00.000Z'),
    });
    expect(await listener.stop(0)).toBe(0);
  });

  it('is past due at once when an occurrence was missed', async () => {
    const last = new Date('2026-11-20T08:00:00.000Z');
    const next = new Date('2026-11-20T09:00:00.000Z');
    const { calls, listener } = started({ monitor: memoryStore({ last, next, lastUpdated: last }) });

    await until(() => calls.length === 1);

    expect(infoOf(calls[0])).toMatchObject({ IsPastDue: true });
    await listener.stop(0);
  });

  it('is not past due when it never ran, and follows a changed schedule', async () => {
    const next = new Date('2026-11-20T09:30:00.000Z');
    const monitor = memoryStore({ last: undefined, next, lastUpdated: START });
    const { calls, listener } = started({ monitor });

    await until(() => monitor.written.length === 1);

    expect(monitor.written[0]?.next).toEqual(new Date('2026-11-20T11:00:00.000Z'));
    expect(calls).toHaveLength(0);
    await listener.stop(0);
  });

  it('keeps no status for a schedule under a minute', async () => {
    const monitor = memoryStore();
    const schedule = parseSchedule('*/10 * * * * *');
    const { calls, listener } = started({ monitor, schedule, clock: jumpingClock(1) });

    await until(() => calls.length === 1);

    expect(infoOf(calls[0])).toMatchObject({ ScheduleStatus: null });
    expect(monitor.written).toHaveLength(0);
    await listener.stop(0);
  });

  it('never overlaps itself: what it missed while it ran is dropped', async () => {
    const clock = jumpingClock(5);
    let running = 0;
    let most = 0;
    const { calls, listener } = started({
      clock,
      invoke: async () => {
        running += 1;
        most = Math.max(most, running);
        // Two hours and a half pass inside one run.
        for (let count = 0; count < 2; count += 1)
          await clock.sleep(75 * 60_000, new AbortController().signal);
        running -= 1;
        return OK;
      },
    });

    await until(() => clock.slept.length === 5);
    await listener.stop(0);

    expect(most).toBe(1);
    expect(calls.length).toBeLessThan(3);
  });

  it('goes on after errors, its own and those of the storage', async () => {
    const broken: TimerStatusStore = {
      read: async () => Promise.reject(new Error('no storage')),
      write: async () => Promise.reject(new Error('no storage')),
    };
    const { calls, complaints, listener } = started({
      monitor: broken,
      clock: jumpingClock(2),
      invoke: async () => FAILED,
    });

    await until(() => calls.length === 2);
    await listener.stop(0);

    expect(complaints[0]).toBe('the status of the timer cannot be read: no storage');
    expect(complaints[1]).toBe('the status of the timer cannot be kept: no storage');
  });

  it('runs on startup, with retries as it asks', async () => {
    const retry = {
      maxRetryCount: 2,
      retryStrategy: 'fixedDelay',
      delayInterval: { seconds: 4 },
      minimumInterval: undefined,
      maximumInterval: undefined,
    } as const;
    const clock = jumpingClock(2);
    const { calls, listener } = started({ runOnStartup: true, retry, clock, invoke: async () => FAILED });

    await until(() => calls.length === 3);
    await listener.stop(0);

    expect(clock.slept).toEqual([4000, 4000]);
    expect(calls.map((call) => call.retryContext?.retryCount)).toEqual([undefined, 1, 2]);
    expect(calls[2]?.retryContext?.exception?.message).toBe('told to fail');
  });

  it('tells at the stop that a run is not finished', async () => {
    const { calls, listener } = started({ runOnStartup: true, invoke: () => new Promise(() => {}) });
    await until(() => calls.length === 1);

    expect(listener.inFlight()).toBe(1);
    expect(await listener.stop(10)).toBe(1);
  });

  it('waits for real time by default', async () => {
    const { calls, listener } = started({
      schedule: parseSchedule('* * * * * *'),
      clock: systemClock,
    });

    await until(() => calls.length === 1);
    await listener.stop(0);

    expect(calls).toHaveLength(1);
  });
});

describe('retries', () => {
  it('double from the shortest to the longest pause', () => {
    const options = {
      maxRetryCount: -1,
      retryStrategy: 'exponentialBackoff',
      delayInterval: undefined,
      minimumInterval: { seconds: 2 },
      maximumInterval: { seconds: 10 },
    } as const;

    expect([1, 2, 3, 4].map((tries) => delayBefore(tries, options))).toEqual([2000, 4000, 8000, 10_000]);
  });

  it('end with a success, or when the host stops', async () => {
    const options = {
      maxRetryCount: -1,
      retryStrategy: 'fixedDelay',
      delayInterval: undefined,
      minimumInterval: undefined,
      maximumInterval: undefined,
    } as const;
    let runs = 0;
    const run = async (): Promise<typeof OK | typeof FAILED> => {
      runs += 1;
      return runs < 4 ? FAILED : OK;
    };

    expect(await runWithRetries(options, run, async () => true)).toBe(OK);
    expect(runs).toBe(4);
    runs = 0;
    expect(await runWithRetries(options, run, async () => false)).toBe(FAILED);
  });
});

describe('the status of a timer', () => {
  it('is kept in the storage account', async () => {
    const account = BlobServiceClient.fromConnectionString(await takeStorageAccount());
    const store = timerStatusIn(account, 'host', 'nightly');
    const status = { last: undefined, next: new Date(START), lastUpdated: new Date(START) };

    expect(await store.read()).toBeUndefined();
    await store.write(status);
    expect(await store.read()).toEqual(status);
    await store.write({ ...status, last: START });
    expect(await store.read()).toEqual({ ...status, last: START });
  });
});
