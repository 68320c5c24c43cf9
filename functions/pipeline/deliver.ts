import { type InvocationContext, output, type StorageQueueFunctionOptions } from '@azure/functions';
import { z } from 'zod';
import { theApp } from '../../shared/app.ts';
import { type DeliveryId, deliver } from '../../shared/pipeline/deliver.ts';
import { DeliverySubject, DestinationName, subjectId } from '../../shared/ports/deliveries.ts';
import { DATA_CONNECTION, DELIVER_POISON_QUEUE, DELIVER_QUEUE } from '../../shared/topology.ts';
import { invocationLog } from '../invocation-log.ts';

export const DELIVER_OUTPUT = output.storageQueue({ queueName: DELIVER_QUEUE, connection: DATA_CONNECTION });

const DeliverMessage = z.object({ v: z.literal(1), destination: DestinationName, subject: DeliverySubject });

export function sendDeliveries(context: InvocationContext, deliveries: readonly DeliveryId[]): void {
  if (deliveries.length > 0)
    context.extraOutputs.set(
      DELIVER_OUTPUT,
      deliveries.map((id) => ({ v: 1, ...id })),
    );
}

// Fires: a message on the queue `deliver`.
// Reads the documents of a run, or the newest numbers. Writes what was sent to reports/deliveries and how it stands to
// the table of deliveries.
// On failure: what a destination does not take now stays due and is tried again, at the latest every 15 minutes, for as
// long as it takes; what it refuses is not sent again (runbook: delivery-failed).
export const deliverStage: StorageQueueFunctionOptions = {
  queueName: DELIVER_QUEUE,
  connection: DATA_CONNECTION,
  handler: async (entry: unknown, context: InvocationContext) => {
    const id = DeliverMessage.parse(entry);
    const { depsFor } = await theApp();
    await deliver(id, depsFor(invocationLog(context)));
  },
};

// Fires: a delivery whose message failed five times, which means storage or our code: it stays due, and comes again.
export const poisonedDelivery: StorageQueueFunctionOptions = {
  queueName: DELIVER_POISON_QUEUE,
  connection: DATA_CONNECTION,
  handler: (entry: unknown, context: InvocationContext) => {
    const { data } = DeliverMessage.safeParse(entry);
    const of = data === undefined ? {} : { destination: data.destination, subject: subjectId(data.subject) };
    invocationLog(context).error('message.poisoned', { queue: DELIVER_POISON_QUEUE, ...of });
  },
};
