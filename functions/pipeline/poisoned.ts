import type { InvocationContext, StorageQueueFunctionOptions } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { closePoisoned } from '../../shared/pipeline/close-poisoned.ts';
import { closePoisonedDrop } from '../../shared/pipeline/close-poisoned-drop.ts';
import { StageMessage } from '../../shared/pipeline/stage-message.ts';
import { BLOB_POISON_QUEUE, DATA_CONNECTION, type POISON_QUEUES } from '../../shared/topology.ts';
import { invocationLog } from '../invocation-log.ts';

// Fires: a message that failed 5 times, on the poison queue of its stage.
// Reads the ledger. Writes the message to quarantine/poison and ends its run as failed.
// On failure: tried 5 times, after each hidden until its lease ends; then it lies on the poison queue until it
// expires. The run stays as it is until the sweep sends the message of its stage again (runbook: stage-failed).
export function poisonedStage(queueName: (typeof POISON_QUEUES)[number]): StorageQueueFunctionOptions {
  return {
    queueName,
    connection: DATA_CONNECTION,
    handler: async (body: unknown, context: InvocationContext) => {
      const { depsFor } = await theApp();
      const messageId = context.invocationId;
      const { data } = StageMessage.safeParse(body);
      await closePoisoned({ queue: queueName, messageId, body }, depsFor(invocationLog(context, data)));
    },
  };
}

// Fires: a blob event whose ingest failed 5 times.
// Reads the event. Writes what became of the drop to the ledger, so that the operator sees it.
export const poisonedDrop: StorageQueueFunctionOptions = {
  queueName: BLOB_POISON_QUEUE,
  connection: DATA_CONNECTION,
  handler: async (body: unknown, context: InvocationContext) => {
    const { depsFor } = await theApp();
    const messageId = context.invocationId;
    await closePoisonedDrop({ messageId, body }, depsFor(invocationLog(context)));
  },
};
