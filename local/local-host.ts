import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DATA_CONNECTION } from '../shared/topology.ts';
import { type StorageEmulator, startAzurite } from './azurite.ts';
import { type FunctionsHost, startFunctionsHost } from './host/functions-host.ts';
import type { HostLog } from './host/host-log.ts';
import { localKeysIn, makeLocalKeys } from './local-keys.ts';
import { provisionStorage } from './provision.ts';

// The whole product on one machine: storage, provisioned, and the Functions host with the app in it.

export type LocalHost = {
  readonly host: FunctionsHost;
  readonly storage: string;
  readonly functionKey: string;
  stop(): Promise<void>;
};

export type LocalHostOptions = {
  /** Folder for storage and keys; without one everything is in memory and gone at the end. */
  readonly dataDir?: string;
  /** Connection string of a storage that runs elsewhere. */
  readonly storage?: string;
  readonly port?: number;
  readonly leaseSeconds?: number;
  readonly pollMs?: number;
  readonly scanMs?: number;
  readonly log?: HostLog;
};

const REPOSITORY = join(import.meta.dirname, '..');
/** Where storage clients of a developer's machine look for the emulator. */
const USUAL_PORTS = { blob: 10_000, queue: 10_001, table: 10_002 };

export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const { dataDir, port, leaseSeconds, pollMs, scanMs, log } = options;
  const emulator = options.storage === undefined ? await startEmulator(dataDir) : undefined;
  const storage = options.storage ?? emulator?.connectionString ?? '';
  try {
    const keys = dataDir === undefined ? makeLocalKeys() : await localKeysIn(dataDir);
    await provisionStorage(storage);
    process.env[DATA_CONNECTION] = storage;
    process.env['PIPELINE_ENV'] ??= 'dev';
    // A key under the former name stays in use: tokens of another key would join with nothing that was made before.
    if (!process.env['PSEUDONYM_KEY']) process.env['PII_KEY'] ||= keys.pseudonymKey;
    process.env['REVISION'] ??= gitRevision();
    const host = await startFunctionsHost({
      appDir: process.env['APP_DIR'] ?? REPOSITORY,
      storage,
      keys: keys.host,
      ...(port !== undefined && { port }),
      ...(leaseSeconds !== undefined && { leaseSeconds }),
      ...(pollMs !== undefined && { pollMs }),
      ...(scanMs !== undefined && { scanMs }),
      ...(log !== undefined && { log }),
    });
    return {
      host,
      storage,
      functionKey: keys.host.function,
      async stop() {
        await host.stop();
        await emulator?.stop();
      },
    };
  } catch (error) {
    // Or the emulator would keep a process alive that has nothing to do.
    await emulator?.stop();
    throw error;
  }
}

async function startEmulator(dataDir: string | undefined): Promise<StorageEmulator> {
  if (dataDir === undefined) return await startAzurite();
  const storageDir = join(dataDir, 'storage');
  try {
    return await startAzurite({ dataDir: storageDir, ports: USUAL_PORTS });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return await startAzurite({ dataDir: storageDir });
  }
}

function gitRevision(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    // Not a checkout, or no git on this machine: the revision is then not known, which reports say.
    return 'unknown';
  }
}
