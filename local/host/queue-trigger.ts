import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import { z } from 'zod';
import type { BindingData } from './binding-expressions.ts';
import type { RegisteredFunction } from './core-contract.ts';
import { type Binding, triggerOf } from './core-contract.ts';
import type { Invoke, TriggerCall } from './function-runner.ts';
import type { HostJson } from './host-json.ts';
import type { Say } from './host-log.ts';
import { withLiftedProperties } from './lifted-properties.ts';
import {
  poisonNameOf,
  type QueueListener,
  type QueueListenerOptions,
  startQueueListener,
} from './queue-listener.ts';
import type { Settings } from './settings.ts';
import type { StorageAccount } from './storage-clients.ts';

const QueueTrigger = z.object({ queueName: z.string().min(3), connection: z.string().optional() });

export type QueueTriggerDeps = {
  settings: Settings;
  openAccount: (connectionString: string) => StorageAccount;
  queues: HostJson['extensions']['queues'];
  leaseSeconds: number;
  maxPollMs: number;
  invoke: Invoke;
  onQueued: (queue: QueueClient) => void;
  say: Say;
};

/** Reads the binding now, so that a mistake shows before anything runs; the result starts the listener. */
export function prepareQueue(fn: RegisteredFunction, deps: QueueTriggerDeps): () => QueueListener {
  const { queueName, connection } = queueTriggerOf(triggerOf(fn));
  const account = deps.openAccount(deps.settings.connection(connection));
  // Queue names have no capitals; the real host lowers them.
  const name = deps.settings.resolve(queueName).toLowerCase();
  const poisonName = poisonNameOf(name);
  const options: QueueListenerOptions = {
    queue: account.queue(name),
    poison: poisonName === undefined ? undefined : account.queue(poisonName),
    batchSize: deps.queues.batchSize,
    newBatchThreshold: deps.queues.newBatchThreshold,
    maxDequeueCount: deps.queues.maxDequeueCount,
    visibilityTimeoutMs: deps.queues.visibilityTimeout,
    encoding: deps.queues.messageEncoding,
    leaseSeconds: deps.leaseSeconds,
    maxPollMs: deps.maxPollMs,
    say: deps.say,
    onQueued: deps.onQueued,
    run: async ({ text, message }) => {
      const reason = `new message on ${name}, try ${message.dequeueCount}`;
      return (await deps.invoke(queueCall(reason, text, metadataOf(message)))).kind === 'succeeded';
    },
  };
  return () => startQueueListener(options);
}

/** The call for a text that did not come from the queue, as an operator gives it by hand. */
export function manualQueueCall(text: string): TriggerCall {
  return queueCall('by hand', text, {});
}

function queueCall(reason: string, text: string, metadata: BindingData): TriggerCall {
  return {
    reason,
    data: { string: text },
    metadata: withLiftedProperties({ QueueTrigger: { string: text }, ...metadata }, text),
  };
}

function metadataOf(message: ReceivedMessageItem): BindingData {
  const date = (value: Date): { json: string } => ({ json: JSON.stringify(value) });
  return {
    DequeueCount: { json: String(message.dequeueCount) },
    Id: { string: message.messageId },
    PopReceipt: { string: message.popReceipt },
    InsertionTime: date(message.insertedOn),
    ExpirationTime: date(message.expiresOn),
    NextVisibleTime: date(message.nextVisibleOn),
  };
}

function queueTriggerOf(binding: Binding): z.infer<typeof QueueTrigger> {
  return QueueTrigger.parse(binding);
}
