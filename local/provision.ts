import { TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { ALL_QUEUES, TABLES, ZONES } from '../shared/topology.ts';

/** Makes every container, queue and table that is not there yet, as the Bicep templates do in Azure. */
export async function provisionStorage(connectionString: string): Promise<void> {
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const tables = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  await Promise.all([
    ...ZONES.map((zone) => blobs.getContainerClient(zone).createIfNotExists()),
    ...ALL_QUEUES.map((queue) => queues.getQueueClient(queue).createIfNotExists()),
    ...TABLES.map((table) => tables.createTable(table)),
  ]);
}
