import type { TableEntity } from '@azure/data-tables';
import type { QueueClient } from '@azure/storage-queue';
import { z } from 'zod';
import { type BindingData, fillTemplate } from './binding-expressions.ts';
import type { Binding, InvocationResponse, TypedData } from './core-contract.ts';
import { encodeQueueText, type QueueEncoding } from './queue-text.ts';
import type { Settings } from './settings.ts';
import { hasStatus, type StorageAccount } from './storage-clients.ts';

/** Writes what a function returned to its output bindings; rejects when one of them cannot be written. */
export type WriteOutputs = (
  bindings: readonly Binding[],
  response: InvocationResponse,
  data: BindingData,
) => Promise<void>;

export type OutputTargets = {
  settings: Settings;
  openAccount: (connectionString: string) => StorageAccount;
  queueEncoding: QueueEncoding;
  /** Told about every queue that got a message, so that its listener need not wait for its next poll. */
  onQueued: (queue: QueueClient) => void;
};

const QueueOutput = z.object({ queueName: z.string(), connection: z.string().optional() });
const BlobOutput = z.object({ path: z.string(), connection: z.string().optional() });
const TableOutput = z.object({
  tableName: z.string(),
  connection: z.string().optional(),
  partitionKey: z.string().optional(),
  rowKey: z.string().optional(),
});
const Row = z.record(z.string(), z.unknown());

/** All outputs of one run are written side by side; none is taken back when another fails. */
export function outputWriter(targets: OutputTargets): WriteOutputs {
  return async (bindings, response, data) => {
    const results = await Promise.allSettled(
      bindings
        .filter((binding) => binding.direction === 'out' && binding.type.toLowerCase() !== 'http')
        .map(async (binding) => {
          const value = valueFor(binding, response);
          if (value !== undefined) await writeOutput(targets, binding, value, data);
        }),
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  };
}

function valueFor(binding: Binding, response: InvocationResponse): TypedData | undefined {
  if (binding.name === '$return') return response.returnValue ?? undefined;
  return response.outputData?.find((output) => output.name === binding.name)?.data;
}

async function writeOutput(
  targets: OutputTargets,
  binding: Binding,
  value: TypedData,
  data: BindingData,
): Promise<void> {
  switch (binding.type.toLowerCase()) {
    case 'queue':
      return writeMessages(targets, QueueOutput.parse(binding), value, data);
    case 'blob':
      return writeBlob(targets, BlobOutput.parse(binding), value, data);
    case 'table':
      return insertRows(targets, TableOutput.parse(binding), value, data);
    default:
      throw new Error(`this host has no output binding of type ${binding.type}`);
  }
}

async function writeMessages(
  { settings, openAccount, queueEncoding, onQueued }: OutputTargets,
  output: z.infer<typeof QueueOutput>,
  value: TypedData,
  data: BindingData,
): Promise<void> {
  const account = openAccount(settings.connection(output.connection));
  const queue = account.queue(fillTemplate(output.queueName, data, settings).toLowerCase());
  for (const item of messagesOf(value)) {
    await sendCreating(queue, encodeQueueText(item, queueEncoding));
  }
  onQueued(queue);
}

/** Sends a body as it is; makes the queue when there is none. */
export async function sendCreating(queue: QueueClient, body: string): Promise<void> {
  try {
    await queue.sendMessage(body);
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(body);
  }
}

/** A list, or a text that holds one as JSON, is one message for each item. */
function messagesOf(value: TypedData): (string | Uint8Array)[] {
  if (value.bytes !== undefined) return [value.bytes];
  const text = textOf(value);
  const list = listIn(text);
  if (list === undefined) return [text];
  return list.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
}

async function writeBlob(
  { settings, openAccount }: OutputTargets,
  output: z.infer<typeof BlobOutput>,
  value: TypedData,
  data: BindingData,
): Promise<void> {
  const path = fillTemplate(output.path, data, settings);
  const slash = path.indexOf('/');
  if (slash <= 0 || slash === path.length - 1) throw new Error(`output path "${path}" is not container/name`);
  const { blobs } = openAccount(settings.connection(output.connection));
  const container = blobs.getContainerClient(path.slice(0, slash));
  const blob = container.getBlockBlobClient(path.slice(slash + 1));
  const content = Buffer.from(value.bytes ?? textOf(value));
  try {
    await blob.uploadData(content);
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    await container.createIfNotExists();
    await blob.uploadData(content);
  }
}

/** Inserts only: a row with the same keys fails the run. */
async function insertRows(
  { settings, openAccount }: OutputTargets,
  output: z.infer<typeof TableOutput>,
  value: TypedData,
  data: BindingData,
): Promise<void> {
  const fill = (text: string): string => fillTemplate(text, data, settings);
  const table = openAccount(settings.connection(output.connection)).table(fill(output.tableName));
  const parsed: unknown = JSON.parse(textOf(value));
  for (const row of z.array(Row).parse(Array.isArray(parsed) ? parsed : [parsed])) {
    const partitionKey = row['PartitionKey'] ?? row['partitionKey'] ?? output.partitionKey;
    const rowKey = row['RowKey'] ?? row['rowKey'] ?? output.rowKey;
    if (typeof partitionKey !== 'string' || typeof rowKey !== 'string') {
      throw new Error(`a row for table ${table.tableName} has no PartitionKey and RowKey of type text`);
    }
    const { PartitionKey: _partition, RowKey: _row, ...properties } = row;
    const entity: TableEntity = { ...properties, partitionKey: fill(partitionKey), rowKey: fill(rowKey) };
    try {
      await table.createEntity(entity);
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      await table.createTable();
      await table.createEntity(entity);
    }
  }
}

function textOf(value: TypedData): string {
  const number = value.int ?? value.double;
  if (number !== undefined) return String(number);
  return value.string ?? value.json ?? Buffer.from(value.bytes ?? []).toString('utf8');
}

function listIn(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
