import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { TypedData } from '../../../local/host/core-contract.ts';
import type { RunOutcome, TriggerCall } from '../../../local/host/function-runner.ts';
import { makeHostKeys } from '../../../local/host/host-keys.ts';
import { mayCall } from '../../../local/host/http-access.ts';
import { cookieText } from '../../../local/host/http-answer.ts';
import { bodyLimitFrom } from '../../../local/host/http-body.ts';
import { httpRouteOf } from '../../../local/host/http-route.ts';
import { type HostEndpoint, type HttpListener, startHttpServer } from '../../../local/host/http-server.ts';
import { until } from '../../support/until.ts';

let server: HttpListener | undefined;
let calls: TriggerCall[];

afterEach(async () => {
  await server?.stop(0);
});

const keys = makeHostKeys();

async function serve(
  triggers: readonly Record<string, unknown>[],
  options: { outcome?: () => Promise<RunOutcome>; endpoints?: HostEndpoint[]; prefix?: string } = {},
): Promise<string> {
  calls = [];
  const routes = triggers.map((trigger, index) => {
    const binding = { name: 'req', type: 'httpTrigger', direction: 'in', ...trigger } as const;
    const fn = {
      id: `f${index}`,
      name: `f${index}`,
      bindings: [binding],
      metadata: {},
      callback: () => undefined,
    };
    return httpRouteOf(fn, options.prefix ?? 'api', async (call) => {
      calls.push(call);
      return options.outcome?.() ?? answered({ statusCode: '200', body: { bytes: Buffer.from(fn.name) } });
    });
  });
  server = await startHttpServer({
    port: 0,
    routes,
    endpoints: options.endpoints ?? [],
    keys,
    bodyLimit: 10,
    say: () => {},
  });
  return `http://127.0.0.1:${server.port}`;
}

function answered(http: TypedData['http']): RunOutcome {
  return { kind: 'succeeded', returnValue: http === undefined ? {} : { http } };
}

