import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type GenerateBookOptions, generateBook } from '../../../local/generate/generate-book.ts';

export type Cells = Record<string, string>;

/** Runs `use` with a new folder under the system's temporary one, which is gone afterwards. */
export async function inTemporaryFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'abaco-generate-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export const BOOK_PATHS = [
  'looker/loans.csv',
  'looker/loan_par_balances.csv',
  'looker/schedules.csv',
  'looker/transactions.csv',
  'looker/customers.csv',
  'looker/historic_real_payments.csv',
  'cascade/loan_tape.csv',
  'cascade/loan_tape_par.csv',
] as const;
export type BookPath = (typeof BOOK_PATHS)[number];

/** Reads a file back with a parser that knows nothing of the generator. */
export async function readRecords(dir: string, path: string): Promise<Cells[]> {
  return parse<Cells>(await readFile(join(dir, path)), { columns: true, relax_column_count: false });
}

/** A book as its readers see it. */
export async function writtenBook(options: Omit<GenerateBookOptions, 'dir'>) {
  return inTemporaryFolder(async (dir) => {
    const expected = await generateBook({ ...options, dir });
    const entries = await Promise.all(
      BOOK_PATHS.map(async (path) => [path, await readRecords(dir, path)] as const),
    );
    const files = new Map<BookPath, Cells[]>(entries);
    return { expected, rows: (path: BookPath): Cells[] => files.get(path) ?? [] };
  });
}

/** Cents of a cell, rounded half away from zero by its digits alone: no float takes part. */
export function cents(cell: string | undefined): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](-?\d+))?$/.exec(cell ?? '');
  if (!match) throw new RangeError(`not an amount: ${cell}`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  const places = BigInt(fraction.length - Number(exponent) - 2);
  const magnitude =
    places <= 0n ? digits * 10n ** -places : (digits * 2n + 10n ** places) / (2n * 10n ** places);
  return sign === '-' ? -magnitude : magnitude;
}

export function money(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const digits = String(amount < 0n ? -amount : amount).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function total(rows: readonly Cells[], column: string): bigint {
  return rows.reduce((sum, row) => sum + cents(row[column]), 0n);
}

export function groupBy(rows: readonly Cells[], column: string): Map<string, Cells[]> {
  return Map.groupBy(rows, (row) => row[column] ?? '');
}

const MS_PER_DAY = 86_400_000;

export function dayOf(text: string | undefined): number {
  return Date.parse(`${text}T00:00:00Z`) / MS_PER_DAY;
}

/** The names in the first line of a file whose header holds no quotes. */
export async function headerOf(dir: string, path: string): Promise<string[]> {
  const [first = ''] = (await readFile(join(dir, path), 'utf8')).split(/\r?\n/, 1);
  return first.split(',');
}

/** A folder for all tests of a file: opened before the first and gone after the last. */
export function heldFolder(): { open(): Promise<string>; dir(): string; close(): Promise<void> } {
  let held: string | undefined;
  return {
    open: async () => {
      held = await mkdtemp(join(tmpdir(), 'abaco-generate-'));
      return held;
    },
    dir: () => {
      if (held === undefined) throw new Error('the folder is not open');
      return held;
    },
    close: async () => {
      if (held !== undefined) await rm(held, { recursive: true, force: true });
    },
  };
}
