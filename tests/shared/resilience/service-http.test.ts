import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { undiciEgress } from '../../../shared/adapters/undici/undici-egress.ts';
import type { CircuitState, Circuits } from '../../../shared/ports/circuits.ts';
import type { Egress } from '../../../shared/ports/egress.ts';
import { seal, unseal } from '../../../shared/privacy/sealed.ts';
import { ServiceUnavailable } from '../../../shared/resilience/service-errors.ts';
import { type CallRule, ServiceHttp, type ServiceHttpDeps } from '../../../shared/resilience/service-http.ts';
import { SharedCircuit } from '../../../shared/resilience/shared-circuit.ts';
import { TokenBucket } from '../../../shared/resilience/token-bucket.ts';
import { along, instead, StubServer, times } from '../../support/stub-server.ts';

const OLD = 'canary-old-secret';
const NEW = 'canary-new-secret';
const RULE: CallRule = {
  retries: 3,
  firstDelayMs: 1,
  longestDelayMs: 200,
  timeoutMs: 5_000,
  mostBytes: 10_000,
  atOnce: 4,
};
const Things = z.object({
  things: z.array(z.object({ id: z.string(), email: z.string() })),
  next: z.object({ after: z.string() }).optional(),
});
const THINGS = { things: [{ id: '1', email: 'ana@example.com' }] };
const NOW = new Date('2026-01-05T06:00:00Z');
const clock = { now: () => NOW };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Waiting takes no time here. */
const pause = async () => undefined;

let server: StubServer;
beforeAll(async () => {
  server = await StubServer.open(() => ({ body: THINGS }));
});
afterAll(() => server.close());
beforeEach(() => server.reset());

function inMemory(): Circuits & { readonly state: CircuitState | undefined } {
  let state: CircuitState | undefined;
  return {
    get state() {
      return state;
    },
    get: async () => state && { value: state, version: '' },
    save: async (saved) => {
      state = saved;
      return 'saved';
    },
    all: async () => [],
  };
}

type Options = { readonly rule?: Partial<CallRule>; readonly deps?: Partial<ServiceHttpDeps> };

function aSource({ rule = {}, deps = {} }: Options = {}) {
  const circuits = inMemory();
  const asked: (boolean | undefined)[] = [];
  const http = new ServiceHttp(
    'Acme',
    { ...RULE, ...rule },
    {
      egress: undiciEgress({ hosts: ['api.example.com'], allowsLoopback: true }),
      circuit: new SharedCircuit(
        { name: 'acme', opensAfter: 3, retryAfterMs: 60_000 },
        { circuits, clock, log },
      ),
      clock,
      secrets: {
        get: async (_name, { renewed } = { renewed: false }) => {
          asked.push(renewed);
          return seal(renewed ? NEW : OLD);
        },
      },
      secret: 'hubspot-api-key',
      authorise: (key) => ({ authorization: seal(`Bearer ${unseal(key)}`) }),
      ...deps,
    },
  );
  const bucket = new TokenBucket({ perMinute: 60, burst: 100 }, { clock, pause });
  const call = { url: `${server.url}/things`, bucket };
  return { http, circuits, asked, call, get: () => http.json(call, Things) };
}

const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect(promise).rejects.toThrow(),
    (error: unknown) => error,
  );

