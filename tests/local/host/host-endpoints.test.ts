import { describe, expect, it } from '@jest/globals';
import type { BlobEvent, BlobListener } from '../../../local/host/blob-listener.ts';
import type { RegisteredFunction } from '../../../local/host/core-contract.ts';
import type { TriggerCall } from '../../../local/host/function-runner.ts';
import { hostEndpoints } from '../../../local/host/host-endpoints.ts';
import type { HostEndpoint } from '../../../local/host/http-server.ts';

const FUNCTIONS = ['timer', 'queue', 'blob'].map(
  (kind): RegisteredFunction => ({
    id: kind,
    name: `on-${kind}`,
    bindings: [{ name: 'in', type: `${kind}Trigger`, direction: 'in' }],
    metadata: {},
    callback: () => undefined,
  }),
);

function given(blobs?: Pick<BlobListener, 'accept'>): {
  calls: TriggerCall[];
  post: (path: string, body?: unknown) => ReturnType<HostEndpoint['answer']>;
} {
  const calls: TriggerCall[] = [];
  const listener = blobs === undefined ? undefined : { ...blobs, inFlight: () => 0, stop: async () => 0 };
  const invokerOf = () => async (call: TriggerCall) => {
    calls.push(call);
    return { kind: 'succeeded' } as const;
  };
  const endpoints = hostEndpoints(FUNCTIONS, invokerOf, () => listener);
  return {
    calls,
    async post(path, body) {
      const url = new URL(path, 'http://127.0.0.1');
      const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
      for (const endpoint of endpoints) {
        const match = endpoint.pattern.exec(url.pathname);
        if (match !== null) return endpoint.answer(match, url, text);
      }
      throw new Error(`no endpoint for ${path}`);
    },
  };
}

describe('a run by hand', () => {
  it('starts a timer or a queue function and does not wait for it', async () => {
    const { calls, post } = given();

    expect(await post('/admin/functions/ON-timer')).toEqual({ status: 202 });
    expect(await post('/admin/functions/on-queue', { input: '{"a":1}' })).toEqual({ status: 202 });
    expect(await post('/admin/functions/on-queue', {})).toEqual({ status: 202 });

    expect(JSON.parse(calls[0]?.data.json ?? '')).toMatchObject({ IsPastDue: false, ScheduleStatus: null });
    expect(calls[1]).toMatchObject({ data: { string: '{"a":1}' }, metadata: { a: { string: '1' } } });
    expect(calls[2]?.data).toEqual({ string: '' });
  });

  it('is refused for other functions and other bodies', async () => {
    const { post } = given();

    expect(await post('/admin/functions/nobody')).toEqual({ status: 404 });
    expect(await post('/admin/functions/on-blob')).toMatchObject({ status: 400 });
    expect(await post('/admin/functions/on-queue', 'no json')).toMatchObject({ status: 400 });
    expect(await post('/admin/functions/on-queue', { input: 7 })).toMatchObject({ status: 400 });
  });
});

describe('the webhook of blob events', () => {
  const created = (url: string): unknown => ({
    eventType: 'Microsoft.Storage.BlobCreated',
    data: { url, eTag: '0x8D' },
  });
  const path = '/runtime/webhooks/blobs?functionName=Host.Functions.on-blob';

  it('passes blobs on with container, name and version', async () => {
    const events: BlobEvent[] = [];
    const { post } = given({
      accept: async (event) => {
        events.push(event);
        return true;
      },
    });

    const list = [
      created('https://account.blob.core.windows.net/landing/core/a%20b.csv'),
      created('http://127.0.0.1:10000/devstoreaccount1/landing/x.csv'),
      {
        eventType: 'Microsoft.Storage.BlobDeleted',
        data: { url: 'https://a.blob.core.windows.net/landing/y' },
      },
      { eventType: 'Microsoft.Storage.BlobCreated', data: {} },
    ];

    expect(await post(path, list)).toEqual({ status: 202 });
    expect(await post(path, created('https://a.blob.core.windows.net/c/n'))).toEqual({ status: 202 });
    const functionId = 'Host.Functions.on-blob';
    expect(events).toEqual([
      { functionId, container: 'landing', name: 'core/a b.csv', etag: '0x8D' },
      { functionId, container: 'landing', name: 'x.csv', etag: '0x8D' },
      { functionId, container: 'c', name: 'n', etag: '0x8D' },
    ]);
  });

  it('answers the handshake of a new subscription', async () => {
    const { post } = given({ accept: async () => true });
    const event = {
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: 'c' },
    };

    expect(await post(path, [event])).toEqual({ status: 200, json: { validationResponse: 'c' } });
  });

  it('refuses what it cannot understand or pass on', async () => {
    const deaf = given({ accept: async () => false });

    expect(await deaf.post(path, [created('https://a.blob.core.windows.net/c/n')])).toMatchObject({
      status: 404,
    });
    expect(await deaf.post(path, 'no json')).toMatchObject({ status: 400 });
    expect(await deaf.post(path, [{ other: 1 }])).toMatchObject({ status: 400 });
    expect(await deaf.post('/runtime/webhooks/blobs', [])).toMatchObject({ status: 400 });
    expect(await given().post(path, [])).toEqual({ status: 404 });
  });
});
