import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

// Azurite inside our own process: blob, queue and table on free ports of 127.0.0.1. The constructor argument
// lists are internal to Azurite, so its version is pinned exactly and a test starts it.

export type StorageEmulator = {
  /** Connection string of the default account; the ports are those that were free. */
  connectionString: string;
  /** The same for another account named in AZURITE_ACCOUNTS. */
  connectionStringFor(account: string, key: string): string;
  stop(): Promise<void>;
};

export const EMULATOR_ACCOUNT = 'devstoreaccount1';
/** The public, well-known key of the emulator's account: not a secret. */
export const EMULATOR_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

// Azurite's positional arguments, named.
const KEEP_ALIVE_SECONDS = 5;
const NO_ACCESS_LOG = false;
const NO_DEBUG_LOG = false;
const NOT_LOOSE = false;
const SKIP_API_VERSION_CHECK = true;
const NO_TLS = ['', '', ''];
const NO_OAUTH = undefined;
const PRODUCT_STYLE_URLS = false;

type EmulatorServer = {
  /** Looks every ten minutes for what no blob or message refers to any more, and answers nobody meanwhile. */
  gcManager?: unknown;
  httpServer: { address(): AddressInfo };
  start(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Starts the storage emulator. With a folder it keeps its data there; without one it keeps nothing.
 * `ports` fixes the ports (0: any free one).
 */
export async function startAzurite(
  options: { dataDir?: string; ports?: { blob: number; queue: number; table: number } } = {},
): Promise<StorageEmulator> {
  const require = createRequire(import.meta.url);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Azurite has no types for these files
  const part = (path: string): never => require(`azurite/dist/src/${path}`) as never;
  const host = '127.0.0.1';
  const inMemory = options.dataDir === undefined;
  const dir = options.dataDir ?? '.';
  if (!inMemory) mkdirSync(dir, { recursive: true });
  const ports = options.ports ?? { blob: 0, queue: 0, table: 0 };

  const { AzuriteTelemetryClient } = part('common/Telemetry') as {
    AzuriteTelemetryClient: { init(dir: string, enabled: boolean, env: undefined): void };
  };
  AzuriteTelemetryClient.init(dir, false, undefined);

  const database = (name: string): string => join(dir, `__azurite_db_${name}__.json`);
  const persistence = (name: string): unknown[] => [
    { locationId: 'Default', locationPath: join(dir, `__${name}storage__`), maxConcurrency: 10 },
  ];
  const build = (server: string, configuration: string, args: unknown[]): EmulatorServer => {
    const Server = (part(server) as { default: new (configuration: unknown) => EmulatorServer }).default;
    const Configuration = (part(configuration) as { default: new (...args: unknown[]) => unknown }).default;
    return new Server(new Configuration(...args));
  };
  const withExtents = (name: string, port: number): unknown[] => [
    ...[host, port, KEEP_ALIVE_SECONDS, database(name), database(`${name}_extent`), persistence(name)],
    ...[NO_ACCESS_LOG, undefined, NO_DEBUG_LOG, undefined, NOT_LOOSE, SKIP_API_VERSION_CHECK],
    ...[...NO_TLS, NO_OAUTH, PRODUCT_STYLE_URLS, inMemory],
  ];
  const blob = build('blob/BlobServer', 'blob/BlobConfiguration', withExtents('blob', ports.blob));
  const queue = build('queue/QueueServer', 'queue/QueueConfiguration', withExtents('queue', ports.queue));
  const table = build('table/TableServer', 'table/TableConfiguration', [
    ...[host, ports.table, KEEP_ALIVE_SECONDS, database('table')],
    ...[NO_DEBUG_LOG, NO_ACCESS_LOG, undefined, undefined, NOT_LOOSE, SKIP_API_VERSION_CHECK],
    ...[...NO_TLS, NO_OAUTH, PRODUCT_STYLE_URLS, inMemory],
  ]);
  const servers = [blob, queue, table];
  // In memory there is nothing to tidy for long, and after some thousand files it stands still for minutes.
  if (inMemory) for (const server of servers) server.gcManager = undefined;
  await startAll(servers);

  const endpoint = (server: EmulatorServer, account: string): string =>
    `http://${host}:${server.httpServer.address().port}/${account}`;
  const connectionStringFor = (account: string, key: string): string =>
    [
      'DefaultEndpointsProtocol=http',
      `AccountName=${account}`,
      `AccountKey=${key}`,
      `BlobEndpoint=${endpoint(blob, account)}`,
      `QueueEndpoint=${endpoint(queue, account)}`,
      `TableEndpoint=${endpoint(table, account)}`,
    ].join(';');
  return {
    connectionString: connectionStringFor(EMULATOR_ACCOUNT, EMULATOR_KEY),
    connectionStringFor,
    async stop() {
      for (const server of servers) await server.close();
    },
  };
}

/** All of them or none: a port that is taken leaves no other server behind. */
async function startAll(servers: readonly EmulatorServer[]): Promise<void> {
  const started: EmulatorServer[] = [];
  try {
    for (const server of servers) {
      await server.start();
      started.push(server);
    }
  } catch (error) {
    for (const server of started) await server.close();
    throw error;
  }
}
