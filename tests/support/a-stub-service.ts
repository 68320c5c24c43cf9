import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

// A service on this machine that answers as a test says, and remembers what it was asked.

export type Asked = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export class StubService implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server;
  #answer: (asked: Asked) => Answer;

  private constructor(answer: (asked: Asked) => Answer) {
    this.#answer = answer;
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url: path = '', headers } = request;
        const asked = { method, path, headers, body };
        this.asked.push(asked);
        const { status = 200, headers: own = {}, body: said = '{}' } = this.#answer(asked);
        response.writeHead(status, { 'content-type': 'application/json', ...own }).end(said);
      });
    });
  }

  static async start(answer: (asked: Asked) => Answer): Promise<StubService> {
    const service = new StubService(answer);
    await new Promise<void>((listening) => service.#server.listen(0, '127.0.0.1', listening));
    return service;
  }

  /** `http://127.0.0.1:54321`. */
  get url(): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port and not on a pipe
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  answerWith(answer: (asked: Asked) => Answer): void {
    this.#answer = answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
