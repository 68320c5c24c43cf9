import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import type { CellType } from '../csv-file.ts';

/** A CSV file of the generator and what its columns hold; what any other format of it is made from. */
export type TypedTable = {
  readonly path: string;
  readonly header: readonly string[];
  readonly types: Readonly<Record<string, CellType>>;
};

export function typeOf({ types }: TypedTable, column: string): CellType {
  // A file may call a column `__proto__`.
  return (Object.hasOwn(types, column) ? types[column] : undefined) ?? 'text';
}

/** The rows after the header, cell by cell, one at a time. */
export async function* rowsOf({ path }: TypedTable): AsyncGenerator<readonly string[]> {
  const records: AsyncIterable<readonly string[]> = createReadStream(path).pipe(parse({ from: 2 }));
  yield* records;
}
