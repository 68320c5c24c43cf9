import type { QueueClient } from '@azure/storage-queue';
import { z } from 'zod';
import { abortableSleep } from './abortable-sleep.ts';
import { type BlobReceipts, bareEtag } from './blob-receipts.ts';
import { type BlobTrigger, blobIn } from './blob-trigger.ts';
import type { Invoke } from './function-runner.ts';
import type { HostJson } from './host-json.ts';
import { messageOf, type Say } from './host-log.ts';
import { sendCreating } from './outputs.ts';
import { type Listener, startQueueListener } from './queue-listener.ts';
import { encodeQueueText } from './queue-text.ts';
import { hasStatus, type StorageAccount } from './storage-clients.ts';

export type BlobEvent = { functionId: string; container: string; name: string; etag: string };

export type BlobListener = Listener & {
  /** An event of Event Grid: queued as it is, whatever the receipts and the path say. False: no such function. */
  accept(event: BlobEvent): Promise<boolean>;
};

export type BlobListenerOptions = {
  triggers: readonly { trigger: BlobTrigger; invoke: Invoke }[];
  /** The account of AzureWebJobsStorage: it holds the internal queue and the receipts. */
  hostAccount: StorageAccount;
  hostId: string;
  receipts: BlobReceipts;
  blobs: HostJson['extensions']['blobs'];
  leaseSeconds: number;
  maxPollMs: number;
  /** Pause between two scans of the containers; 0: never scan. */
  scanMs: number;
  onQueued?: (queue: QueueClient) => void;
  say: Say;
};

const POISON_QUEUE = 'webjobs-blobtrigger-poison';
const ENCODING = 'base64';

const Item = z.object({
  Type: z.literal('BlobTrigger'),
  FunctionId: z.string(),
  BlobType: z.string(),
  ContainerName: z.string(),
  BlobName: z.string(),
  ETag: z.string(),
});

/**
 * Blobs become items of one internal queue, and the queue runs the functions. Flex Consumption hears of blobs
 * through Event Grid only; the scan makes a dropped file work locally as well, for both sources.
 */
export function startBlobListener(options: BlobListenerOptions): BlobListener {
  const { hostAccount, receipts, say, triggers } = options;
  const queue = hostAccount.queue(`azure-webjobs-blobtrigger-${options.hostId}`);
  const byId = new Map(triggers.map((entry) => [entry.trigger.functionId, entry]));
  // How the real host splits its degree of parallelism (SharedBlobQueueListenerFactory).
  const batchSize = Math.min(32, Math.floor(options.blobs.maxDegreeOfParallelism / 2) + 1);
  const listener = startQueueListener({
    queue,
    poison: hostAccount.queue(POISON_QUEUE),
    batchSize,
    newBatchThreshold: options.blobs.maxDegreeOfParallelism - batchSize,
    maxDequeueCount: options.blobs.poisonBlobThreshold,
    visibilityTimeoutMs: 0,
    encoding: ENCODING,
    leaseSeconds: options.leaseSeconds,
    maxPollMs: options.maxPollMs,
    say,
    ...(options.onQueued === undefined ? {} : { onQueued: options.onQueued }),
    run: ({ text }) => execute(text),
  });
  const seen = new Set<string>();
  const stopping = new AbortController();
  const scanning = options.scanMs > 0 ? scanUntilStopped() : Promise.resolve();

  return {
    inFlight: () => listener.inFlight(),
    async accept(event) {
      const entry = byId.get(event.functionId);
      if (entry === undefined) return false;
      await enqueue(event);
      // So that the local scan does not bring the same blob a second time.
      await receipts.complete(event);
      return true;
    },
    async stop(graceMs) {
      stopping.abort();
      await scanning;
      return listener.stop(graceMs);
    },
  };

  async function scanUntilStopped(): Promise<void> {
    const complaints = new Set<string>();
    while (!stopping.signal.aborted) {
      for (const { trigger } of triggers) {
        try {
          await scan(trigger);
        } catch (error) {
          const complaint = `container ${trigger.path.container} cannot be scanned: ${messageOf(error)}`;
          if (!complaints.has(complaint)) say('warning', complaint);
          complaints.add(complaint);
        }
      }
      await abortableSleep(options.scanMs, stopping.signal);
    }
  }

  async function scan({ account, functionId, path }: BlobTrigger): Promise<void> {
    const container = account.blobs.getContainerClient(path.container);
    try {
      for await (const blob of container.listBlobsFlat({ prefix: path.prefix })) {
        if (stopping.signal.aborted) return;
        if (path.match(blob.name) === undefined) continue;
        const etag = bareEtag(blob.properties.etag);
        const event = { functionId, container: path.container, name: blob.name, etag };
        // The receipts decide; this memory only spares asking them again.
        const key = JSON.stringify(event);
        if (seen.has(key)) continue;
        const outcome = await receipts.once(event, () => enqueue(event));
        if (outcome !== 'held') seen.add(key);
      }
    } catch (error) {
      // No container yet: nobody dropped anything.
      if (!hasStatus(error, 404)) throw error;
    }
  }

  async function enqueue(event: BlobEvent): Promise<void> {
    const item: z.infer<typeof Item> = {
      Type: 'BlobTrigger',
      FunctionId: event.functionId,
      BlobType: 'BlockBlob',
      ContainerName: event.container,
      BlobName: event.name,
      ETag: event.etag,
    };
    await sendCreating(queue, encodeQueueText(JSON.stringify(item), ENCODING));
    listener.wake();
  }

  async function execute(text: string): Promise<boolean> {
    const item = Item.parse(JSON.parse(text));
    const entry = byId.get(item.FunctionId);
    if (entry === undefined) {
      say('warning', `blob ${item.BlobName} was queued for ${item.FunctionId}, which is gone: dropped`);
      return true;
    }
    const { trigger, invoke } = entry;
    const blob = blobIn(trigger.account.blobs, item.ContainerName, item.BlobName);
    let call: Awaited<ReturnType<BlobTrigger['callFor']>>;
    try {
      const properties = await blob.getProperties();
      const isOther = bareEtag(properties.etag ?? '') !== bareEtag(item.ETag);
      // Dropped: the scan brings the new version by itself. Event Grid's events are never compared.
      if (isOther && !trigger.isEventGrid) return true;
      call = await trigger.callFor(blob, properties);
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      say('information', `blob ${item.ContainerName}/${item.BlobName} is gone: dropped`);
      return true;
    }
    return (await invoke(call)).kind === 'succeeded';
  }
}
