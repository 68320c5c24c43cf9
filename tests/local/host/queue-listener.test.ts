import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  poisonNameOf,
  type QueueListener,
  type QueueListenerOptions,
  type QueueWork,
  startQueueListener,
} from '../../../local/host/queue-listener.ts';
import { takeStorageAccount } from '../../support/emulator.ts';
import { until } from '../../support/until.ts';

let service: QueueServiceClient;
let listener: QueueListener | undefined;
let complaints: string[];
let numbered = 0;

beforeAll(async () => {
  service = QueueServiceClient.fromConnectionString(await takeStorageAccount());
});

afterEach(async () => {
  await listener?.stop(0);
});

async function newQueue(...bodies: string[]): Promise<QueueClient> {
  numbered += 1;
  const queue = service.getQueueClient(`queue-${numbered}`);
  await queue.create();
  for (const body of bodies) await queue.sendMessage(body);
  return queue;
}

function listen(queue: QueueClient, options: Partial<QueueListenerOptions> = {}): QueueWork[] {
  const works: QueueWork[] = [];
  complaints = [];
  const { run = async () => true, ...others } = options;
  listener = startQueueListener({
    queue,
    poison: service.getQueueClient(`${queue.name}-poison`),
    batchSize: 16,
    newBatchThreshold: 8,
    maxDequeueCount: 5,
    visibilityTimeoutMs: 0,
    encoding: 'base64',
    leaseSeconds: 60,
    maxPollMs: 100,
    say: (_level, message) => complaints.push(message),
    ...others,
    run: (work) => {
      works.push(work);
      return run(work);
    },
  });
  return works;
}

async function count(queue: QueueClient): Promise<number | undefined> {
  return (await queue.getProperties()).approximateMessagesCount;
}

function never(): Promise<boolean> {
  return new Promise(() => {});
}

describe('a queue listener', () => {
  it('deletes a message whose function succeeded', async () => {
    const queue = await newQueue(btoa('hello'));

    const works = listen(queue);
    await until(async () => (await count(queue)) === 0);

    expect(works.map(({ text }) => text)).toEqual(['hello']);
  });

  it('reads texts as they are when the encoding is none', async () => {
    const queue = await newQueue('plain');

    const works = listen(queue, { encoding: 'none' });
    await until(() => works.length === 1);

    expect(works[0]?.text).toBe('plain');
  });

  it('moves what is not base64 to the poison queue without a run', async () => {
    const queue = await newQueue('{"not":"base64"}');

    const works = listen(queue);
    const poison = service.getQueueClient(`${queue.name}-poison`);
    await until(async () => (await poison.exists()) && (await count(queue)) === 0);

    expect(works).toHaveLength(0);
    expect((await poison.peekMessages()).peekedMessageItems[0]?.messageText).toBe('{"not":"base64"}');
  });

  it('waits for a queue that does not exist', async () => {
    const queue = service.getQueueClient('created-later');
    const works = listen(queue);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await queue.exists()).toBe(false);

    await queue.create();
    await queue.sendMessage(btoa('late'));

    await until(() => works.length === 1);
  });

  it('hides a failed message for the visibility timeout', async () => {
    const queue = await newQueue(btoa('again'));
    const failedAt: number[] = [];
    const works = listen(queue, {
      visibilityTimeoutMs: 1000,
      run: async () => {
        failedAt.push(Date.now());
        return false;
      },
    });

    await until(() => works.length === 2);

    const [first = 0, second = 0] = failedAt;
    expect(second - first).toBeGreaterThan(900);
    expect(works.map(({ message }) => message.dequeueCount)).toEqual([1, 2]);
  });

  it('counts a run that throws as a failure', async () => {
    const queue = await newQueue(btoa('thrown'));

    const told: string[] = [];
    const works = listen(queue, {
      maxDequeueCount: 2,
      onQueued: ({ name }) => told.push(name),
      run: async () => Promise.reject(new Error('out of order')),
    });
    await until(async () => (await count(queue)) === 0);

    expect(works).toHaveLength(2);
    expect(complaints.some((line) => line.endsWith('out of order'))).toBe(true);
    expect(told).toEqual([`${queue.name}-poison`]);
  });

  it('leaves a failed message of a poison queue hidden until its lease ends', async () => {
    const queue = await newQueue(btoa('poisoned'));

    const works = listen(queue, { poison: undefined, run: async () => false });
    await until(() => works.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(works).toHaveLength(1);
    expect(await count(queue)).toBe(1);
  });

  it('keeps its hold on a message while the function runs longer than the lease', async () => {
    const queue = await newQueue(btoa('slow'));
    let finish: (succeeded: boolean) => void = () => {};
    const works = listen(queue, {
      leaseSeconds: 1,
      run: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    await until(() => works.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 2500));

    finish(true);
    await until(async () => (await count(queue)) === 0);

    expect(works).toHaveLength(1);
  });

  it('shrugs when somebody else took the message meanwhile', async () => {
    const queue = await newQueue(btoa('stolen'));
    listen(queue, {
      leaseSeconds: 1,
      run: async ({ message }) => {
        await queue.deleteMessage(message.messageId, message.popReceipt);
        await new Promise((resolve) => setTimeout(resolve, 800));
        return true;
      },
    });

    await until(() => complaints.some((line) => line.includes('was taken by somebody else')));

    expect(complaints.some((line) => line.includes('was not renewed'))).toBe(true);
  });

  it('says once that a queue cannot be read, and goes on', async () => {
    const broken = QueueServiceClient.fromConnectionString(
      `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${btoa('key')};QueueEndpoint=http://127.0.0.1:1/a`,
      { retryOptions: { maxTries: 1 } },
    ).getQueueClient('nowhere');
    listen(broken);

    await until(() => complaints.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(complaints).toEqual([expect.stringContaining('queue nowhere cannot be read')]);
  });

  it('lets work finish at the stop, and hands back what does not', async () => {
    const queue = await newQueue(btoa('quick'), btoa('endless'));
    const works = listen(queue, {
      run: async ({ text }) => {
        if (text === 'endless') return never();
        await new Promise((resolve) => setTimeout(resolve, 100));
        return true;
      },
    });
    await until(() => works.length === 2);
    expect(listener?.inFlight()).toBe(2);

    const returned = await listener?.stop(500);

    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 5 });
    expect(returned).toBe(1);
    expect(receivedMessageItems.map((message) => atob(message.messageText))).toEqual(['endless']);
  });

  it('hands back at once what it received while it was stopped', async () => {
    const queue = await newQueue(btoa('too late'));
    const receive = queue.receiveMessages.bind(queue);
    queue.receiveMessages = async (options) => {
      const received = await receive(options);
      void listener?.stop(1000);
      return received;
    };

    const works = listen(queue);
    await until(async () => (await queue.peekMessages()).peekedMessageItems.length === 1);
    await listener?.stop(1000);

    expect(works).toHaveLength(0);
  });
});

describe('the name of a poison queue', () => {
  it('is undefined for poison queues and for names that would be too long', () => {
    expect(poisonNameOf('work')).toBe('work-poison');
    expect(poisonNameOf('work-poison')).toBeUndefined();
    expect(poisonNameOf('w'.repeat(57))).toBeUndefined();
  });
});
