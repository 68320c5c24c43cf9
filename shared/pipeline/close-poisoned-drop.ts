import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';

// A blob event whose ingest failed five times. There may be no run to end: the drop is marked as failed, and the
// next landing of the file, or an operator's trigger, tries again.

/** What the Functions runtime puts on its poison queue for blobs. */
const BlobEvent = z.object({ ContainerName: z.string(), BlobName: z.string(), ETag: z.string().optional() });

export async function closePoisonedDrop(
  input: { messageId: string; body: unknown },
  deps: { lake: Lake; ledger: RunLedger; clock: Clock; log: Log },
): Promise<'closed' | 'unreadable'> {
  const kept = `poison/blob-events/${input.messageId}.json`;
  await deps.lake.write('quarantine', kept, JSON.stringify(input.body ?? null), {
    contentType: 'application/json',
  });
  const event = BlobEvent.safeParse(input.body);
  if (!event.success) {
    deps.log.error('message.malformed', { queue: 'blob events', kept });
    return 'unreadable';
  }
  deps.log.error('message.poisoned', { queue: 'blob events', kept });
  const file = await deps.lake.stat('landing', event.data.BlobName);
  const known = await deps.ledger.findDrop(event.data.BlobName);
  // Another delivery of the same landing did better.
  if (known !== undefined && known.etag === (file?.etag ?? known.etag)) return 'closed';
  await deps.ledger.recordDrop({
    path: event.data.BlobName,
    etag: file?.etag ?? '',
    outcome: 'failed',
    detail: `Ingest of ${JSON.stringify(event.data.BlobName)} failed five times. The file was not judged to be wrong. Mend the cause and trigger it again.`,
    at: deps.clock.now().toISOString(),
  });
  return 'closed';
}
