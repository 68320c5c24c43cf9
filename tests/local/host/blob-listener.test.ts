import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type BlobListener,
  type BlobListenerOptions,
  startBlobListener,
} from '../../../local/host/blob-listener.ts';
import { blobReceipts } from '../../../local/host/blob-receipts.ts';
import { blobTriggerOf } from '../../../local/host/blob-trigger.ts';
import type { RegisteredFunction } from '../../../local/host/core-contract.ts';
import type { TriggerCall } from '../../../local/host/function-runner.ts';
import { settingsFrom } from '../../../local/host/settings.ts';
import { storageAccounts } from '../../../local/host/storage-clients.ts';
import { takeStorageAccount } from '../../support/emulator.ts';
import { until } from '../../support/until.ts';

let storage: string;
let inbox: ContainerClient;
let listener: BlobListener | undefined;
let calls: TriggerCall[];
let complaints: string[];

beforeEach(async () => {
  storage = await takeStorageAccount();
  inbox = BlobServiceClient.fromConnectionString(storage).getContainerClient('inbox');
  await inbox.create();
});

afterEach(async () => {
  await listener?.stop(0);
});

function blobFunction(
  trigger: Record<string, unknown> = {},
  ...others: RegisteredFunction['bindings']
): RegisteredFunction {
  const binding = {
    name: 'blob',
    type: 'blobTrigger',
    direction: 'in',
    path: 'inbox/{name}',
    ...trigger,
  } as const;
  return { id: 'f', name: 'f', bindings: [binding, ...others], metadata: {}, callback: () => undefined };
}

function listen(fn = blobFunction(), options: Partial<BlobListenerOptions> = {}): void {
  calls = [];
  complaints = [];
  const openAccount = storageAccounts();
  const hostAccount = openAccount(storage);
  listener = startBlobListener({
    triggers: [
      {
        trigger: blobTriggerOf(fn, settingsFrom({}, storage), openAccount),
        invoke: async (call) => {
          calls.push(call);
          return { kind: 'succeeded' };
        },
      },
    ],
    hostAccount,
    hostId: 'tests',
    receipts: blobReceipts(hostAccount.blobs, 'tests'),
    blobs: { maxDegreeOfParallelism: 4, poisonBlobThreshold: 5 },
    leaseSeconds: 60,
    maxPollMs: 100,
    scanMs: 50,
    say: (_level, message) => complaints.push(message),
    ...options,
  });
}

async function upload(name: string, text: string): Promise<string> {
  const { etag = '' } = await inbox.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  return etag;
}

async function drained(): Promise<void> {
  const queue = QueueServiceClient.fromConnectionString(storage).getQueueClient(
    'azure-webjobs-blobtrigger-tests',
  );
  await until(
    async () => (await queue.exists()) && (await queue.getProperties()).approximateMessagesCount === 0,
  );
}

