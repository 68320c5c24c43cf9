import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { childEnvironment } from './child-environment.ts';

// `npm start` as a child process, since jest cannot load the host in its own. It may be killed, stopped and
// started again over the same storage.

export type LocalHostProcess = {
  /** Changes with every start, as the port is any free one. */
  url(): string;
  /** Function key; the same after a restart. */
  readonly key: string;
  /** Everything printed so far, over all starts. */
  lines(): readonly string[];
  /** Stages that have begun and not ended in the present (or last) life of the process. */
  stagesInHand(): readonly string[];
  /** Asks with the function key, unless `key` says otherwise. */
  ask(path: string, init?: RequestInit & { key?: string | undefined }): Promise<Response>;
  /** Sends the signal; resolves when the process is gone, with its exit code (null after SIGKILL). */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  restart(): Promise<void>;
  /** Ends the process if it still runs and removes its folder. */
  remove(): Promise<void>;
};

export type LocalHostSettings = {
  /** Connection string of a test account; without it the host starts its own storage in its folder. */
  readonly storage?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** In its local.settings.json; without them there is no such file. */
  readonly values?: Readonly<Record<string, string>>;
};

const START = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
const READY_MS = 240_000;
const BANNER = /(http:\/\/127\.0\.0\.1:\d+)\/api\/dashboard\?code=(\S+)/;

/** For afterAll: a failed test must not leave a process behind. */
export async function removeLocalHosts(): Promise<void> {
  await Promise.all([...started].map((host) => host.remove()));
}

const started = new Set<LocalHostProcess>();

export async function aLocalHost(settings: LocalHostSettings = {}): Promise<LocalHostProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'abaco-e2e-host-'));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  if (settings.values)
    await writeFile(join(folder, 'local.settings.json'), JSON.stringify({ Values: settings.values }));
  const env = childEnvironment(temporary, {
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    LEASE_SECONDS: '2',
    POLL_MS: '100',
    SCAN_MS: '100',
    // A message that failed is tried again soon.
    AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:01',
    ...(settings.storage !== undefined && { STORAGE: settings.storage }),
    ...settings.env,
  });
  const printed: string[] = [];
  let life = launch();
  const first = await life.ready.catch(async (error: unknown) => {
    await endOf(life.child, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  let { url } = first;

  const host: LocalHostProcess = {
    url: () => url,
    key: first.key,
    lines: () => printed,
    stagesInHand: () => openStages(life.lines),
    ask(path, { key = first.key, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (key !== '') headers.set('x-functions-key', key);
      return fetch(`${url}${path}`, { ...init, headers });
    },
    end: (signal) => endOf(life.child, signal),
    async restart() {
      if (isAlive(life.child)) throw new Error('end the host before starting it again');
      life = launch();
      ({ url } = await life.ready);
    },
    async remove() {
      await endOf(life.child, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
      started.delete(host);
    },
  };
  started.add(host);
  return host;

  function launch(): Life {
    const args = ['--no-warnings', START, '--verbose', ...(settings.args ?? ['--empty'])];
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const hear = (line: string): void => {
      lines.push(line);
      printed.push(line);
    };
    child.once('error', (error) => hear(String(error)));
    createInterface({ input: child.stdout }).on('line', hear);
    createInterface({ input: child.stderr }).on('line', hear);
    return { child, lines, ready: bannerOf(child, lines) };
  }
}

type Life = {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  readonly ready: Promise<{ url: string; key: string }>;
};

async function bannerOf(
  child: ChildProcess,
  lines: readonly string[],
): Promise<{ url: string; key: string }> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    for (const line of lines) {
      const [, url, key] = BANNER.exec(line) ?? [];
      if (url !== undefined && key !== undefined) return { url, key };
    }
    if (!isAlive(child) || Date.now() > deadline)
      throw new Error(`the host did not start: ${lines.join('\n')}`);
    await sleep(20);
  }
}

const Fact = z.looseObject({
  event: z.string(),
  runId: z.string().optional(),
  stage: z.string().optional(),
  attempt: z.number().optional(),
});

function openStages(lines: readonly string[]): string[] {
  const open = new Set<string>();
  for (const line of lines) {
    const json = /\{.*\}$/.exec(line)?.[0];
    const fact = json?.includes('"stage.') === true ? Fact.parse(JSON.parse(json)) : undefined;
    if (fact === undefined) continue;
    const name = `${fact.runId} ${fact.stage} ${fact.attempt}`;
    if (fact.event === 'stage.started') open.add(name);
    else open.delete(name);
  }
  return [...open];
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Resolves when the process is gone and all that it said has been heard. */
async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!isAlive(child)) return child.exitCode;
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.kill(signal);
  return await closed;
}
