import type { BlobClient, BlobGetPropertiesResponse, BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';
import { type BindingData, hasExpression } from './binding-expressions.ts';
import { type RegisteredFunction, type TypedData, triggerOf } from './core-contract.ts';
import type { TriggerCall } from './function-runner.ts';
import { type PathPattern, parsePathPattern } from './path-pattern.ts';
import type { Settings } from './settings.ts';
import type { StorageAccount } from './storage-clients.ts';

/** A function with a blob trigger, ready to be told about blobs. */
export type BlobTrigger = {
  /** What the internal queue and the receipts call it. */
  functionId: string;
  isEventGrid: boolean;
  path: PathPattern;
  account: StorageAccount;
  callFor(blob: BlobClient, properties: BlobGetPropertiesResponse): Promise<TriggerCall>;
};

const BlobTriggerBinding = z.object({
  path: z.string().min(1),
  connection: z.string().optional(),
  source: z.enum(['EventGrid', 'LogsAndContainerScan']).optional(),
  properties: z.looseObject({ supportsDeferredBinding: z.string().optional() }).optional(),
});

export function blobTriggerOf(
  fn: RegisteredFunction,
  settings: Settings,
  openAccount: (connectionString: string) => StorageAccount,
): BlobTrigger {
  const trigger = triggerOf(fn);
  const binding = BlobTriggerBinding.parse(trigger);
  const connection = binding.connection ?? 'AzureWebJobsStorage';
  const path = parsePathPattern(settings.resolve(binding.path));
  // The real host drops sdkBinding without a word when another binding of the function has an {expression}.
  const othersUseExpressions = fn.bindings.some(
    (other) => other.name !== trigger.name && Object.values(other).some(hasExpression),
  );
  const asClient = binding.properties?.supportsDeferredBinding === 'true' && !othersUseExpressions;
  return {
    functionId: `Host.Functions.${fn.name}`,
    isEventGrid: binding.source === 'EventGrid',
    path,
    account: openAccount(settings.connection(connection)),
    callFor: async (blob, properties) => ({
      reason: `blob ${blob.containerName}/${blob.name}`,
      data: asClient ? reference(connection, blob) : { bytes: await blob.downloadToBuffer() },
      metadata: metadataOf(blob, properties, path),
    }),
  };
}

export function blobIn(account: BlobServiceClient, container: string, name: string): BlobClient {
  return account.getContainerClient(container).getBlobClient(name);
}

/** Names of the blob and of its connection: the app opens it, so its content never passes through here. */
function reference(connection: string, blob: BlobClient): TypedData {
  const content = { Connection: connection, ContainerName: blob.containerName, BlobName: blob.name };
  return {
    modelBindingData: {
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
      content: Buffer.from(JSON.stringify(content)),
    },
  };
}

function metadataOf(blob: BlobClient, properties: BlobGetPropertiesResponse, path: PathPattern): BindingData {
  const expressions = Object.entries(path.match(blob.name) ?? {});
  return {
    BlobTrigger: { string: `${blob.containerName}/${blob.name}` },
    Uri: { json: JSON.stringify(blob.url) },
    Properties: {
      json: JSON.stringify({
        ContentLength: properties.contentLength,
        ContentType: properties.contentType,
        ETag: properties.etag,
        LastModified: properties.lastModified,
      }),
    },
    Metadata: { json: JSON.stringify(properties.metadata ?? {}) },
    // The expressions of the path win over the four.
    ...Object.fromEntries(expressions.map(([name, value]) => [name, { string: value }])),
  };
}