describe('a blob listener', () => {
  it('gives the bytes of a blob, its names and the expressions of the path', async () => {
    await upload('a/tape.csv', 'rows');
    listen(blobFunction({ path: 'inbox/{dir}/{name}.csv' }));

    await until(() => calls.length === 1);

    expect(String(calls[0]?.data.bytes)).toBe('rows');
    expect(calls[0]?.metadata).toMatchObject({
      BlobTrigger: { string: 'inbox/a/tape.csv' },
      dir: { string: 'a' },
      name: { string: 'tape' },
      Metadata: { json: '{}' },
    });
  });

  it('gives a reference when the function wants a client', async () => {
    await upload('x', 'never read');
    listen(blobFunction({ properties: { supportsDeferredBinding: 'true' } }));

    await until(() => calls.length === 1);

    const reference = calls[0]?.data.modelBindingData;
    expect(reference).toMatchObject({ version: '1.0', source: 'AzureStorageBlobs' });
    expect(JSON.parse(String(reference?.content))).toEqual({
      Connection: 'AzureWebJobsStorage',
      ContainerName: 'inbox',
      BlobName: 'x',
    });
  });

  it('gives bytes after all when another binding has an expression, as the real host does', async () => {
    await upload('x', 'bytes');
    const output = { name: 'out', type: 'blob', direction: 'out', path: 'out/{name}' } as const;
    listen(blobFunction({ properties: { supportsDeferredBinding: 'true' } }, output));

    await until(() => calls.length === 1);

    expect(String(calls[0]?.data.bytes)).toBe('bytes');
  });

  it('asks no receipt twice, and a blob with another listener no second time', async () => {
    await upload('once', 'x');
    listen();
    await until(() => calls.length === 1);
    await listener?.stop(0);

    listen();
    await upload('marker', 'y');
    await until(() => calls.length === 1);

    expect(calls[0]?.metadata['BlobTrigger']).toEqual({ string: 'inbox/marker' });
  });

  it('leaves alone what the path does not match, and containers that are not there', async () => {
    await upload('other.txt', 'x');
    await upload('in/yes.csv', 'y');
    listen(blobFunction({ path: 'inbox/in/{name}.csv' }));
    await until(() => calls.length === 1);
    await listener?.stop(0);

    listen(blobFunction({ path: 'missing/{name}' }));
    await new Promise((resolve) => setTimeout(resolve, 200));

    expect(calls).toHaveLength(0);
    expect(complaints).toEqual([]);
  });

  it('drops an item whose blob is gone', async () => {
    listen(blobFunction(), { scanMs: 0 });

    await listener?.accept({ functionId: 'Host.Functions.f', container: 'inbox', name: 'gone', etag: '"1"' });

    await drained();
    expect(calls).toHaveLength(0);
    expect(complaints).toEqual(['blob inbox/gone is gone: dropped']);
  });

  it('drops a stale item of the scan, but runs a stale event of Event Grid', async () => {
    await upload('x', 'text');
    const stale = { functionId: 'Host.Functions.f', container: 'inbox', name: 'x', etag: 'stale' };

    listen(blobFunction(), { scanMs: 0 });
    await listener?.accept(stale);
    await drained();
    expect(calls).toHaveLength(0);
    await listener?.stop(0);

    listen(blobFunction({ source: 'EventGrid' }), { scanMs: 0 });
    await listener?.accept(stale);
    await until(() => calls.length === 1);
  });

  it('runs an event that comes twice twice, but does not add a scan to it', async () => {
    const etag = await upload('x', 'text');
    const event = { functionId: 'Host.Functions.f', container: 'inbox', name: 'x', etag };
    listen(blobFunction({ source: 'EventGrid' }), { scanMs: 0 });
    await listener?.accept(event);
    await listener?.accept(event);
    await until(() => calls.length === 2);
    await listener?.stop(0);

    listen(blobFunction({ source: 'EventGrid' }));
    await upload('marker', 'y');
    await until(() => calls.length === 1);

    expect(calls[0]?.metadata['BlobTrigger']).toEqual({ string: 'inbox/marker' });
  });

  it('drops an item of a function that is gone', async () => {
    listen(blobFunction(), { scanMs: 0 });
    const queue = QueueServiceClient.fromConnectionString(storage).getQueueClient(
      'azure-webjobs-blobtrigger-tests',
    );
    await queue.createIfNotExists();
    const item = { Type: 'BlobTrigger', BlobType: 'BlockBlob', ContainerName: 'c', BlobName: 'n', ETag: '1' };

    await queue.sendMessage(btoa(JSON.stringify({ ...item, FunctionId: 'Host.Functions.old' })));

    await drained();
    expect(complaints).toEqual(['blob n was queued for Host.Functions.old, which is gone: dropped']);
    expect(
      await listener?.accept({ functionId: 'Host.Functions.old', container: 'c', name: 'n', etag: '' }),
    ).toBe(false);
  });

  it('says once that a container cannot be scanned', async () => {
    const broken = storageAccounts()(
      `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${btoa('key')};BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a`,
    );
    const trigger = blobTriggerOf(blobFunction(), settingsFrom({}, storage), () => broken);

    listen(blobFunction(), { triggers: [{ trigger, invoke: async () => ({ kind: 'succeeded' }) }] });
    await until(() => complaints.length === 1);

    expect(complaints[0]).toContain('container inbox cannot be scanned');
  });
});

describe('a receipt', () => {
  const key = { functionId: 'f', etag: '"0x1"', container: 'c', name: 'n' };

  it('is not complete when the work could not be queued', async () => {
    const receipts = blobReceipts(BlobServiceClient.fromConnectionString(storage), 'h');

    await expect(receipts.once(key, async () => Promise.reject(new Error('queue is down')))).rejects.toThrow(
      'down',
    );

    expect(await receipts.once(key, async () => {})).toBe('queued');
    expect(await receipts.once(key, async () => {})).toBe('known');
  });

  it('lets one of two hosts queue the blob', async () => {
    const receipts = blobReceipts(BlobServiceClient.fromConnectionString(storage), 'h');
    let inner: string | undefined;

    const outer = await receipts.once(key, async () => {
      inner = await receipts.once(key, async () => {});
      await receipts.complete(key);
    });

    expect([outer, inner]).toEqual(['queued', 'held']);
  });
});
