import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ExpectedSums } from '../local/generate/expected-sums.ts';
import { generateParBalances } from '../local/generate/generate-par-balances.ts';

// The files that are measured: synthetic PAR balances, always the same ones. They are kept in the temporary folder of
// the machine, by what they were made from.

export const SEED = 1;

/** Which file: its size in tenths of the main file's rows, and what is in it. */
export type InputName =
  | 'main'
  | 'clean'
  | 'pii'
  | 'tenth'
  | 'pii-tenth'
  | 'fifth'
  | 'fifth-bad'
  | 'big'
  | 'pii-big';

type InputOptions = { readonly tenths: number; readonly badShare: number; readonly pii: boolean };

const INPUTS: Readonly<Record<InputName, InputOptions>> = {
  main: { tenths: 10, badShare: 0.005, pii: false },
  /** For readers that do not validate: they stop at a cell that is no number. */
  clean: { tenths: 10, badShare: 0, pii: false },
  /** With a column of names to be masked. */
  pii: { tenths: 10, badShare: 0.005, pii: true },
  tenth: { tenths: 1, badShare: 0.005, pii: false },
  'pii-tenth': { tenths: 1, badShare: 0.005, pii: true },
  fifth: { tenths: 2, badShare: 0.005, pii: false },
  'fifth-bad': { tenths: 2, badShare: 1, pii: false },
  big: { tenths: 100, badShare: 0.005, pii: false },
  'pii-big': { tenths: 100, badShare: 0.005, pii: true },
};

export type InputFile = {
  readonly name: InputName;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly expected: ExpectedSums;
};

/** The file, made anew unless it is there. */
export async function inputFile(name: InputName, mainRows: number): Promise<InputFile> {
  const { tenths, badShare, pii } = INPUTS[name];
  const rows = (mainRows / 10) * tenths;
  const key = createHash('sha256')
    .update(JSON.stringify({ rows, badShare, pii, seed: SEED }))
    .update(await generatorSources())
    .digest('hex')
    .slice(0, 16);
  const dir = join(tmpdir(), 'abaco-bench', `${name}-${rows}-${key}`);
  await makeUnlessThere(dir, { rows, badShare, pii });
  const path = join(dir, 'looker/loan_par_balances.csv');
  const { sha256 } = Facts.parse(JSON.parse(await readFile(join(dir, FACTS), 'utf8')));
  const expected = ExpectedSums.parse(JSON.parse(await readFile(join(dir, 'expected.json'), 'utf8')));
  return { name, path, rows, bytes: (await stat(path)).size, sha256, expected };
}

const FACTS = 'facts.json';
const Facts = z.object({ sha256: z.string() });

async function makeUnlessThere(
  dir: string,
  options: { rows: number; badShare: number; pii: boolean },
): Promise<void> {
  if ((await stat(join(dir, FACTS)).catch(() => undefined)) !== undefined) return;
  // Made beside it and moved there when it is whole, so that a broken run leaves nothing that looks finished.
  const making = `${dir}.${process.pid}`;
  await mkdir(making, { recursive: true });
  await generateParBalances({ dir: making, seed: SEED, ...options });
  const sha256 = await sha256Of(join(making, 'looker/loan_par_balances.csv'));
  await writeFile(join(making, FACTS), JSON.stringify({ sha256 }));
  await rm(dir, { recursive: true, force: true });
  await rename(making, dir);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Another generator makes another file. */
async function generatorSources(): Promise<Buffer> {
  const root = join(import.meta.dirname, '../local/generate');
  const names = (await Array.fromAsync(glob('**/*.ts', { cwd: root }))).toSorted();
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(root, name)))));
}