it('brings JSON of the shape that is asked for, with the secret on the wire', async () => {
  const { http, get } = aSource();

  expect(await get()).toEqual(THINGS);
  expect(http.cost).toEqual({ requests: 1, retries: 0, waitedMs: 0 });
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${OLD}`);
});

it('sends what is asked', async () => {
  const { http, call } = aSource();

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
    const { http, circuits, get } = aSource();
    server.fault = times(2, fault);

    expect(await get()).toEqual(THINGS);
    expect(http.cost).toMatchObject({ requests: 3, retries: 2 });
    expect(circuits.state).toMatchObject({ status: 'closed', failures: 0 });
  });

  it.each([
    ['is silent', along({ lateMs: 400 })],
    ['drips', along({ dripMs: 15 })],
  ])('is asked again: it %s', async (_what, fault) => {
    const { http, get } = aSource({ rule: { timeoutMs: 200 } });
    server.fault = times(1, fault);

    expect(await get()).toEqual(THINGS);
    expect(http.cost.retries).toBeGreaterThan(0);
  });

  it('is left alone after so many tries, and by everybody once its circuit is open', async () => {
    server.fault = instead({ status: 503 });
    const { http, circuits, get } = aSource({ rule: { retries: 2 } });

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
    const { http, call } = aSource({ rule: { retries: 0 } });
    const secure = server.url.replace('http:', 'https:');

    const error = await failed(http.json({ ...call, url: url ?? secure }, Things));

    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('is said to have taken too long', async () => {
    const { http, call } = aSource({ rule: { retries: 0 } });
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
    const { get } = aSource({ deps: { clock: { now: () => at } } });
    server.fault = times(1, throttled({ 'retry-after': value }));
    const began = performance.now();

    expect(await get()).toEqual(THINGS);
    // Timers may be early by a fraction of a millisecond.
    expect(performance.now() - began).toBeGreaterThan(58);
  });

  it.each(['3600', 'Mon, 05 Jan 2026 07:00:00 GMT'])(
    'for too long is left to the next pull: %s',
    async (value) => {
      const { http, get } = aSource();
      server.fault = throttled({ 'retry-after': value });

      expect(await failed(get())).toMatchObject({ name: 'ServiceUnavailable', retryAfterMs: 3_600_000 });
      expect(http.cost).toMatchObject({ requests: 1, retries: 0 });
    },
  );

  it.each(['', 'soon', '-5', 'Mon, 05 Jan 2025 06:00:00 GMT'])(
    'but not for how long is asked again: %p',
    async (value) => {
      const { get } = aSource();
      server.fault = times(1, throttled({ 'retry-after': value }));

      expect(await get()).toEqual(THINGS);
    },
  );

  it('is not broken: its circuit stays closed, however often', async () => {
    const { http, circuits, get } = aSource();
    server.fault = throttled({});

    for (let call = 0; call < 3; call += 1)
      expect(await failed(get())).toMatchObject({ name: 'ServiceUnavailable' });

    expect(http.cost).toMatchObject({ requests: 12, retries: 9 });
    expect(circuits.state).toBeUndefined();
  });

  it('may say so in its own way', async () => {
    const meaningOf = (status: number, body: string) =>
      status === 400 && body.includes('"code":17') ? ('throttled' as const) : undefined;
    const { circuits, get } = aSource({ deps: { meaningOf } });
    server.fault = times(1, instead({ status: 400, body: '{"error":{"code":17}}' }));

    expect(await get()).toEqual(THINGS);
    expect(circuits.state).toBeUndefined();
  });
});

describe('a credential', () => {
  const onlyTo = (secret: string) => {
    server.fault = (answer, { headers }) =>
      headers.authorization === `Bearer ${secret}` ? answer : { status: 401 };
  };

  it('that was renewed since it was cached is taken from the vault', async () => {
    const { asked, http, circuits, get } = aSource();
    onlyTo(NEW);

    expect(await get()).toEqual(THINGS);
    expect(asked).toEqual([false, true]);
    expect(http.cost).toMatchObject({ requests: 2, retries: 0 });
    expect(circuits.state).toBeUndefined();
  });

  it.each([401, 403])('that is refused with %i is tried once anew and no more', async (status) => {
    const { asked, circuits, get } = aSource();
    server.fault = instead({ status, body: `{"message":"key ${OLD} of ana@example.com"}` });

    expect(await failed(get())).toMatchObject({
      name: 'CredentialsRefused',
      secret: 'hubspot-api-key',
      message: `Acme refused the credential with status ${status}`,
    });
    expect(asked).toEqual([false, true]);
    expect(circuits.state).toBeUndefined();
  });

  it('may be refused in the own way of the source', async () => {
    const { get } = aSource({ deps: { meaningOf: () => 'credentials' } });
    server.fault = instead({ status: 400 });

    expect(await failed(get())).toMatchObject({ name: 'CredentialsRefused' });
  });

  it.each([
    'https://login.example.com/?back=/things',
    'https://app.example.com/users/sign_in',
    'https://app.example.com/signin',
    'https://example.auth0.com/authorize',
    '/login?next=%2Fthings',
    '/session/new',
  ])('has run out when it leads to a login page: %s', async (location) => {
    const { get } = aSource();
    server.fault = (answer, { path }) => {
      if (path === '/things') return { status: 302, headers: { location } };
      return { ...answer, headers: { 'content-type': 'text/html' }, body: '<!doctype html><form>' };
    };

    expect(await failed(get())).toMatchObject({
      name: 'CredentialsRefused',
      message: 'The session at Acme has expired: it leads to its login page',
    });
  });
});

describe('a source that has changed', () => {
  it.each([
    ['https://www.example.com/new-home', 'to another place'],
    ['https://www.example.com/things?author=ana', 'to another place'],
  ])('leads elsewhere: %s', async (location) => {
    const { http, get } = aSource();
    server.fault = instead({ status: 301, headers: { location } });

    expect(await failed(get())).toMatchObject({
      name: 'AnswerChanged',
      message: 'Acme leads from /things to another place',
    });
    expect(http.cost.requests).toBe(1);
  });

  it('is followed to where it has moved within its host', async () => {
    const { get } = aSource();
    server.fault = (answer, { path }) =>
      path === '/things' ? { status: 301, headers: { location: '/v2/things' } } : answer;

    expect(await get()).toEqual(THINGS);
  });

  it.each([
    [
      'that says so',
      { headers: { 'content-type': 'text/html; charset=utf-8' }, body: 'Down for maintenance' },
    ],
    [
      'that says it is JSON',
      { headers: { 'content-type': 'application/json' }, body: '\uFEFF\n <!DOCTYPE html><p>' },
    ],
  ])('answers with a page %s', async (_what, page) => {
    const { http, circuits, get } = aSource();
    server.fault = instead(page);

    expect(await failed(get())).toMatchObject({
      name: 'AnswerChanged',
      message: 'Acme answered with a page instead of data',
    });
    expect(http.cost.requests).toBe(1);
    expect(circuits.state).toBeUndefined();
  });

  it('has its fields named, and none of their values', async () => {
    const { get } = aSource();
    server.fault = instead({
      body: { things: [{ id: 7, email: 'ana@example.com' }, { id: '8' }], next: 'ana' },
    });

    const error = await failed(get());

    expect(error).toMatchObject({
      name: 'AnswerChanged',
      message:
        'Acme answers in another shape than before: things.0.id (invalid_type), things.1.email (invalid_type), next (invalid_type)',
    });
    expect(inspect(error, { depth: 10 })).not.toContain('ana');
  });

  it.each(['[]', 'null', '7', '"ana@example.com"'])('gives %s in place of a document', async (body) => {
    const { get } = aSource();
    server.fault = instead({ body });

    expect(await failed(get())).toMatchObject({
      message: 'Acme answers in another shape than before: the answer (invalid_type)',
    });
  });

  it.each(['{"things":[{"email":"ana@example.com', 'ana@example.com;1', ''])(
    'gives what is no JSON, which is not shown: %p',
    async (body) => {
      const { get } = aSource();
      server.fault = instead({ body });

      const error = await failed(get());

      expect(error).toMatchObject({
        name: 'AnswerChanged',
        message: 'Acme answered with something that is not JSON',
      });
      expect(inspect(error, { depth: 10 })).not.toContain('ana');
    },
  );

  it('gives more than it may', async () => {
    const { http, circuits, call } = aSource();
    server.fault = instead({ body: 'x'.repeat(101) });

    const error = await failed(http.call({ ...call, mostBytes: 100 }, ({ body }) => buffer(body)));

    expect(error).toMatchObject({ name: 'AnswerTooLarge' });
    expect(http.cost.requests).toBe(1);
    expect(circuits.state).toBeUndefined();
  });
});

describe('a request that is refused', () => {
  it('is told by its codes, never by sentences that quote values', async () => {
    const { http, circuits, get } = aSource();
    const body = {
      status: 'error',
      message: 'Property "ana@example.com" does not exist',
      category: 'VALIDATION_ERROR',
      errors: [{ message: 'ana@example.com', code: 'PROPERTY_DOESNT_EXIST', in: 'ana' }],
    };
    server.fault = instead({ status: 400, body });

    const error = await failed(get());

    expect(error).toMatchObject({
      name: 'RequestRefused',
      status: 400,
      message: 'Acme refused the request with status 400: VALIDATION_ERROR PROPERTY_DOESNT_EXIST',
    });
    expect(inspect(error, { depth: 10 })).not.toContain('ana');
    expect(http.cost).toMatchObject({ requests: 1, retries: 0 });
    expect(circuits.state).toBeUndefined();
  });

  it.each([
    ['nothing', { body: '' }],
    ['a long page', { body: `<html>${'x'.repeat(100_000)}` }],
    ['half of a sentence', { body: '{"code":"A"', cutAt: 0 }],
  ])('may say %s', async (_what, answer) => {
    const { get } = aSource();
    server.fault = instead({ status: 404, ...answer });

    expect(await failed(get())).toMatchObject({ message: 'Acme refused the request with status 404' });
  });

  it('because it would leave the places that are allowed was never sent', async () => {
    const { http, circuits, call } = aSource();

    const error = await failed(http.json({ ...call, url: 'https://evil.example/' }, Things));

    expect(error).toMatchObject({ name: 'EgressRefused' });
    expect(http.cost.retries).toBe(0);
    expect(circuits.state).toBeUndefined();
  });
});

it('leaves alone what goes wrong on our side, and does not ask again for it', async () => {
  const { http, circuits, call } = aSource();
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
  const { http, call } = aSource();
  const bucket = new TokenBucket({ perMinute: 60, burst: 1 }, { clock, pause });

  for (let index = 0; index < 3; index += 1) await http.json({ ...call, bucket }, Things);

  expect(http.cost).toEqual({ requests: 3, retries: 0, waitedMs: 3_000 });
});

it('takes its budget for tries as well', async () => {
  const { http, call } = aSource();
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
  const { get } = aSource({ rule: { atOnce: 3 }, deps: { egress } });

  const answers = await Promise.all(Array.from({ length: 12 }, get));

  expect(answers).toEqual(Array.from({ length: 12 }, () => THINGS));
  expect(most).toBe(3);
});

it('has no secret in any error', async () => {
  const { get } = aSource({ rule: { retries: 0 } });
  for (const status of [301, 400, 401, 429, 500]) {
    server.fault = instead({
      status,
      body: `{"code":"A","token":"${OLD}"}`,
      headers: { location: '/things' },
    });

    const error = await failed(get());

    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary/);
  }
});
