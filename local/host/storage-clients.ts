import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, RestError } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';

/** The clients of one storage account. */
export type StorageAccount = {
  blobs: BlobServiceClient;
  queue(name: string): QueueClient;
  table(name: string): TableClient;
};

/** Opens accounts by connection string, each one once. */
export function storageAccounts(): (connectionString: string) => StorageAccount {
  const opened = new Map<string, StorageAccount>();
  return (connectionString) => {
    const known = opened.get(connectionString);
    if (known !== undefined) return known;
    const account = openAccount(connectionString);
    opened.set(connectionString, account);
    return account;
  };
}

export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof RestError && error.statusCode !== undefined && statuses.includes(error.statusCode);
}

// A host that stops must not sit out the long retries that are the clients' default.
const retryOptions = { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1000 };

function openAccount(connectionString: string): StorageAccount {
  const queues = QueueServiceClient.fromConnectionString(connectionString, { retryOptions });
  return {
    blobs: BlobServiceClient.fromConnectionString(connectionString, { retryOptions }),
    queue: (name) => queues.getQueueClient(name),
    table: (name) =>
      TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true }),
  };
}
