import { type StubAnswer, type StubRequest, StubServer } from './stub-server.ts';

// Cascade as far as the product asks it: exports as files, and a login page once the session has ended.

export const CASCADE_SESSION = 'stub-session';
export const CASCADE_PATHS = {
  loanTape: '/data/exports/loan-tape',
  analytics: '/analytics/risk/overview',
  statements: '/analytics/financials/statements',
} as const;

const LOGIN_PAGE: StubAnswer = {
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html>\n<html lang="en"><head><title>Log in - Cascade</title></head><body></body></html>\n',
};

export class StubCascade {
  readonly server: StubServer;
  session = CASCADE_SESSION;
  /** What is shown to whoever has no session: the login page itself, or the way to it. */
  withoutSession: 'page' | 'redirect' = 'page';
  readonly files = new Map<string, StubAnswer>();

  private constructor(server: StubServer) {
    this.server = server;
  }

  static async open(): Promise<StubCascade> {
    const server = await StubServer.open((request) => stub.#answer(request));
    const stub = new StubCascade(server);
    return stub;
  }

  /** What an export gives from now on. */
  put(path: string, body: string | Buffer, contentType = 'application/octet-stream'): void {
    this.files.set(path, { headers: { 'content-type': contentType }, body });
  }

  #answer({ path, query, headers }: StubRequest): StubAnswer {
    if (path === '/login') return LOGIN_PAGE;
    const isIn =
      headers.authorization === `Bearer ${this.session}` || headers.cookie === `session=${this.session}`;
    if (!isIn)
      return this.withoutSession === 'page' ? LOGIN_PAGE : { status: 302, headers: { location: '/login' } };
    if (query.get('pid') !== 'abaco') return { status: 404, body: { error: 'no such portfolio' } };
    return this.files.get(path) ?? { status: 404, body: { error: 'no such export' } };
  }
}
