import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import exceljs from 'exceljs';
import type { LoanTape } from './loan-tape.ts';
import { withFixedZipDates } from './zip-dates.ts';

const PATH = 'cascade/loan_tape.xlsx';

/** The aggregate tape as a workbook: dates are dates, amounts are numbers. Returns its path under `dir`. */
export async function writeLoanTapeWorkbook(dir: string, tape: LoanTape, made: Date): Promise<string> {
  const filename = join(dir, PATH);
  await mkdir(dirname(filename), { recursive: true });
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ filename, useStyles: true });
  workbook.created = made;
  workbook.modified = made;
  const sheet = workbook.addWorksheet('Loan Tape');
  sheet.columns = [...(tape.rows[0]?.keys() ?? [])].map((column) => ({
    header: column,
    key: column,
    style: column.endsWith('_date') ? { numFmt: 'yyyy-mm-dd' } : {},
  }));
  for (const row of tape.rows)
    sheet
      .addRow(Object.fromEntries([...row].map(([column, text]) => [column, workbookCell(column, text)])))
      .commit();
  sheet.commit();
  await workbook.commit();
  // The archive stamps its entries with the clock; the same book must be the same bytes.
  await writeFile(filename, withFixedZipDates(await readFile(filename)));
  return PATH;
}

const TEXT_COLUMNS = new Set(['loan_id', 'period']);

/** A workbook has no decimals but doubles: 15 digits hold every amount here to the cent. */
function workbookCell(column: string, text: string): string | number | Date | null {
  if (text === '') return null;
  if (TEXT_COLUMNS.has(column)) return text;
  return column.endsWith('_date') ? new Date(`${text}T00:00:00Z`) : Number(text);
}
