import type { TableClient } from '@azure/data-tables';
import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueServiceClient } from '@azure/storage-queue';
import type { AccessProbe, Answered } from '../../ports/access-probe.ts';
import { ALL_QUEUES, TABLES, ZONES } from '../../topology.ts';

// Whether storage would let us: it looks at rights before it looks whether a thing is there, so what is asked of things
// that are not there changes nothing and tells all.

/** No blob, message or row of this name is ever made. */
const NOTHING = 'asked-by-the-doctor-and-not-there';
const NO_MESSAGE = '00000000-0000-0000-0000-000000000000';
const NO_RECEIPT = 'AgAAAAMAAAAAAAAAAAAAAAAAAAA=';

export type StorageClients = {
  readonly blobs: BlobServiceClient;
  readonly table: (name: string) => TableClient;
  readonly queues: () => Promise<QueueServiceClient>;
};

/** A probe for every container, queue and table that there has to be. */
export function storageProbes({ blobs, table, queues }: StorageClients): readonly AccessProbe[] {
  const containers = ZONES.map((name): AccessProbe => {
    const container = blobs.getContainerClient(name);
    const blob = container.getBlobClient(NOTHING);
    return {
      place: 'container',
      name,
      // The runtime watches landing, and keeps notes on its blobs.
      role: name === 'landing' ? 'Storage Blob Data Owner' : 'Storage Blob Data Contributor',
      attempts: [
        {
          access: 'read',
          attempt: async () => {
            const { value } = await container.listBlobsFlat().byPage({ maxPageSize: 1 }).next();
            return { at: value?.date };
          },
        },
        { access: 'write', attempt: () => allowed(blob.setMetadata({})) },
        { access: 'delete', attempt: () => allowed(blob.delete()) },
      ],
    };
  });
  const messages = ALL_QUEUES.map((name): AccessProbe => {
    const queue = async () => (await queues()).getQueueClient(name);
    return {
      place: 'queue',
      name,
      role: 'Storage Queue Data Contributor',
      attempts: [
        { access: 'read', attempt: async () => ({ at: (await (await queue()).peekMessages()).date }) },
        {
          access: 'write',
          attempt: async () => allowed((await queue()).updateMessage(NO_MESSAGE, NO_RECEIPT, '')),
        },
        {
          access: 'delete',
          attempt: async () => allowed((await queue()).deleteMessage(NO_MESSAGE, NO_RECEIPT)),
        },
      ],
    };
  });
  const rows = TABLES.map((name): AccessProbe => {
    const client = table(name);
    const row = { partitionKey: NOTHING, rowKey: NOTHING };
    return {
      place: 'table',
      name,
      role: 'Storage Table Data Contributor',
      attempts: [
        {
          access: 'read',
          attempt: async () => {
            await client.listEntities().byPage({ maxPageSize: 1 }).next();
            return { at: undefined };
          },
        },
        { access: 'write', attempt: () => allowed(client.updateEntity(row, 'Merge', { etag: '*' })) },
        { access: 'delete', attempt: () => allowed(client.deleteEntity(NOTHING, NOTHING)) },
      ],
    };
  });
  return [...containers, ...messages, ...rows];
}

/** What is asked for is not there, so that it would have been done. Of the container, queue or table itself it says so. */
const MAY =
  /\b(?:BlobNotFound|MessageNotFound|PopReceiptMismatch|InvalidQueryParameterValue|ResourceNotFound|EntityNotFound)\b/;

async function allowed(request: Promise<{ date?: Date | undefined }>): Promise<Answered> {
  try {
    return { at: (await request).date };
  } catch (error) {
    if (error instanceof Error && MAY.test(`${'code' in error ? String(error.code) : ''} ${error.message}`))
      return { at: undefined };
    throw error;
  }
}
