import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import { messageOf, type Say } from './host-log.ts';
import { hasStatus } from './storage-clients.ts';

/** Our hold on one received message: kept up while its function runs, ended once. */
export type MessageLease = {
  /** The work is done: the message goes away. */
  complete(): Promise<void>;
  /** Others may have the message after `delayMs`. */
  giveBack(delayMs: number): Promise<void>;
  isGivenBack(): boolean;
  /** Lets the hold run out by itself. */
  stopRenewing(): void;
};

export function takeLease(
  queue: QueueClient,
  message: ReceivedMessageItem,
  leaseSeconds: number,
  say: Say,
): MessageLease {
  let { popReceipt } = message;
  let isEnded = false;
  let last: Promise<void> = Promise.resolve();
  // Each renewal changes the receipt, so calls about one message go one after another.
  const inTurn = (action: () => Promise<void>): Promise<void> => {
    last = last.then(action);
    return last;
  };
  const hide = async (seconds: number): Promise<void> => {
    const updated = await queue.updateMessage(message.messageId, popReceipt, undefined, seconds);
    popReceipt = updated.popReceipt ?? popReceipt;
  };
  const renewal = setInterval(() => {
    void inTurn(async () => {
      if (isEnded) return;
      try {
        await hide(leaseSeconds);
      } catch (error) {
        say('warning', `the lease of message ${message.messageId} was not renewed: ${messageOf(error)}`);
      }
    });
  }, leaseSeconds * 500);
  const end = (action: () => Promise<unknown>): Promise<void> => {
    clearInterval(renewal);
    return inTurn(async () => {
      if (isEnded) return;
      isEnded = true;
      try {
        await action();
      } catch (error) {
        // 404 or another receipt: the lease was lost and somebody else has the message by now.
        if (!hasStatus(error, 400, 404)) throw error;
        say('warning', `message ${message.messageId} of ${queue.name} was taken by somebody else meanwhile`);
      }
    });
  };
  return {
    complete: () => end(() => queue.deleteMessage(message.messageId, popReceipt)),
    giveBack: (delayMs) => end(() => hide(Math.ceil(delayMs / 1000))),
    isGivenBack: () => isEnded,
    stopRenewing: () => clearInterval(renewal),
  };
}
