import { createRequire } from 'node:module';
import { z } from 'zod';

// With `sdkBinding` the host hands over where a blob is instead of its bytes, so that no file is ever whole in
// memory. The library asks a registered factory to make something of that; ours keeps the reference as it is,
// since files are opened through the lake. The package is loaded by require: its ES module build is broken and
// would be a second registry.

const AZURE_BLOBS = 'AzureStorageBlobs';

type ResourceFactoryResolver = {
  hasResourceFactory(name: string): boolean;
  registerResourceFactory(name: string, factory: (data: unknown) => unknown): void;
};

export function registerBlobReferences(): void {
  const require = createRequire(import.meta.url);
  const base: {
    ResourceFactoryResolver: { getInstance(): ResourceFactoryResolver };
  } = require('@azure/functions-extensions-base');
  const resolver = base.ResourceFactoryResolver.getInstance();
  if (!resolver.hasResourceFactory(AZURE_BLOBS)) {
    resolver.registerResourceFactory(AZURE_BLOBS, (data) => data);
  }
}

const TriggerMetadata = z.object({ blobTrigger: z.string().regex(/^[^/]+\/.+/) });

/**
 * Path of the blob within its container. Read from `blobTrigger`: any other piece of trigger metadata is tried
 * as JSON on its way here, and a file named `12` would arrive as a number.
 */
export function pathOfTriggeringBlob(triggerMetadata: unknown): string {
  const { blobTrigger } = TriggerMetadata.parse(triggerMetadata);
  return blobTrigger.slice(blobTrigger.indexOf('/') + 1);
}
