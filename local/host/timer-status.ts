import type { BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';
import { hasStatus } from './storage-clients.ts';

/** When a timer ran and is to run; undefined `last`: never yet. */
export type TimerStatus = { last: Date | undefined; next: Date; lastUpdated: Date };

export type TimerStatusStore = {
  read(): Promise<TimerStatus | undefined>;
  write(status: TimerStatus): Promise<void>;
};

/** How .NET writes a time that was never set. */
export const YEAR_ONE = '0001-01-01T00:00:00';

const Stored = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });

/** The wire and storage form, as the real host has it. */
export function storedStatus(status: TimerStatus): z.infer<typeof Stored> {
  return {
    Last: status.last?.toISOString() ?? YEAR_ONE,
    Next: status.next.toISOString(),
    LastUpdated: status.lastUpdated.toISOString(),
  };
}

/** Keeps the status of one timer in the storage account, where the real host keeps it. */
export function timerStatusIn(
  account: BlobServiceClient,
  hostId: string,
  functionName: string,
): TimerStatusStore {
  const container = account.getContainerClient('azure-webjobs-hosts');
  const blob = container.getBlockBlobClient(`timers/${hostId}/Host.Functions.${functionName}/status`);
  return {
    async read() {
      try {
        const stored = Stored.parse(JSON.parse((await blob.downloadToBuffer()).toString('utf8')));
        return {
          last: stored.Last.startsWith('0001-') ? undefined : new Date(stored.Last),
          next: new Date(stored.Next),
          lastUpdated: new Date(stored.LastUpdated),
        };
      } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
    },
    async write(status) {
      const text = JSON.stringify(storedStatus(status));
      await container.createIfNotExists();
      await blob.upload(text, Buffer.byteLength(text));
    },
  };
}
