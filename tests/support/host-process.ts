import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type HostKeys, makeHostKeys } from '../../local/host/host-keys.ts';
import { until } from './until.ts';

/** A host in a process of its own. Jest's module system does not see Node's module hooks, a child does. */
export type HostProcess = {
  url: string;
  keys: HostKeys;
  functions: readonly unknown[];
  /** Lines that the app printed, as JSON. */
  said(): readonly Said[];
  logs(): readonly string[];
  /** Ends it with a signal and returns the exit code. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
};

export type Said = Record<string, unknown>;

export type HostProcessOptions = {
  /** Folder under tests/fixtures/host-apps. */
  app: string;
  storage: string;
  graceMs?: number;
  leaseSeconds?: number;
  scanMs?: number;
  env?: Record<string, string>;
};

/** The child said that it cannot start. */
export class HostDidNotStart extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HostDidNotStart';
  }
}

const Line = z.looseObject({
  ready: z.object({ url: z.string(), functions: z.array(z.unknown()) }).optional(),
  failed: z.string().optional(),
  log: z.looseObject({ level: z.string(), message: z.string() }).optional(),
});

const running = new Set<ChildProcess>();

/** Ends what a test left behind. Only processes started here. */
export async function endHosts(): Promise<void> {
  await Promise.all([...running].map((child) => ended(child, 'SIGKILL')));
}

export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const keys = makeHostKeys();
  const order = {
    appDir: fileURLToPath(new URL(`../fixtures/host-apps/${options.app}`, import.meta.url)),
    storage: options.storage,
    keys,
    graceMs: options.graceMs ?? 2000,
    leaseSeconds: options.leaseSeconds,
    pollMs: 200,
    scanMs: options.scanMs ?? 200,
  };
  const runner = fileURLToPath(new URL('./run-host.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', runner, JSON.stringify(order)], {
    // Without the flags that jest itself runs under.
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DataStorage: options.storage,
      APP_SPEAKS: 'yes',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));

  const said: Said[] = [];
  const logs: string[] = [];
  let ready: { url: string; functions: readonly unknown[] } | undefined;
  let failed: string | undefined;
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = Line.parse(JSON.parse(text));
    if (line.ready !== undefined) ready = line.ready;
    else if (line.failed !== undefined) failed = line.failed;
    else if (line.log !== undefined) logs.push(`${line.log.level}: ${line.log.message}`);
    else said.push(line);
  });
  child.once('exit', () => {
    failed ??= `the host process ended: ${complaints}`;
  });
  await until(() => ready !== undefined || failed !== undefined);
  if (ready === undefined) throw new HostDidNotStart(failed ?? '');
  return {
    url: ready.url,
    functions: ready.functions,
    keys,
    said: () => said,
    logs: () => logs,
    end: (signal) => ended(child, signal),
  };
}

async function ended(child: ChildProcess, signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill(signal);
  return exit;
}
