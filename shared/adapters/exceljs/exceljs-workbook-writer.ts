import { Writable } from 'node:stream';
import { neutralised } from '../../domain/formula-text.ts';
import type { CellType, Sheet } from '../../ports/workbook-writer.ts';
import { withFixedZipDates } from './zip-dates.ts';

/** The first moment that a ZIP can name: a workbook tells what it holds, not when it was written. */
const MADE = new Date('1980-01-01T00:00:00Z');

/** What a double holds without a loss. An amount with more digits stays text, where it is exact. */
const MOST_DIGITS = 15;

/** A sheet has 2^20 rows; one is the header. */
const MOST_ROWS = 2 ** 20 - 1;

const FORMATS: Readonly<Partial<Record<CellType, string>>> = { date: 'yyyy-mm-dd', integer: '#,##0' };

export async function exceljsWorkbookWriter(sheets: readonly Sheet[]): Promise<Buffer> {
  // Slow to import, and most requests ask for no workbook.
  const { default: exceljs } = await import('exceljs');
  const { stream, bytes } = collector();
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream, useStyles: true });
  workbook.created = MADE;
  workbook.modified = MADE;
  for (const { name, columns, rows } of sheets) {
    if (rows.length > MOST_ROWS)
      throw new RangeError(`a sheet holds ${MOST_ROWS} rows, and ${name} has more`);
    const page = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] });
    page.columns = columns.map(({ name: header, type }) => ({
      header: neutralised(header),
      width: WIDTHS[type],
      style: FORMATS[type] === undefined ? {} : { numFmt: FORMATS[type] },
    }));
    page.getRow(1).font = { bold: true };
    for (const cells of rows) {
      page.addRow(cells.map((cell, index) => cellOf(cell, columns[index]?.type ?? 'text'))).commit();
    }
    page.commit();
  }
  await workbook.commit();
  // The archive stamps its entries with the clock.
  return withFixedZipDates(bytes());
}

const WIDTHS: Readonly<Record<CellType, number>> = {
  text: 26,
  date: 12,
  integer: 12,
  decimal: 18,
  boolean: 9,
};

/** Only what is not there is empty; text that looks like a formula is no formula. */
function cellOf(cell: string | null, type: CellType): string | number | boolean | Date | null {
  if (cell === null) return null;
  switch (type) {
    case 'date':
      return new Date(`${cell}T00:00:00Z`);
    case 'integer':
    case 'decimal':
      return cell.replace(/^-?0*|\D/g, '').length <= MOST_DIGITS ? Number(cell) : cell;
    case 'boolean':
      return cell === 'true';
    case 'text':
      return neutralised(cell);
  }
}

function collector(): { stream: Writable; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}
