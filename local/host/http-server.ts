import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostKeys } from './host-keys.ts';
import { messageOf, type Say } from './host-log.ts';
import { type AuthLevel, mayCall } from './http-access.ts';
import { sendBare, sendHttpData, sendJson } from './http-answer.ts';
import { BodyTooLarge, readBody } from './http-body.ts';
import { type HttpRoute, httpCall } from './http-route.ts';
import { settledWithin } from './settled-within.ts';

/** A path of the host itself: webhooks and administration. */
export type HostEndpoint = {
  method: string;
  pattern: RegExp;
  level: AuthLevel;
  answer(match: RegExpExecArray, url: URL, body: string): Promise<{ status: number; json?: unknown }>;
};

export type HttpServerOptions = {
  port: number;
  routes: readonly HttpRoute[];
  endpoints: readonly HostEndpoint[];
  keys: HostKeys;
  bodyLimit: number;
  say: Say;
};

export type HttpListener = {
  port: number;
  inFlight(): number;
  stop(graceMs: number): Promise<void>;
};

const LOOPBACK = '127.0.0.1';

/** Listens on the loopback address only. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpListener> {
  const routes = options.routes.toSorted((a, b) => (a.template.rank < b.template.rank ? -1 : 1));
  const working = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const work = serve(request, response)
      .catch((error: unknown) => {
        if (error instanceof BodyTooLarge) return sendBare(response, 413, { connection: 'close' });
        options.say('error', `${request.method} ${request.url}: ${messageOf(error)}`);
        if (response.headersSent) response.destroy();
        else sendBare(response, 500);
      })
      .finally(() => working.delete(work));
    working.add(work);
  });
  await listen(server, options.port);
  return {
    port: portOf(server),
    inFlight: () => working.size,
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await settledWithin(Promise.all(working), graceMs);
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(request);
    for (const endpoint of options.endpoints) {
      const match = endpoint.pattern.exec(url.pathname);
      if (match !== null) return serveEndpoint(endpoint, match, url, request, response);
    }
    const path = url.pathname.slice(1);
    const matches = routes.flatMap((route) => {
      const params = route.template.match(path);
      return params === undefined ? [] : [{ route, params }];
    });
    if (matches.length === 0) return sendBare(response, 404);
    const found = matches.find(({ route }) => route.methods.includes(request.method ?? ''));
    if (found === undefined) {
      // Azure itself answers 404 here (azure-functions-host#10098); a caller is better served by the cause.
      const allow = [...new Set(matches.flatMap(({ route }) => route.methods))].join(', ');
      return sendBare(response, 405, { allow });
    }
    if (!isAllowed(found.route.level, request, url)) return sendBare(response, 401);
    const body = await readBody(request, options.bodyLimit);
    const outcome = await found.route.invoke(httpCall(request, url, found.params, body));
    // What went wrong stays in the log: the caller gets a bare 500.
    if (outcome.kind === 'failed') return sendBare(response, 500);
    sendHttpData(response, outcome.returnValue);
  }

  async function serveEndpoint(
    endpoint: HostEndpoint,
    match: RegExpExecArray,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.method !== endpoint.method) return sendBare(response, 405, { allow: endpoint.method });
    if (!isAllowed(endpoint.level, request, url)) return sendBare(response, 401);
    const body = await readBody(request, options.bodyLimit);
    const { status, json } = await endpoint.answer(match, url, body?.toString('utf8') ?? '');
    if (json === undefined) sendBare(response, status);
    else sendJson(response, status, json);
  }

  function isAllowed(level: AuthLevel, request: IncomingMessage, url: URL): boolean {
    const header = request.headers['x-functions-key'];
    const code = url.searchParams.get('code');
    return mayCall(level, { header: typeof header === 'string' ? header : undefined, code }, options.keys);
  }
}

function urlOf(request: IncomingMessage): URL {
  const { url = '/', headers } = request;
  // Not as a relative address: a path of `//x` would name another host.
  return new URL(url.startsWith('/') ? `http://${headers.host ?? LOOPBACK}${url}` : url);
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
