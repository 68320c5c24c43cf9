import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { undiciEgress } from '../../../shared/adapters/undici/undici-egress.ts';
import type { Egress } from '../../../shared/ports/egress.ts';
import { ServiceUnavailable } from '../../../shared/resilience/service-errors.ts';
import { TokenBucket } from '../../../shared/resilience/token-bucket.ts';
import { along, instead, StubServer, times } from '../../support/stub-server.ts';
import { aSource, clock, failed, OLD, pause, THINGS, Things } from './a-service.ts';

let server: StubServer;
beforeAll(async () => {
  server = await StubServer.open(() => ({ body: THINGS }));
});
afterAll(() => server.close());
beforeEach(() => server.reset());

it('brings JSON of the shape that is asked for, with the secret on the wire', async () => {
  const { http, get } = aSource(server);

  expect(await get()).toEqual(THINGS);
  expect(http.cost).toEqual({ requests: 1, retries: 0, waitedMs: 0 });
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${OLD}`);
});

it('sends what is asked', async () => {
  const { http, call } = aSource(server);

  await http.json({ ...call, method: 'POST', json: { filters: ['ñ'] } }, Things);

  expect(server.requests).toMatchObject([{ method: 'POST', path: '/things', json: { filters: ['ñ'] } }]);
});

describe('a source that stumbles', () => {
  it.each([
    ['answers 500', instead({ status: 500 })],
    [
      'answers 502 with a page',
      instead({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }),
    ],
    ['breaks off in the head', along({ cutAt: 0 })],
    ['breaks off in the body', along({ cutAt: 20 })],
  ])('is asked again: it %s', async (_what, fault) => {
    const { http, circuits, get } = aSource(server);
    server.fault = times(2, fault);

    expect(await get()).toEqual(THINGS);
    expect(http.cost).toMatchObject({ requests: 3, retries: 2 });
    expect(circuits.state).toMatchObject({ status: 'closed', failures: 0 });
  });

  it.each([
    ['is silent', along({ lateMs: 400 })],
    ['drips', along({ dripMs: 15 })],
  ])('is asked again: it %s', async (_what, fault) => {
    const { http, get } = aSource(server, { rule: { timeoutMs: 200 } });
    server.fault = times(1, fault);

    expect(await get()).toEqual(THINGS);
    expect(http.cost.retries).toBeGreaterThan(0);
  });

  it('is left alone after so many tries, and by everybody once its circuit is open', async () => {
    server.fault = instead({ status: 503 });
    const { http, circuits, get } = aSource(server, { rule: { retries: 2 } });

    expect(await failed(get())).toMatchObject({
      name: 'ServiceUnavailable',
      message: 'Acme answered with status 503',
    });
    expect(circuits.state).toMatchObject({ status: 'open', failures: 3 });
    expect(await failed(get())).toMatchObject({ name: 'CircuitOpen' });
    expect(http.cost).toMatchObject({ requests: 3, retries: 2 });
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    [
      'that nobody answers at',
      'http://127.0.0.1:1/',
      /^Acme could not be reached, or broke off \(ECONNREFUSED\)$/,
    ],
    ['without encryption', undefined, /^Acme could not be reached, or broke off \((ERR_SSL|EPROTO)\w*\)$/],
  ])('is out of reach at an address %s', async (_what, url, message) => {
    const { http, call } = aSource(server, { rule: { retries: 0 } });
    const secure = server.url.replace('http:', 'https:');

    const error = await failed(http.json({ ...call, url: url ?? secure }, Things));

    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('is said to have taken too long', async () => {
    const { http, call } = aSource(server, { rule: { retries: 0 } });
    server.fault = along({ lateMs: 200 });

    const error = await failed(http.json({ ...call, timeoutMs: 30 }, Things));

    expect(error).toMatchObject({ message: 'Acme could not be reached, or broke off (TimeoutError)' });
  });
});

describe('a source that asks for a rest', () => {
  const throttled = (headers: Readonly<Record<string, string>>) => instead({ status: 429, headers });

  it.each([
    ['in seconds', '0.06'],
    ['until a date', 'Mon, 05 Jan 2026 06:00:01 GMT'],
  ])('gets it: %s', async (_what, value) => {
    // So long before that date.
    const at = new Date('2026-01-05T06:00:00.940Z');
    const { get } = aSource(server, { deps: { clock: { now: () => at } } });
    server.fault = times(1, throttled({ 'retry-after': value }));
    const began = performance.now();

    expect(await get()).toEqual(THINGS);
    // Timers may be early by a fraction of a millisecond.
    expect(performance.now() - began).toBeGreaterThan(58);
  });

  it.each(['3600', 'Mon, 05 Jan 2026 07:00:00 GMT'])(
    'for too long is left to the next pull: %s',
    async (value) => {
      const { http, get } = aSource(server);
      server.fault = throttled({ 'retry-after': value });

      expect(await failed(get())).toMatchObject({ name: 'ServiceUnavailable', retryAfterMs: 3_600_000 });
      expect(http.cost).toMatchObject({ requests: 1, retries: 0 });
    },
  );

  it.each(['', 'soon', '-5', 'Mon, 05 Jan 2025 06:00:00 GMT'])(
    'but not for how long is asked again: %p',
    async (value) => {
      const { get } = aSource(server);
      server.fault = times(1, throttled({ 'retry-after': value }));

      expect(await get()).toEqual(THINGS);
    },
  );

  it('is not broken: its circuit stays closed, however often', async () => {
    const { http, circuits, get } = aSource(server);
    server.fault = throttled({});

    for (let call = 0; call < 3; call += 1)
      expect(await failed(get())).toMatchObject({ name: 'ServiceUnavailable' });

    expect(http.cost).toMatchObject({ requests: 12, retries: 9 });
    expect(circuits.state).toBeUndefined();
  });

  it('may say so in its own way', async () => {
    const meaningOf = (status: number, body: string) =>
      status === 400 && body.includes('"code":17') ? ('throttled' as const) : undefined;
    const { circuits, get } = aSource(server, { deps: { meaningOf } });
    server.fault = times(1, instead({ status: 400, body: '{"error":{"code":17}}' }));

    expect(await get()).toEqual(THINGS);
    expect(circuits.state).toBeUndefined();
  });
});

it('leaves alone what goes wrong on our side, and does not ask again for it', async () => {
  const { http, circuits, call } = aSource(server);
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const reset = Object.assign(new Error('the disk went away'), { code: 'ECONNRESET' });

  for (const ours of [full, reset]) {
    const read = async ({ body }: { readonly body: AsyncIterable<Uint8Array> }) => {
      await buffer(body);
      throw ours;
    };
    expect(await failed(http.call(call, read))).toBe(ours);
  }

  expect(http.cost).toMatchObject({ requests: 2, retries: 0 });
  expect(circuits.state).toBeUndefined();
});

it('counts how long its budget held it up', async () => {
  const { http, call } = aSource(server);
  const bucket = new TokenBucket({ perMinute: 60, burst: 1 }, { clock, pause });

  for (let index = 0; index < 3; index += 1) await http.json({ ...call, bucket }, Things);

  expect(http.cost).toEqual({ requests: 3, retries: 0, waitedMs: 3_000 });
});

it('takes its budget for tries as well', async () => {
  const { http, call } = aSource(server);
  const bucket = new TokenBucket({ perMinute: 60, burst: 1 }, { clock, pause });
  server.fault = times(2, instead({ status: 500 }));

  await http.json({ ...call, bucket }, Things);

  expect(http.cost).toEqual({ requests: 3, retries: 2, waitedMs: 3_000 });
});

it('has no more requests at once than the rule says, and loses none', async () => {
  const real = undiciEgress({ hosts: [], allowsLoopback: true });
  let atWork = 0;
  let most = 0;
  const egress: Egress = {
    send: async (request) => {
      atWork += 1;
      most = Math.max(most, atWork);
      const { body, ...head } = await real.send(request);
      return {
        ...head,
        body: (async function* () {
          yield* body;
          atWork -= 1;
        })(),
      };
    },
  };
  const { get } = aSource(server, { rule: { atOnce: 3 }, deps: { egress } });

  const answers = await Promise.all(Array.from({ length: 12 }, get));

  expect(answers).toEqual(Array.from({ length: 12 }, () => THINGS));
  expect(most).toBe(3);
});
