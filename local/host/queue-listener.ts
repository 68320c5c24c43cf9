import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import { messageOf, type Say } from './host-log.ts';
import { type MessageLease, takeLease } from './message-lease.ts';
import { sendCreating } from './outputs.ts';
import { PollDelay } from './poll-delay.ts';
import { decodeQueueText, type QueueEncoding } from './queue-text.ts';
import { settledWithin } from './settled-within.ts';
import { hasStatus } from './storage-clients.ts';

/** Something that takes work until it is stopped. */
export type Listener = {
  inFlight(): number;
  /** Takes no more work, waits up to `graceMs`, hands back what is not finished; returns how much that was. */
  stop(graceMs: number): Promise<number>;
};

export type QueueListener = Listener & {
  queueUrl: string;
  /** There may be a message: do not wait for the next poll. */
  wake(): void;
};

export type QueueWork = {
  text: string;
  message: ReceivedMessageItem;
};

export type QueueListenerOptions = {
  queue: QueueClient;
  /** Undefined for queues that are poison queues themselves. */
  poison: QueueClient | undefined;
  batchSize: number;
  newBatchThreshold: number;
  maxDequeueCount: number;
  visibilityTimeoutMs: number;
  encoding: QueueEncoding;
  leaseSeconds: number;
  maxPollMs: number;
  /** Runs the function; false when it failed. */
  run(work: QueueWork): Promise<boolean>;
  /** Told about a message on the poison queue, so that a function that listens there need not poll for it. */
  onQueued?: (queue: QueueClient) => void;
  say: Say;
};

/** Longest name of a queue (63) and the suffix of its poison queue. */
const POISON = '-poison';
const LONGEST_NAME = 63;

export function poisonNameOf(queueName: string): string | undefined {
  const name = `${queueName}${POISON}`;
  return queueName.endsWith(POISON) || name.length > LONGEST_NAME ? undefined : name;
}

export function startQueueListener(options: QueueListenerOptions): QueueListener {
  const { queue, say } = options;
  const delay = new PollDelay(options.maxPollMs);
  const running = new Map<string, { lease: MessageLease; done: Promise<void> }>();
  let isStopping = false;
  const loop = poll();

  return {
    queueUrl: queue.url,
    inFlight: () => running.size,
    wake: () => delay.wake(),
    async stop(graceMs) {
      isStopping = true;
      delay.wake();
      await loop;
      await settledWithin(allDone(), graceMs);
      const unfinished = [...running.values()];
      await Promise.all(unfinished.map(({ lease }) => lease.giveBack(0)));
      return unfinished.length;
    },
  };

  async function poll(): Promise<void> {
    let hasComplained = false;
    while (!isStopping) {
      let received: ReceivedMessageItem[] = [];
      try {
        received = await receive();
        hasComplained = false;
      } catch (error) {
        if (!hasComplained) say('warning', `queue ${queue.name} cannot be read: ${messageOf(error)}`);
        hasComplained = true;
      }
      if (received.length === 0) {
        await delay.wait();
        continue;
      }
      delay.reset();
      for (const message of received) begin(message);
      while (running.size > options.newBatchThreshold && !isStopping) await anyDone();
    }
  }

  async function receive(): Promise<ReceivedMessageItem[]> {
    try {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: options.batchSize,
        visibilityTimeout: options.leaseSeconds,
      });
      return receivedMessageItems;
    } catch (error) {
      // A trigger does not create its queue: it waits until somebody does.
      if (hasStatus(error, 404)) return [];
      throw error;
    }
  }

  function begin(message: ReceivedMessageItem): void {
    const lease = takeLease(queue, message, options.leaseSeconds, say);
    if (isStopping) {
      // Received while the host was told to stop: it was never begun.
      const done = lease.giveBack(0).then(() => {
        running.delete(message.messageId);
      });
      running.set(message.messageId, { lease, done });
      return;
    }
    const done = handle(message, lease)
      .catch((error: unknown) => say('error', `message ${message.messageId}: ${messageOf(error)}`))
      .finally(() => {
        lease.stopRenewing();
        running.delete(message.messageId);
      });
    running.set(message.messageId, { lease, done });
  }

  async function handle(message: ReceivedMessageItem, lease: MessageLease): Promise<void> {
    if (message.dequeueCount > options.maxDequeueCount) return moveToPoison(message, lease);
    const text = decodeQueueText(message.messageText, options.encoding);
    if (text === undefined) {
      say(
        'error',
        `message ${message.messageId} of ${queue.name} is not base64 (extensions.queues.messageEncoding)`,
      );
      return moveToPoison(message, lease);
    }
    if (await succeeds({ text, message })) return lease.complete();
    // Without a poison queue a failed message stays hidden until its lease ends, so that it cannot spin.
    if (options.poison === undefined) return;
    if (message.dequeueCount >= options.maxDequeueCount) return moveToPoison(message, lease);
    await lease.giveBack(options.visibilityTimeoutMs);
    if (options.visibilityTimeoutMs === 0) delay.wake();
  }

  async function succeeds(work: QueueWork): Promise<boolean> {
    try {
      return await options.run(work);
    } catch (error) {
      say('error', `message ${work.message.messageId} of ${queue.name}: ${messageOf(error)}`);
      return false;
    }
  }

  async function moveToPoison(message: ReceivedMessageItem, lease: MessageLease): Promise<void> {
    if (options.poison === undefined || lease.isGivenBack()) return;
    say(
      'warning',
      `message ${message.messageId} moves to ${options.poison.name} after ${message.dequeueCount} tries`,
    );
    await sendCreating(options.poison, message.messageText);
    options.onQueued?.(options.poison);
    await lease.complete();
  }

  async function anyDone(): Promise<void> {
    await Promise.race([...[...running.values()].map(({ done }) => done), delay.woken()]);
  }

  async function allDone(): Promise<void> {
    await Promise.all([...running.values()].map(({ done }) => done));
  }
}
