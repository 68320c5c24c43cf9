import { BlobLeaseClient, type BlobServiceClient, type BlockBlobClient } from '@azure/storage-blob';
import { hasStatus } from './storage-clients.ts';

/** Remembers, in the storage account, which version of which blob a function was already told about. */
export type BlobReceipts = {
  /**
   * Runs `queueIt` unless the receipt says that it was done. `queued`: it ran now; `known`: it ran before;
   * `held`: another host is about to run it, or died over it, so ask again.
   */
  once(key: ReceiptKey, queueIt: () => Promise<void>): Promise<'queued' | 'known' | 'held'>;
  /** Writes the receipt without asking whether there is one. */
  complete(key: ReceiptKey): Promise<void>;
};

export type ReceiptKey = { functionId: string; etag: string; container: string; name: string };

const HOST_CONTAINER = 'azure-webjobs-hosts';
/** The shortest that storage allows: a host that died over a receipt holds it that long. */
const LEASE_SECONDS = 15;
const COMPLETED = { Completed: 'true' };

export function blobReceipts(account: BlobServiceClient, hostId: string): BlobReceipts {
  const container = account.getContainerClient(HOST_CONTAINER);

  async function open(key: ReceiptKey): Promise<BlockBlobClient> {
    const path = `${key.functionId}/${bareEtag(key.etag)}/${key.container}/${key.name}`;
    const receipt = container.getBlockBlobClient(`blobreceipts/${hostId}/${path}`);
    try {
      await receipt.upload('', 0, { conditions: { ifNoneMatch: '*' } });
    } catch (error) {
      if (hasStatus(error, 404)) {
        await container.createIfNotExists();
        return open(key);
      }
      // 409: there already; 412: somebody holds its lease.
      if (!hasStatus(error, 409, 412)) throw error;
    }
    return receipt;
  }

  return {
    async once(key, queueIt) {
      const receipt = await open(key);
      if (await isComplete(receipt)) return 'known';
      const lease = new BlobLeaseClient(receipt);
      try {
        await lease.acquireLease(LEASE_SECONDS);
      } catch (error) {
        if (hasStatus(error, 409)) return 'held';
        throw error;
      }
      try {
        if (await isComplete(receipt)) return 'known';
        await queueIt();
        // Marked when the work is queued, not when it succeeded: the queue keeps it from then on.
        await receipt.setMetadata(COMPLETED, { conditions: { leaseId: lease.leaseId } });
        return 'queued';
      } finally {
        await lease.releaseLease();
      }
    },
    async complete(key) {
      const receipt = await open(key);
      try {
        await receipt.setMetadata(COMPLETED);
      } catch (error) {
        // Leased: the scan is marking it this moment.
        if (!hasStatus(error, 412)) throw error;
      }
    },
  };
}

/** ETags come with quotes in properties and without in listings. */
export function bareEtag(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}

async function isComplete(receipt: BlockBlobClient): Promise<boolean> {
  const { metadata = {} } = await receipt.getProperties();
  return Object.entries(metadata).some(
    ([name, value]) => name.toLowerCase() === 'completed' && value === 'true',
  );
}
