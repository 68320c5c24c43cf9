import { readFile, writeFile } from 'node:fs/promises';
import { withFixedZipDates } from '../../../shared/adapters/exceljs/zip-dates.ts';
import type { CellType } from '../csv-file.ts';
import { rowsOf, type TypedTable, typeOf } from './typed-rows.ts';

/**
 * A workbook of one sheet: dates are dates, amounts are numbers, words are words. Empty cells are not there. A
 * workbook has no decimals but doubles: 15 digits hold every amount here to the cent.
 */
export async function writeXlsx(table: TypedTable, path: string, sheet: string, made: Date): Promise<void> {
  // Slow to import, and most files are no workbooks.
  const { default: exceljs } = await import('exceljs');
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true });
  workbook.created = made;
  workbook.modified = made;
  const page = workbook.addWorksheet(sheet);
  const types = table.header.map((column) => typeOf(table, column));
  page.columns = table.header.map((header, index) => ({
    header,
    style: types[index] === 'date' ? { numFmt: 'yyyy-mm-dd' } : {},
  }));
  let rows = 0;
  for await (const cells of rowsOf(table)) {
    if (++rows > MOST_ROWS)
      throw new RangeError(`a sheet holds ${MOST_ROWS} rows besides the header, and ${table.path} has more`);
    page.addRow(cells.map((cell, index) => workbookCell(cell, types[index]))).commit();
  }
  page.commit();
  await workbook.commit();
  // The archive stamps its entries with the clock; the same book must be the same bytes.
  await writeFile(path, withFixedZipDates(await readFile(path)));
}

/** A sheet has 2^20 rows (ECMA-376 leaves it open, every spreadsheet has this limit). */
const MOST_ROWS = 2 ** 20 - 1;

function workbookCell(cell: string, type: CellType | undefined): string | number | boolean | Date | null {
  if (cell === '') return null;
  switch (type) {
    case 'date':
      return new Date(`${cell}T00:00:00Z`);
    case 'integer':
    case 'money':
    case 'number':
      return Number(cell);
    case 'boolean':
      return cell === 'true';
    case 'text':
    case undefined:
      return cell;
  }
}
