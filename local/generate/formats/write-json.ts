import { open } from 'node:fs/promises';
import type { CellType } from '../csv-file.ts';
import { rowsOf, type TypedTable, typeOf } from './typed-rows.ts';

const CHUNK_SIZE = 1 << 20;

/** An array of objects, one on each line. Empty cells are null, numbers keep the digits of the CSV file. */
export async function writeJson(table: TypedTable, path: string): Promise<void> {
  await writeRecords(table, path, { before: '[\n', between: ',\n', after: '\n]\n' });
}

/** An object on each line, and nothing else. */
export async function writeNdjson(table: TypedTable, path: string): Promise<void> {
  await writeRecords(table, path, { before: '', between: '\n', after: '\n' });
}

type Marks = { readonly before: string; readonly between: string; readonly after: string };

async function writeRecords(table: TypedTable, path: string, marks: Marks): Promise<void> {
  const keys = table.header.map((column) => `${JSON.stringify(column)}:`);
  const types = table.header.map((column) => typeOf(table, column));
  await using file = await open(path, 'w');
  let pending = marks.before;
  let rows = 0;
  for await (const cells of rowsOf(table)) {
    if (rows++ > 0) pending += marks.between;
    pending += `{${cells.map((cell, index) => `${keys[index]}${jsonCell(cell, types[index])}`).join(',')}}`;
    if (pending.length < CHUNK_SIZE) continue;
    await file.appendFile(pending);
    pending = '';
  }
  await file.appendFile(pending + (rows > 0 || marks.before !== '' ? marks.after : ''));
}

function jsonCell(cell: string, type: CellType | undefined): string {
  if (cell === '') return 'null';
  // The generator writes no other numbers than JSON allows, so `440.0` may stay `440.0`.
  return type === undefined || type === 'text' || type === 'date' ? JSON.stringify(cell) : cell;
}
