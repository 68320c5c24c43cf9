import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchCase } from './case-list.ts';
import type { InputFile } from './input-files.ts';
import { Measurement } from './measurement.ts';

/** What the process of a case is told, as JSON. */
export type CaseOrders = {
  readonly path: string;
  readonly rows: number;
  readonly threads: number;
  /** By how much the time of what grows with rows is multiplied. */
  readonly times: number;
  /** An empty folder that is gone afterwards. */
  readonly dir: string;
  readonly stagedFile?: string;
};

export class CaseFailed extends Error {
  override readonly name = 'CaseFailed';
}

/** Runs a case once, in a process and a folder of its own. */
export async function runCase(
  { name, script, threads = 1, isOnOneCore = false, isScaled = false, isFromSources = false }: BenchCase,
  {
    input,
    builtEntry,
    stagedFile,
  }: { input: InputFile; builtEntry: string; stagedFile?: string | undefined },
): Promise<Measurement> {
  const dir = await mkdtemp(join(tmpdir(), 'abaco-bench-case-'));
  const orders: CaseOrders = {
    path: input.path,
    rows: input.rows,
    threads,
    times: isScaled ? 10 : 1,
    dir,
    ...(stagedFile !== undefined && { stagedFile }),
  };
  const program: readonly [string, ...string[]] = script.endsWith('.py')
    ? [PYTHON, join(import.meta.dirname, 'peers', script)]
    : [process.execPath, '--no-warnings', isFromSources ? SOURCE_ENTRY : builtEntry, script];
  const [command, ...args] = isOnOneCore ? [...(await onOneCore()), ...program] : program;
  try {
    const printed = await outputOf(name, command, [...args, JSON.stringify(orders)]);
    return Measurement.parse(JSON.parse(printed.trimEnd().split('\n').at(-1) ?? ''));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The beginning of a command that may use one core only, the first of those that this process may use. */
export async function onOneCore(): Promise<readonly [string, ...string[]]> {
  const status = await readFile('/proc/self/status', 'utf8');
  const core = /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1];
  if (core === undefined) throw new CaseFailed('the system does not say which cores may be used');
  return ['taskset', '--cpu-list', core];
}

const SOURCE_ENTRY = join(import.meta.dirname, 'case-process.ts');

/** The interpreter of the system, which has the packages of the system. */
export const PYTHON = process.env['BENCH_PYTHON'] ?? '/usr/bin/python3';

/** Rejects with the last words of a command that fails. */
export function outputOf(name: string, command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', (cause) => reject(new CaseFailed(`${name}: ${command} did not start`, { cause })));
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new CaseFailed(`${name} ended with code ${code}: ${err.trim().slice(-2_000)}`));
    });
  });
}
