import { TableClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { takeStorageAccount } from '../../support/emulator.ts';
import { endHosts, type HostProcess, type Said, startHostProcess } from '../../support/host-process.ts';
import { until } from '../../support/until.ts';

// The host against what Azure's host does, seen from outside: a child process over a small app that uses the
// real @azure/functions library, with storage on the emulator.

const HOST_ID = 'conformance';
const APP = {
  app: 'conformance',
  env: {
    NIGHTLY: '0 0 3 * * *',
    AzureFunctionsWebHost__hostid: HOST_ID,
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000',
    'AzureWebJobs.switched-off.Disabled': '1',
  },
};

let storage: string;
let host: HostProcess;

beforeAll(async () => {
  storage = await takeStorageAccount();
  await exhaust(await queueNamed('work'), { id: 'exhausted', do: 'succeed' });
  await keepTimerStatus('nightly', { last: '2020-01-01T03:00:00.000Z', next: '2020-01-02T03:00:00.000Z' });
  host = await startHostProcess({ ...APP, storage });
});

afterAll(endHosts);

describe('queues', () => {
  it('decodes base64 and gives the function the parsed message', async () => {
    await send('work', { id: 'first', do: 'succeed' });

    const began = await heard((line) => line['began'] === 'first');

    expect(began['metadata']).toMatchObject({ dequeueCount: 1, id: 'first', do: 'succeed' });
  });

  it('moves the message to the poison queue after its fifth failure', async () => {
    const body = await send('work', { id: 'hopeless', do: 'fail' });
    const poison = await queueNamed('work-poison');

    const moved = await taken(poison, body);

    expect(moved).toBe(true);
    expect(host.said().filter((line) => line['began'] === 'hopeless')).toHaveLength(5);
  });

  it('does not run a message that comes with a count above the limit', async () => {
    await until(() => host.logs().some((line) => line.includes('moves to work-poison after 6 tries')));

    expect(host.said().some((line) => line['began'] === 'exhausted')).toBe(false);
  });

  it('runs a batch at a time and fetches more when the threshold is reached', async () => {
    const ids = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
    for (const id of ids) await send('work', { id, do: 'hold' });

    const began = (): Said[] => host.said().filter((line) => ids.includes(String(line['began'])));
    await until(() => began().length === 2);
    await call('release', { method: 'POST' });
    await until(() => began().length === 4 || began().some((line) => line['running'] === 3));
    await until(async () => {
      await call('release', { method: 'POST' });
      return ids.every((id) => host.said().some((line) => line['finished'] === id));
    });

    // batchSize 2 and newBatchThreshold 1: never more than three.
    expect(Math.max(...began().map((line) => Number(line['running'])))).toBeLessThanOrEqual(3);
  });

  it('leaves the queue of a disabled function alone', async () => {
    await send('switched-off', { id: 'waits' });
    await send('work', { id: 'meanwhile', do: 'succeed' });

    await heard((line) => line['finished'] === 'meanwhile');

    const queue = await queueNamed('switched-off');
    expect((await queue.getProperties()).approximateMessagesCount).toBe(1);
  });

  it('runs hooks around the function, which may replace its input', async () => {
    await send('hooked', { replaced: false });

    expect(await heard((line) => 'postHook' in line)).toEqual({ postHook: { replaced: true } });
  });

  it('runs a queue function by hand for the master key', async () => {
    const input = JSON.stringify({ id: 'by-hand', do: 'succeed' });
    const run = (key: string): Promise<Response> =>
      fetch(`${host.url}/admin/functions/work`, {
        method: 'POST',
        headers: { 'x-functions-key': key },
        body: JSON.stringify({ input }),
      });

    const [refused, accepted] = [await run(host.keys.function), await run(host.keys.master)];

    expect([refused.status, accepted.status]).toEqual([401, 202]);
    await heard((line) => line['finished'] === 'by-hand');
  });
});

describe('a crash', () => {
  it('brings the message of a killed host again', async () => {
    const account = await takeStorageAccount();
    const first = await startHostProcess({ ...APP, storage: account, leaseSeconds: 2 });
    await send('work', { id: 'survivor', do: 'hold' }, account);
    await until(() => first.said().some((line) => line['began'] === 'survivor'));

    await first.end('SIGKILL');
    const second = await startHostProcess({ ...APP, storage: account, leaseSeconds: 2 });
    await until(() => second.said().some((line) => line['began'] === 'survivor'));

    const again = second.said().find((line) => line['began'] === 'survivor');
    expect(again?.['metadata']).toMatchObject({ dequeueCount: 2 });
    await second.end('SIGKILL');
  });
});

describe('blobs', () => {
  it('runs once for a blob and again when it changes', async () => {
    await upload('inbox/twice', 'one');
    await heard((line) => line['text'] === 'one');
    await upload('inbox/twice', 'two');
    await heard((line) => line['text'] === 'two');
    await upload('inbox/other', 'three');
    await heard((line) => line['text'] === 'three');

    const runs = host.said().filter((line) => ['one', 'two'].includes(String(line['text'])));
    expect(runs).toHaveLength(2);
  });

  it('remembers after a restart what it has seen', async () => {
    const account = await takeStorageAccount();
    const first = await startHostProcess({ ...APP, storage: account });
    await upload('inbox/old', 'old', account);
    await until(() => first.said().some((line) => line['text'] === 'old'));
    await first.end('SIGTERM');

    const second = await startHostProcess({ ...APP, storage: account });
    await upload('inbox/new', 'new', account);
    await until(() => second.said().some((line) => line['text'] === 'new'));
    await second.end('SIGTERM');

    expect(second.said().some((line) => line['text'] === 'old')).toBe(false);
  });

  it('gives up on a blob after five tries', async () => {
    await upload('inbox/bad', 'poison');

    const poison = await queueNamed('webjobs-blobtrigger-poison');
    await until(async () => (await poison.getProperties()).approximateMessagesCount === 1);

    expect(host.said().filter((line) => line['text'] === 'poison')).toHaveLength(5);
  });
});

describe('a blob as a client', () => {
  it('gives the function a client from its own factory and never reads the content', async () => {
    const size = 64 * 1024 * 1024;
    await upload('landing/core/tape.csv', Buffer.alloc(size));

    const run = await heard((line) => line['name'] === 'core/tape.csv');

    expect(run).toMatchObject({ kind: 'BlobClient', contentLength: size });
    expect(run['metadata']).toMatchObject({
      blobTrigger: 'landing/core/tape.csv',
      source: 'core',
      name: 'tape',
    });
    expect(run['heldBytes']).toBeLessThan(size / 4);
  });

  it('takes events of Event Grid, whatever the path pattern says', async () => {
    const url = await upload('elsewhere/note.txt', 'hi');
    const events = [{ eventType: 'Microsoft.Storage.BlobCreated', data: { url, eTag: '0x1' } }];

    const answer = await postEvents(events, host.keys.system);

    expect(answer.status).toBe(202);
    expect(await heard((line) => line['name'] === 'note.txt')).toMatchObject({ kind: 'BlobClient' });
  });

  it('proves to Event Grid that the webhook is its own, and refuses strangers', async () => {
    const events = [
      { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: 'abc' } },
    ];

    const [answer, stranger] = [
      await postEvents(events, host.keys.system),
      await postEvents(events, 'guess'),
    ];

    expect(await answer.json()).toEqual({ validationResponse: 'abc' });
    expect(stranger.status).toBe(401);
  });
});

