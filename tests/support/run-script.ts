import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A script that hangs must not outlive its test. */
const GIVE_UP_MS = 240_000;

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a script of the repository to its end. `folder` takes its temporary files. */
export async function runScript(
  script: string,
  args: readonly string[],
  {
    folder,
    env = {},
    giveUpMs = GIVE_UP_MS,
  }: { folder: string; env?: Readonly<Record<string, string>>; giveUpMs?: number },
): Promise<Ended> {
  const child = spawn(process.execPath, ['--no-warnings', `${ROOT}${script}`, ...args], {
    cwd: folder,
    env: childEnvironment(folder, env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: giveUpMs,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
}
