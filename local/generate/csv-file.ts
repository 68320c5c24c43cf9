import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addTo, namedSums } from './cent-sums.ts';
import type { ExpectedFile } from './expected-sums.ts';
import { expectedPlants, type LineMark, type PlantedFact, PlantTally } from './plant-tally.ts';

/** A line without its end, and the cents of the money columns in their order. */
export type CsvLine = {
  readonly text: string;
  readonly cents: readonly number[];
  /** What a reader must notice about the row; most rows have nothing to notice. */
  readonly mark?: LineMark;
};

/** What the cells of a column are, for formats that have types. A column that is not listed is text. */
export type CellType = 'text' | 'date' | 'integer' | 'money' | 'number' | 'boolean';

/** A file that can be written once: `lines` may be a stream. */
export type CsvFile = {
  /** Under the output folder: `looker/loans.csv`. */
  readonly path: string;
  readonly header: readonly string[];
  /** Columns whose exact sums are part of the oracle. */
  readonly money: readonly string[];
  /** `money` has two decimals at most; amounts with float residue are `number`, as a double holds them as they are. */
  readonly types: Readonly<Record<string, CellType>>;
  /** Facts that are counted even where there are none. */
  readonly counts?: readonly PlantedFact[];
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
  const chunkSize = settings.chunkSize ?? CHUNK_SIZE;
  const sums = new Float64Array(file.money.length);
  const plants = new PlantTally(file.money);
  let rows = 0;
  let pending = file.header.join(',') + file.lineEnd;
  await using handle = await open(path, 'w');
  for (const { text, cents, mark } of file.lines) {
    pending += text + file.lineEnd;
    rows++;
    if (mark === undefined || plants.take(mark, cents)) addTo(sums, cents);
    if (pending.length < chunkSize) continue;
    await handle.appendFile(pending);
    settings.onProgress?.(file.path, rows);
    pending = '';
  }
  await handle.appendFile(pending);
  settings.onProgress?.(file.path, rows);
  return {
    rows: String(rows),
    sums: namedSums(file.money, sums),
    ...expectedPlants(plants, file.counts ?? []),
  };
}

/** Types of columns by kind: `{ date: ['date_due'], money: [...] }`. */
export function typed(columns: Partial<Record<CellType, readonly string[]>>): Record<string, CellType> {
  const types: Record<string, CellType> = {};
  for (const type of ['date', 'integer', 'money', 'number', 'boolean'] as const)
    for (const column of columns[type] ?? []) types[column] = type;
  return types;
}