describe('timers', () => {
  it('runs every second with no status to speak of', async () => {
    await until(() => host.said().filter((line) => 'tick' in line).length >= 2);

    expect(await heard((line) => 'tick' in line)).toMatchObject({
      tick: { isPastDue: false, scheduleStatus: null },
    });
  });

  it('runs on startup, first with a last run in the year 1', async () => {
    expect(await heard((line) => 'atStart' in line)).toMatchObject({
      atStart: { isPastDue: false, scheduleStatus: { last: '0001-01-01T00:00:00' } },
    });
  });

  it('runs at once, past due, when an occurrence was missed', async () => {
    expect(await heard((line) => 'nightly' in line)).toMatchObject({
      nightly: { isPastDue: true, scheduleStatus: { last: '2020-01-01T03:00:00.000Z' } },
    });
  });

  it('retries as the function asks', async () => {
    await until(() => host.said().filter((line) => 'stumbling' in line).length === 3);

    expect(host.said().flatMap((line) => line['stumbling'] ?? [])).toEqual([0, 1, 2]);
  });
});

describe('HTTP', () => {
  it('fills route parameters and keeps their constraints', async () => {
    const [full, short, refused] = [
      await call('hello/12/x?q=1'),
      await call('hello/12'),
      await call('hello/twelve'),
    ];

    expect(await full.json()).toEqual({ params: { id: '12', part: 'x' }, query: { q: '1' } });
    expect(await short.json()).toEqual({ params: { id: '12' }, query: {} });
    expect(refused.status).toBe(404);
    expect(await (await call('files/a/b.txt')).text()).toBe('a/b.txt');
  });

  it.each([
    ['keyed', {}, 401],
    ['keyed', { 'x-functions-key': 'wrong' }, 401],
    ['keyed', { 'x-functions-key': 'function' }, 200],
    ['keyed', { 'x-functions-key': 'master' }, 200],
    ['locked', { 'x-functions-key': 'function' }, 401],
    ['locked', { 'x-functions-key': 'master' }, 200],
  ] as const)('guards %s: with %j it answers %d', async (path, { 'x-functions-key': key }: Keyed, status) => {
    const real = key === 'function' || key === 'master' ? host.keys[key] : key;

    const answer = await call(path, real === undefined ? {} : { headers: { 'x-functions-key': real } });

    expect(answer.status).toBe(status);
  });

  it('takes the key from the query, but the header goes first', async () => {
    const path = `keyed?code=${host.keys.function}`;

    expect((await call(path)).status).toBe(200);
    expect((await call(path, { headers: { 'x-functions-key': 'wrong' } })).status).toBe(401);
  });

  it('answers 404 for an unknown path and 405 for an unknown method', async () => {
    const wrongMethod = await call('echo', { method: 'DELETE' });

    expect((await call('no-such-thing')).status).toBe(404);
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers.get('allow')).toBe('POST, HEAD');
  });

  it('passes a body on, up to the limit', async () => {
    const [taken, refused] = [
      await call('echo', { method: 'POST', body: 'x'.repeat(1000) }),
      await call('echo', { method: 'POST', body: 'x'.repeat(1001) }),
    ];

    expect([taken.status, (await taken.text()).length]).toEqual([201, 1000]);
    expect(refused.status).toBe(413);
  });

  it('gives the function an empty body when no length is announced', async () => {
    const body = new Blob(['chunk after chunk']).stream();

    const answer = await call('echo', { method: 'POST', body, duplex: 'half' });

    expect([answer.status, await answer.text()]).toEqual([201, '']);
  });

  it('sends headers and cookies, and no body for HEAD', async () => {
    const answer = await call('echo', { method: 'HEAD' });

    expect(answer.headers.get('x-method')).toBe('HEAD');
    expect(answer.headers.get('set-cookie')).toBe('seen=a%20b; max-age=60; path=/; samesite=lax; httponly');
    expect(await answer.text()).toBe('');
  });

  it('answers 204 for a function that returns nothing', async () => {
    expect((await call('nothing')).status).toBe(204);
  });
});

