import { type InvocationContext, output, type StorageQueueOutput } from '@azure/functions';
import type { StageMessage } from '../shared/pipeline/stage-message.ts';
import type { QueuedStage } from '../shared/pipeline/stages.ts';
import { DATA_CONNECTION } from '../shared/topology.ts';

// Messages leave through output bindings, so that the host encodes them; it sends them after the function
// returned and before it deletes the message that was worked.

const QUEUE_OUTPUTS: Readonly<Record<QueuedStage, StorageQueueOutput>> = {
  validate: output.storageQueue({ queueName: 'validate', connection: DATA_CONNECTION }),
  compute: output.storageQueue({ queueName: 'compute', connection: DATA_CONNECTION }),
  publish: output.storageQueue({ queueName: 'publish', connection: DATA_CONNECTION }),
};

/** What a function that hands runs on declares. */
export const STAGE_OUTPUTS = Object.values(QUEUE_OUTPUTS);

export function sendNext(context: InvocationContext, messages: readonly StageMessage[]): void {
  for (const [stage, queue] of Object.entries(QUEUE_OUTPUTS)) {
    const own = messages.filter((message) => message.stage === stage);
    if (own.length > 0) context.extraOutputs.set(queue, own);
  }
}
