import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ExpectedSums } from '../local/generate/expected-sums.ts';
import { generateBook } from '../local/generate/generate-book.ts';
import { generateParBalances } from '../local/generate/generate-par-balances.ts';

// The files that are measured: synthetic PAR balances and whole books, always the same ones. They are kept in the temporary folder of
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
  | 'pii-big'
  | 'book'
  | 'book-big';

/** A file of so many tenths of the main file's rows, or a whole book of so many loans. */
type InputOptions =
  | { readonly tenths: number; readonly badShare: number; readonly pii: boolean }
  | { readonly loans: number };

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
  /** 36 month ends and two transactions for each loan. */
  book: { loans: 20_000 },
  'book-big': { loans: 1_000_000 },
};

export type InputFile = {
  readonly name: InputName;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly expected: ExpectedSums;
};

/** The file or book, made anew unless it is there. The path of a book is its folder, its rows are its loans. */
export async function inputFile(name: InputName, mainRows: number): Promise<InputFile> {
  const options = INPUTS[name];
  const rows = 'loans' in options ? options.loans : (mainRows / 10) * options.tenths;
  const key = createHash('sha256')
    .update(JSON.stringify({ rows, ...options, seed: SEED }))
    .update(await generatorSources())
    .digest('hex')
    .slice(0, 16);
  const dir = join(tmpdir(), 'abaco-bench', `${name}-${rows}-${key}`);
  await makeUnlessThere(dir, { rows, ...options });
  const path = 'loans' in options ? dir : join(dir, PAR_FILE);
  const { sha256, bytes } = Facts.parse(JSON.parse(await readFile(join(dir, FACTS), 'utf8')));
  const expected = ExpectedSums.parse(JSON.parse(await readFile(join(dir, 'expected.json'), 'utf8')));
  return { name, path, rows, bytes, sha256, expected };
}

const PAR_FILE = 'looker/loan_par_balances.csv';
const FACTS = 'facts.json';
const Facts = z.object({ sha256: z.string(), bytes: z.number() });

async function makeUnlessThere(dir: string, options: { rows: number } & InputOptions): Promise<void> {
  if ((await stat(join(dir, FACTS)).catch(() => undefined)) !== undefined) return;
  // Made beside it and moved there when it is whole, so that a broken run leaves nothing that looks finished.
  const making = `${dir}.${process.pid}`;
  await mkdir(making, { recursive: true });
  if ('loans' in options) await generateBook({ dir: making, seed: SEED, loans: options.loans });
  else await generateParBalances({ dir: making, seed: SEED, ...options });
  const sha256 = await sha256Of(join(making, PAR_FILE));
  await writeFile(join(making, FACTS), JSON.stringify({ sha256, bytes: await bytesIn(making) }));
  await rm(dir, { recursive: true, force: true });
  await rename(making, dir);
}

async function bytesIn(dir: string): Promise<number> {
  const names = await Array.fromAsync(glob('*/*', { cwd: dir }));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
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
