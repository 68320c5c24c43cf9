import { BlobClient } from '@azure/storage-blob';
import { z } from 'zod';
import type { BlobListener } from './blob-listener.ts';

// The webhook of the blob extension, for subscriptions with the Event Grid schema.

export const BLOB_WEBHOOK_PATH = '/runtime/webhooks/blobs';

export type WebhookAnswer = { status: number; json?: unknown };

const Event = z.looseObject({
  eventType: z.string(),
  data: z.looseObject({
    url: z.string().optional(),
    eTag: z.string().optional(),
    validationCode: z.string().optional(),
  }),
});
const Events = z.union([z.array(Event), Event.transform((event) => [event])]);

export async function answerEventGrid(
  functionId: string | null,
  body: string,
  blobs: Pick<BlobListener, 'accept'>,
): Promise<WebhookAnswer> {
  if (functionId === null) return { status: 400, json: 'functionName is missing' };
  const events = parsedEvents(body);
  if (events === undefined) return { status: 400, json: 'the body is not a list of Event Grid events' };
  for (const { eventType, data } of events) {
    if (eventType === 'Microsoft.EventGrid.SubscriptionValidationEvent') {
      return { status: 200, json: { validationResponse: data.validationCode } };
    }
    // Deletions and the like are of no interest to the trigger.
    if (eventType !== 'Microsoft.Storage.BlobCreated' || data.url === undefined) continue;
    const blob = new BlobClient(data.url);
    const event = { functionId, container: blob.containerName, name: blob.name, etag: data.eTag ?? '' };
    if (!(await blobs.accept(event))) return { status: 404, json: `no blob function ${functionId}` };
  }
  return { status: 202 };
}

function parsedEvents(body: string): z.infer<typeof Events> | undefined {
  try {
    return Events.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
