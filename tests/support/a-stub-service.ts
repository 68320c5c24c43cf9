import type { IncomingHttpHeaders } from 'node:http';
import { StubServer } from './stub-server.ts';

// A service on this machine that answers with JSON as a test says, and remembers what it was asked.

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
  readonly #server: StubServer;

  private constructor(server: StubServer, answer: (asked: Asked) => Answer) {
    this.#server = server;
    this.answerWith(answer);
  }

  static async start(answer: (asked: Asked) => Answer): Promise<StubService> {
    return new StubService(await StubServer.open(() => ({ status: 503 })), answer);
  }

  /** `http://127.0.0.1:54321`. */
  get url(): string {
    return this.#server.url;
  }

  answerWith(answer: (asked: Asked) => Answer): void {
    this.#server.answerWith(({ method, path, query, headers, body }) => {
      const asked = { method, path: query.size === 0 ? path : `${path}?${query.toString()}`, headers, body };
      this.asked.push(asked);
      const { status = 200, headers: own = {}, body: said = '{}' } = answer(asked);
      return { status, headers: { 'content-type': 'application/json', ...own }, body: said };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}
