import { type InvocationContext, output, type StorageQueueFunctionOptions } from '@azure/functions';
import { z } from 'zod';
import { theApp } from '../../shared/app.ts';
import { type DeliveryId, deliver } from '../../shared/pipeline/deliver.ts';
import { DeliverySubject, DestinationName, subjectId } from '../../shared/ports/deliveries.ts';
import type { RunLedger } from '../../shared/ports/run-ledger.ts';
import { DATA_CONNECTION, DELIVER_POISON_QUEUE, DELIVER_QUEUE } from '../../shared/topology.ts';
import { invocationLog } from '../invocation-log.ts';

export const DELIVER_OUTPUT = output.storageQueue({ queueName: DELIVER_QUEUE, connection: DATA_CONNECTION });

type DeliverMessage = z.infer<typeof DeliverMessage>;
const DeliverMessage = z.object({
  v: z.literal(1),
  destination: DestinationName,
  subject: DeliverySubject,
  traceparent: z.string().optional(),
});

/** The results of a run go on in its trace; what is told of a day or an incident, in that of whoever found it. */
export async function sendDeliveries(
  context: InvocationContext,
  deliveries: readonly DeliveryId[],
  { ledger }: { readonly ledger: RunLedger },
): Promise<void> {
  const messages: DeliverMessage[] = [];
  for (const { destination, subject } of deliveries) {
    const run = subject.kind === 'run' ? await ledger.find(subject.runId) : undefined;
    const traceparent = run?.value.traceparent ?? context.traceContext?.traceParent;
    messages.push({ v: 1, destination, subject, ...(traceparent && { traceparent }) });
  }
  if (messages.length > 0) context.extraOutputs.set(DELIVER_OUTPUT, messages);
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
    const message = DeliverMessage.parse(entry);
    const { depsFor } = await theApp();
    await deliver(message, depsFor(invocationLog(context, message)));
  },
};

// Fires: a delivery whose message failed five times, which means storage or our code: it stays due, and comes again.
export const poisonedDelivery: StorageQueueFunctionOptions = {
  queueName: DELIVER_POISON_QUEUE,
  connection: DATA_CONNECTION,
  handler: (entry: unknown, context: InvocationContext) => {
    const { data } = DeliverMessage.safeParse(entry);
    const of = data === undefined ? {} : { destination: data.destination, subject: subjectId(data.subject) };
    invocationLog(context, data).error('message.poisoned', { queue: DELIVER_POISON_QUEUE, ...of });
  },
};