describe('a throwing handler', () => {
  it('is a bare 500', async () => {
    const answer = await call('boom');

    expect([answer.status, await answer.text()]).toEqual([500, '']);
  });
});

describe('outputs', () => {
  it('writes to queue, blob and table what the function returned', async () => {
    await send('fan-out', { id: 'f1', nested: { part: 'deep' } });

    const results = await queueNamed('results');
    const bodies = [{ n: 1 }, { n: 2 }].map((item) => btoa(JSON.stringify(item)));
    for (const body of bodies) expect(await taken(results, body)).toBe(true);
    const blob = blobs(storage).getContainerClient('out').getBlobClient('f1/deep.txt');
    await until(() => blob.exists());
    expect(String(await blob.downloadToBuffer())).toBe('content of f1');
    const table = TableClient.fromConnectionString(storage, 'rows', { allowInsecureConnection: true });
    await until(() => exists(table, 'all', 'f1'));
    expect(await table.getEntity('all', 'f1')).toMatchObject({ amount: 7 });
  });

  it('fails the run, and so repeats it, when a row exists already', async () => {
    const body = await send('fan-out', { id: 'f1', nested: { part: 'again' } });

    expect(await taken(await queueNamed('fan-out-poison'), body)).toBe(true);
    expect(host.said().filter((line) => line['fannedOut'] === 'f1')).toHaveLength(1 + 5);
  });
});

