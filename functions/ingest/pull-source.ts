import {
  type InvocationContext,
  output,
  type StorageQueueFunctionOptions,
  type Timer,
  type TimerFunctionOptions,
} from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { traceparentOf } from '../../shared/domain/trace.ts';
import type { SourceName } from '../../shared/ports/source-client.ts';
import { type ScheduleSetting, scheduleOf } from '../../shared/schedules.ts';
import { pullDataset } from '../../shared/sources/pull-dataset.ts';
import { PullMessage, pullMessages, windowOf } from '../../shared/sources/pull-message.ts';
import { DATA_CONNECTION, PULL_POISON_QUEUE, PULL_QUEUE } from '../../shared/topology.ts';
import { invocationLog } from '../invocation-log.ts';

export const PULL_OUTPUT = output.storageQueue({ queueName: PULL_QUEUE, connection: DATA_CONNECTION });

/** One trace for each: from its message to the delivery of what its file became. */
export function sendPulls(context: InvocationContext, pulls: readonly PullMessage[]): void {
  if (pulls.length === 0) return;
  const traced = pulls.map((pull) => ({
    ...pull,
    traceparent: traceparentOf(`${context.invocationId} ${pull.dataset}`),
  }));
  context.extraOutputs.set(PULL_OUTPUT, traced);
}

/** A timer that asks for everything that a source has. The pulls themselves are worked from the queue. */
export function pullTimer(source: SourceName, setting: ScheduleSetting): TimerFunctionOptions {
  return {
    schedule: scheduleOf(setting, process.env),
    retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 10 } },
    extraOutputs: [PULL_OUTPUT],
    handler: async (_timer: Timer, context: InvocationContext) => {
      const { depsFor } = await theApp();
      const { sourceClient } = depsFor(invocationLog(context));
      sendPulls(context, pullMessages(sourceClient(source), `schedule of ${source}`));
    },
  };
}

// Fires: a message on the queue `pull`.
// Reads a source over the net, and its state. Writes a file to landing, from where it goes the way of every other.
// On failure: what somebody has to mend (credentials, a changed answer) is kept and not tried again; what may pass by
// itself is asked again after two minutes, then less and less often (runbook: source-failed).
export const pullStage: StorageQueueFunctionOptions = {
  queueName: PULL_QUEUE,
  connection: DATA_CONNECTION,
  handler: async (entry: unknown, context: InvocationContext) => {
    const message = PullMessage.parse(entry);
    const { depsFor } = await theApp();
    await pullDataset({ ...message, window: windowOf(message) }, depsFor(invocationLog(context, message)));
  },
};

// Fires: a pull that failed five times, which means storage or our code. The next schedule asks again.
export const poisonedPull: StorageQueueFunctionOptions = {
  queueName: PULL_POISON_QUEUE,
  connection: DATA_CONNECTION,
  handler: (entry: unknown, context: InvocationContext) => {
    const parsed = PullMessage.safeParse(entry);
    const of = parsed.success ? { source: parsed.data.source, dataset: parsed.data.dataset } : {};
    invocationLog(context, parsed.data).error('message.poisoned', { queue: PULL_POISON_QUEUE, ...of });
  },
};
