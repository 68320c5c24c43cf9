import { readFile } from 'node:fs/promises';
import { csvCell } from '../money-cells.ts';

/** A small CSV file taken apart, to be damaged and put together again. */
export type CsvTable = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** Reads a file of the generator whose cells hold no quotes: all but the real payments. */
export async function readCsvTable(path: string): Promise<CsvTable> {
  const [header = '', ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return { header: header.split(','), rows: lines.map((line) => line.split(',')) };
}

export function csvLines({ header, rows }: CsvTable, delimiter = ','): string[] {
  return [header, ...rows].map((cells) => cells.map(csvCell).join(delimiter));
}

export function csvText(table: CsvTable): string {
  return csvLines(table)
    .map((line) => `${line}\n`)
    .join('');
}

/** The cells of a row by column name, for reading and for a changed copy. */
export type NamedRow = {
  get(column: string): string;
  with(changes: Readonly<Record<string, string>>): readonly string[];
  /** An empty cell in place of `column`; it and the cells after it stand one column further, and the last is lost. */
  shifted(column: string): readonly string[];
};

export function namedRow(table: CsvTable, row: readonly string[]): NamedRow {
  const positionOf = (column: string): number => {
    const position = table.header.indexOf(column);
    if (position < 0) throw new RangeError(`no column ${column} among ${table.header.join(', ')}`);
    return position;
  };
  return {
    get: (column) => row[positionOf(column)] ?? '',
    with: (changes) => {
      const copy = [...row];
      for (const [column, text] of Object.entries(changes)) copy[positionOf(column)] = text;
      return copy;
    },
    shifted: (column) => row.toSpliced(positionOf(column), 0, '').slice(0, row.length),
  };
}
