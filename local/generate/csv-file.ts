import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatScaled } from '../../shared/domain/rational.ts';
import type { ExpectedFile } from './expected-sums.ts';

/** A line without its end, and the cents of the money columns in their order. */
export type CsvLine = { readonly text: string; readonly cents: readonly number[] };

/** A file that can be written once: `lines` may be a stream. */
export type CsvFile = {
  /** Under the output folder: `looker/loans.csv`. */
  readonly path: string;
  readonly header: readonly string[];
  /** Columns whose exact sums are part of the oracle. */
  readonly money: readonly string[];
  readonly lineEnd: '\n' | '\r\n';
  readonly lines: Iterable<CsvLine>;
};

export type WriteSettings = {
  /** Characters gathered before each write: speed only, never content. */
  readonly chunkSize?: number | undefined;
  readonly onProgress?: ((path: string, rows: number) => void) | undefined;
};

const CHUNK_SIZE = 1 << 20;

/** Streams the file to disk and returns its exact sums. */
export async function writeCsvFile(
  dir: string,
  file: CsvFile,
  settings: WriteSettings = {},
): Promise<ExpectedFile> {
  const path = join(dir, file.path);
  await mkdir(dirname(path), { recursive: true });
  const sums = file.money.map(() => 0);
  const chunkSize = settings.chunkSize ?? CHUNK_SIZE;
  let rows = 0;
  let pending = file.header.join(',') + file.lineEnd;
  await using handle = await open(path, 'w');
  for (const { text, cents } of file.lines) {
    pending += text + file.lineEnd;
    rows++;
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (cents[i] ?? 0);
    if (pending.length < chunkSize) continue;
    await handle.appendFile(pending);
    settings.onProgress?.(file.path, rows);
    pending = '';
  }
  await handle.appendFile(pending);
  settings.onProgress?.(file.path, rows);
  return { rows: String(rows), sums: namedSums(file, sums) };
}

function namedSums(file: CsvFile, sums: readonly number[]): Record<string, string> {
  return Object.fromEntries(file.money.map((column, i) => [column, exactMoney(sums[i] ?? 0)]));
}

/** Cents as `1234.50`. Refuses a number that may have lost a cent. */
export function exactMoney(cents: number | bigint): string {
  if (typeof cents === 'number' && !Number.isSafeInteger(cents))
    throw new RangeError(`${cents} cents are not exact any more: write a smaller book`);
  return formatScaled(cents, 2);
}