describe('a clean stop', () => {
  it('lets work in flight finish on SIGTERM', async () => {
    const account = await takeStorageAccount();
    const own = await startHostProcess({ ...APP, storage: account, graceMs: 20_000 });
    await send('work', { id: 'nearly', do: 'dawdle' }, account);
    await until(() => own.said().some((line) => line['began'] === 'nearly'));

    const code = await own.end('SIGTERM');

    expect(code).toBe(0);
    expect(own.said()).toContainEqual({ finished: 'nearly' });
    expect(own.said().at(-1)).toEqual({ hook: 'appTerminate' });
    expect((await (await queueNamed('work', account)).getProperties()).approximateMessagesCount).toBe(0);
  });

  it('hands unfinished work back on SIGINT', async () => {
    const account = await takeStorageAccount();
    const own = await startHostProcess({ ...APP, storage: account, graceMs: 200 });
    const body = await send('work', { id: 'endless', do: 'hold' }, account);
    await until(() => own.said().some((line) => line['began'] === 'endless'));

    const code = await own.end('SIGINT');

    // The lease was ten minutes, yet the message is there at once.
    expect(code).toBe(0);
    expect(await taken(await queueNamed('work', account), body)).toBe(true);
  });
});

describe('an app that cannot start', () => {
  it.each([
    ['throws', /throws\/index\.ts threw while it was loaded: the setting FEED_URL is missing/],
    ['empty', /index\.ts in .*empty registered no function/],
    ['matches-nothing', /no file matches "main": "nowhere\/\*\.ts"/],
    ['bad-binding', /"every monday" is not a schedule/],
  ])('is refused with the file and the cause: %s', async (app, message) => {
    await expect(startHostProcess({ app, storage })).rejects.toThrow(message);
  });
});

type Keyed = { 'x-functions-key'?: string };

async function heard(matches: (line: Said) => boolean): Promise<Said> {
  await until(() => host.said().some(matches));
  return host.said().find(matches) ?? {};
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${host.url}/api/${path}`, init);
}

async function postEvents(events: unknown, key: string): Promise<Response> {
  const query = `functionName=Host.Functions.as-client&code=${key}`;
  return fetch(`${host.url}/runtime/webhooks/blobs?${query}`, {
    method: 'POST',
    body: JSON.stringify(events),
  });
}

function blobs(account: string): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(account);
}

async function upload(path: string, content: string | Buffer, account = storage): Promise<string> {
  const [containerName = '', ...name] = path.split('/');
  const container = blobs(account).getContainerClient(containerName);
  await container.createIfNotExists();
  const blob = container.getBlockBlobClient(name.join('/'));
  await blob.uploadData(Buffer.from(content));
  return blob.url;
}

async function queueNamed(name: string, account = storage): Promise<QueueClient> {
  const queue = QueueServiceClient.fromConnectionString(account).getQueueClient(name);
  await queue.createIfNotExists();
  return queue;
}

async function send(name: string, message: unknown, account = storage): Promise<string> {
  const body = btoa(JSON.stringify(message));
  await (await queueNamed(name, account)).sendMessage(body);
  return body;
}

/** Receives until the message with this body came. */
async function taken(queue: QueueClient, body: string): Promise<boolean> {
  await until(async () => {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: 32,
      visibilityTimeout: 1,
    });
    return receivedMessageItems.some((message) => message.messageText === body);
  });
  return true;
}

/** Receives a message so often that the next time is one too many. */
async function exhaust(queue: QueueClient, message: unknown): Promise<void> {
  await queue.sendMessage(btoa(JSON.stringify(message)));
  for (let count = 1; count <= 5; count += 1) {
    const { receivedMessageItems } = await queue.receiveMessages({ visibilityTimeout: 60 });
    for (const { messageId, popReceipt } of receivedMessageItems) {
      await queue.updateMessage(messageId, popReceipt, undefined, 0);
    }
  }
}

async function keepTimerStatus(name: string, { last, next }: { last: string; next: string }): Promise<void> {
  const status = JSON.stringify({ Last: last, Next: next, LastUpdated: last });
  await upload(`azure-webjobs-hosts/timers/${HOST_ID}/Host.Functions.${name}/status`, status);
}

async function exists(table: TableClient, partition: string, row: string): Promise<boolean> {
  return table.getEntity(partition, row).then(
    () => true,
    () => false,
  );
}
