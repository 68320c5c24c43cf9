import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// In front of the storage emulator, which knows no roles: what the test says is refused as Azure refuses it.

export type Refusal = { readonly status: number; readonly code: string };
export type Refuses = (request: { method: string; path: string }) => Refusal | undefined;

export type RefusingProxy = AsyncDisposable & {
  /** The connection string, by way of the proxy. */
  readonly storage: string;
};

export async function aRefusingProxy(storage: string, refuses: Refuses): Promise<RefusingProxy> {
  const servers: { close(): Promise<void> }[] = [];
  let through = storage;
  for (const kind of ['Blob', 'Queue', 'Table']) {
    const [, address = ''] = new RegExp(`${kind}Endpoint=(http://[^/;]+)`).exec(storage) ?? [];
    const server = await proxyTo(address, refuses, kind === 'Table');
    servers.push(server);
    through = through.replace(`${kind}Endpoint=${address}`, `${kind}Endpoint=${server.url}`);
  }
  return {
    storage: through,
    [Symbol.asyncDispose]: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

async function proxyTo(address: string, refuses: Refuses, isTable: boolean) {
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const refusal = refuses({ method, path: url });
    if (refusal !== undefined) {
      const { status, code } = refusal;
      incoming.resume();
      const body = isTable
        ? JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'refused' } } })
        : `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>refused</Message></Error>`;
      const type = isTable ? 'application/json;odata=minimalmetadata' : 'application/xml';
      outgoing.writeHead(status, { 'content-type': type, 'x-ms-error-code': code });
      outgoing.end(method === 'HEAD' ? undefined : body);
      return;
    }
    const onwards = ask(`${address}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
