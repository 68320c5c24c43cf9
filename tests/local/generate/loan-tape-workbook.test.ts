import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import exceljs from 'exceljs';
import { generateBook } from '../../../local/generate/generate-book.ts';
import { withFixedZipDates } from '../../../shared/adapters/exceljs/zip-dates.ts';
import { inTemporaryFolder, readRecords } from './written-book.ts';

describe('the tape as a workbook', () => {
  it('holds the cells of the CSV file, with dates as dates and amounts as numbers', async () => {
    await inTemporaryFolder(async (dir) => {
      await generateBook({ dir, loans: 300 });
      const rows = await readRecords(dir, 'cascade/loan_tape.csv');
      const workbook = new exceljs.Workbook();
      await workbook.xlsx.readFile(join(dir, 'cascade/loan_tape.xlsx'));
      const sheet = workbook.getWorksheet('Loan Tape');
      const header = Object.keys(rows[0] ?? {});

      expect(sheet?.rowCount).toBe(rows.length + 1);
      for (const [index, column] of header.entries()) {
        expect(sheet?.getCell(1, index + 1).value).toBe(column);
        const cell = sheet?.getCell(rows.length + 1, index + 1);
        const text = rows.at(-1)?.[column] ?? '';
        if (column.endsWith('_date')) expect(cell?.value).toEqual(new Date(`${text}T00:00:00Z`));
        else if (column.endsWith('_usd')) expect(cell?.value).toBe(Number(text));
      }
    });
  });

  it('is an archive whose entries all bear the first date that a ZIP can name', async () => {
    await inTemporaryFolder(async (dir) => {
      await generateBook({ dir, loans: 50 });
      const archive = await readFile(join(dir, 'cascade/loan_tape.xlsx'));

      const local = dosDatesAt(archive, 'PK\u0003\u0004', 10);
      const central = dosDatesAt(archive, 'PK\u0001\u0002', 12);

      expect(central.length).toBeGreaterThan(5);
      expect(local).toHaveLength(central.length);
      // Time 0 and date 0x0021: 1980-01-01 00:00.
      expect(new Set([...local, ...central])).toEqual(new Set([0x0021_0000]));
    });
  });

  it('needs an archive to fix the dates of', () => {
    expect(() => withFixedZipDates(Buffer.from('loan_id,dpd\n'))).toThrow('not a ZIP archive');
  });
});

/** The date and time that stand `offset` bytes after each signature. */
function dosDatesAt(archive: Buffer, signature: string, offset: number): number[] {
  const dates: number[] = [];
  for (let at = archive.indexOf(signature); at >= 0; at = archive.indexOf(signature, at + 4))
    dates.push(archive.readUInt32LE(at + offset));
  return dates;
}