describe('the HTTP server', () => {
  it('takes the route with the literal before the one with a parameter', async () => {
    const url = await serve([{ route: '{*all}' }, { route: '{id}' }, { route: 'latest' }]);

    const texts = ['latest', 'other', 'a/b'].map(async (path) => (await fetch(`${url}/api/${path}`)).text());

    expect(await Promise.all(texts)).toEqual(['f2', 'f1', 'f0']);
  });

  it('serves an app without a route prefix', async () => {
    const url = await serve([{ route: 'health' }], { prefix: '' });

    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('gives a function the request with its absolute address', async () => {
    const url = await serve([{ route: 'runs/{id}' }]);

    await fetch(`${url}/api/runs/7?full=1`, {
      method: 'POST',
      body: 'text',
      headers: { traceparent: '00-1-2-01', 'X-Mixed': 'yes' },
    });

    expect(calls[0]).toMatchObject({
      reason: 'POST /api/runs/7',
      traceParent: '00-1-2-01',
      data: {
        http: {
          method: 'POST',
          url: `${url}/api/runs/7?full=1`,
          nullableParams: { id: { value: '7' } },
          nullableQuery: { full: { value: '1' } },
        },
      },
      metadata: { id: { string: '7' }, Query: { json: '{"full":"1"}' } },
    });
    expect(calls[0]?.data.http?.nullableHeaders?.['x-mixed']).toEqual({ value: 'yes' });
    expect(String(calls[0]?.data.http?.body?.bytes)).toBe('text');
  });

  it('answers 500 without a word when a function fails, and 204 when it says nothing', async () => {
    const outcomes: RunOutcome[] = [{ kind: 'failed', error: new Error('a secret') }, answered(undefined)];
    const url = await serve([{}], { outcome: async () => outcomes.shift() ?? answered(undefined) });

    const [failed, silent] = [await fetch(`${url}/api/f0`), await fetch(`${url}/api/f0`)];

    expect([failed.status, await failed.text()]).toEqual([500, '']);
    expect(silent.status).toBe(204);
  });

  it('sends no body with a status that has none', async () => {
    const url = await serve([{}], {
      outcome: async () => answered({ statusCode: '304', headers: { ETag: 'x', 'content-length': '9' } }),
    });

    const answer = await fetch(`${url}/api/f0`);

    expect([answer.status, answer.headers.get('etag')]).toEqual([304, 'x']);
  });

  it('answers 500 when the answer itself cannot be sent', async () => {
    const url = await serve([{}], { outcome: async () => answered({ headers: { 'bad name': 'x' } }) });

    expect((await fetch(`${url}/api/f0`)).status).toBe(500);
  });

  it('serves its own endpoints by method and key', async () => {
    const endpoint: HostEndpoint = {
      method: 'POST',
      pattern: /^\/own$/,
      level: 'system',
      answer: async (_match, _url, body) => (body === '' ? { status: 202 } : { status: 200, json: { body } }),
    };
    const url = `${await serve([], { endpoints: [endpoint] })}/own`;

    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${url}?code=${keys.system}`, { method: 'POST' })).status).toBe(202);
    const answer = await fetch(`${url}?code=${keys.master}`, { method: 'POST', body: 'hi' });
    expect(await answer.json()).toEqual({ body: 'hi' });
    const tooLong = await fetch(`${url}?code=${keys.master}`, { method: 'POST', body: 'longer than ten' });
    expect(tooLong.status).toBe(413);
  });

  it('lets a request finish at the stop, and cuts off what takes too long', async () => {
    const ends: (() => void)[] = [];
    const url = await serve([{}], {
      outcome: () => new Promise((resolve) => ends.push(() => resolve(answered({ statusCode: '200' })))),
    });
    const [quick, endless] = [fetch(`${url}/api/f0`), fetch(`${url}/api/f0`)];
    const endOfEndless = endless.then(
      () => 'answered',
      () => 'cut off',
    );
    await until(() => ends.length === 2);
    expect(server?.inFlight()).toBe(2);

    ends[0]?.();
    await server?.stop(200);

    expect((await quick).status).toBe(200);
    expect(await endOfEndless).toBe('cut off');
  });

  it('does not start on a port that is taken', async () => {
    await serve([]);
    const port = server?.port ?? 0;

    await expect(
      startHttpServer({ port, routes: [], endpoints: [], keys, bodyLimit: 10, say: () => {} }),
    ).rejects.toThrow('EADDRINUSE');
  });

  it('survives a client that goes away in the middle of its body', async () => {
    const url = await serve([{ methods: ['POST'] }]);
    const cut = request(`${url}/api/f0`, { method: 'POST', headers: { 'content-length': 9 } });
    cut.on('error', () => {});
    cut.write('half');
    await until(() => server?.inFlight() === 1);

    cut.destroy();
    await until(() => server?.inFlight() === 0);

    expect(calls).toHaveLength(0);
  });

  it('refuses a level of access that does not exist', async () => {
    await expect(serve([{ authLevel: 'everybody' }])).rejects.toThrow();
    await expect(serve([{ authLevel: 7 }])).rejects.toThrow();
  });
});

describe('access', () => {
  it('needs a key that fits', () => {
    const withKey = (header: string | undefined): { header: string | undefined; code: null } => ({
      header,
      code: null,
    });

    expect(mayCall('function', withKey(''), keys)).toBe(false);
    expect(mayCall('function', withKey(keys.system), keys)).toBe(false);
    expect(mayCall('system', withKey(keys.function), keys)).toBe(false);
    expect(mayCall('admin', withKey(keys.system), keys)).toBe(false);
    expect(mayCall('admin', withKey(keys.master), keys)).toBe(true);
  });
});

describe('the limit of a body', () => {
  it.each([
    [undefined, 104_857_600],
    ['5', 5],
    ['nonsense', 104_857_600],
    ['-1', 104_857_600],
  ])('with the setting %s is %d', (setting, limit) => {
    expect(bodyLimitFrom(setting)).toBe(limit);
  });
});

describe('a cookie', () => {
  it('is written with all its attributes', () => {
    const cookie = {
      name: 'n',
      value: 'v;',
      domain: { value: 'example.org' },
      path: { value: '/x' },
      expires: { value: { seconds: 1_800_000_000 } },
      secure: { value: true },
      sameSite: 'explicitNone',
    };

    expect(cookieText(cookie)).toBe(
      'n=v%3B; expires=Fri, 15 Jan 2027 08:00:00 GMT; domain=example.org; path=/x; secure; samesite=none',
    );
    expect(cookieText({ sameSite: 'none', expires: { value: new Date(0) } })).toContain('Thu, 01 Jan 1970');
    expect(cookieText({ expires: { value: '1970-01-01' } })).toContain('1970');
  });
});
