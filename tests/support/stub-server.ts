import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../local/generate/random.ts';

// A stand-in for a service on this machine, and what may go wrong with one. What it answers is a function of the request;
// a fault is a function of the request and that answer.

export type StubRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The body as JSON; undefined without one. */
  readonly json: unknown;
};

export type StubAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown;
  readonly lateMs?: number;
  /** One byte at a time, or `dripBytes`, with so long a rest after each. */
  readonly dripMs?: number;
  readonly dripBytes?: number;
  /** The connection breaks off after so many bytes of those that the head announces. */
  readonly cutAt?: number;
  /** The connection is reset before the head. */
  readonly isReset?: boolean;
};

export type StubFault = (answer: StubAnswer, request: StubRequest) => StubAnswer;
/** What comes between the caller and the service: given in place of it, so that it never sees the request. */
export type StubGate = (request: StubRequest) => StubAnswer | undefined;

export class StubServer {
  readonly url: string;
  /** Everything that was asked, in order. */
  readonly requests: StubRequest[] = [];
  fault: StubFault = (answer) => answer;
  gate: StubGate = () => undefined;
  #respond: (request: StubRequest) => StubAnswer;
  readonly #close: () => Promise<void>;

  private constructor(
    url: string,
    respond: (request: StubRequest) => StubAnswer,
    close: () => Promise<void>,
  ) {
    this.url = url;
    this.#respond = respond;
    this.#close = close;
  }

  static async open(respond: (request: StubRequest) => StubAnswer): Promise<StubServer> {
    const server = createServer((request, response) => {
      void answer(request, response).catch(() => void response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const stub = new StubServer(`http://127.0.0.1:${port}`, respond, async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    });
    return stub;

    async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
      const url = new URL(incoming.url ?? '/', stub.url);
      const body = await text(incoming);
      const request: StubRequest = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body,
        json: body === '' ? undefined : JSON.parse(body),
      };
      stub.requests.push(request);
      await send(stub.gate(request) ?? stub.fault(stub.#respond(request), request), response);
    }
  }

  /** Requests to a path, such as `/search`. */
  asked(part: string): readonly StubRequest[] {
    return this.requests.filter(({ path }) => path.includes(part));
  }

  /** Another service from now on. */
  answerWith(respond: (request: StubRequest) => StubAnswer): void {
    this.#respond = respond;
  }

  /** Forgets what was asked and what goes wrong. */
  reset(): void {
    this.requests.length = 0;
    this.fault = (answer) => answer;
    this.gate = () => undefined;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

async function send(answer: StubAnswer, response: ServerResponse): Promise<void> {
  const { status = 200, headers = {}, body = '', lateMs, dripMs, dripBytes = 1, cutAt, isReset } = answer;
  const isPlain = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = Buffer.from(isPlain ? body : JSON.stringify(body));
  if (lateMs !== undefined) await sleep(lateMs);
  if (isReset === true) {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(status, {
    'content-type': isPlain ? 'application/octet-stream' : 'application/json',
    'content-length': bytes.length,
    ...headers,
  });
  if (cutAt !== undefined) {
    response.write(bytes.subarray(0, cutAt), () => response.destroy());
    return;
  }
  for (let at = 0; dripMs !== undefined && at < bytes.length && !response.destroyed; at += dripBytes) {
    response.write(bytes.subarray(at, at + dripBytes));
    await sleep(dripMs);
  }
  response.end(dripMs === undefined ? bytes : undefined);
}

/** In place of the answer. */
export const instead =
  (answer: StubAnswer): StubFault =>
  () =>
    answer;

/** The answer with something else about it, such as `lateMs`, `dripMs` or `cutAt`. */
export const along =
  (change: StubAnswer): StubFault =>
  (answer) => ({ ...answer, ...change });

/** Only the first so many requests. */
export function times(count: number, fault: StubFault): StubFault {
  let left = count;
  return (answer, request) => {
    if (left <= 0) return answer;
    left -= 1;
    return fault(answer, request);
  };
}

/** All requests after the first so many. */
export function after(count: number, fault: StubFault): StubFault {
  let passed = 0;
  return (answer, request) => {
    passed += 1;
    return passed > count ? fault(answer, request) : answer;
  };
}

/** This share of the requests, drawn from a seed. */
export function aShareOf(share: number, seed: number, fault: StubFault): StubFault {
  const random = seededRandom(seed, 'faults');
  return (answer, request) => (random.unit() < share ? fault(answer, request) : answer);
}
