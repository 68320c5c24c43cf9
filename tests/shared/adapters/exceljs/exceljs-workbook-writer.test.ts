import { describe, expect, it } from '@jest/globals';
import exceljs from 'exceljs';
import { exceljsWorkbookWriter } from '../../../../shared/adapters/exceljs/exceljs-workbook-writer.ts';
import type { Sheet } from '../../../../shared/ports/workbook-writer.ts';

const SHEET: Sheet = {
  name: 'figures',
  columns: [
    { name: 'name', type: 'text' },
    { name: 'day', type: 'date' },
    { name: 'count', type: 'integer' },
    { name: 'amount', type: 'decimal' },
    { name: 'is_live', type: 'boolean' },
  ],
  rows: [
    ['PAR 90', '2025-12-31', '1310', '12004800.00', 'true'],
    ['=HYPERLINK("http://x")', null, '-4', '12345678901234567.89', 'false'],
    ['@cmd', '2025-11-30', null, '0.0000000012', null],
    ['', null, null, null, null],
  ],
};

async function reopened(bytes: Buffer): Promise<exceljs.Workbook> {
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.load(new Uint8Array(bytes).buffer);
  return workbook;
}

const valuesOf = (workbook: exceljs.Workbook, sheet: string, row: number): unknown[] =>
  [1, 2, 3, 4, 5].map((column) => workbook.getWorksheet(sheet)?.getRow(row).getCell(column).value);

describe('a workbook', () => {
  it('has amounts as numbers, days as dates and truths as truths', async () => {
    const workbook = await reopened(await exceljsWorkbookWriter([SHEET]));

    expect(valuesOf(workbook, 'figures', 1)).toEqual(['name', 'day', 'count', 'amount', 'is_live']);
    expect(valuesOf(workbook, 'figures', 2)).toEqual([
      'PAR 90',
      new Date('2025-12-31T00:00:00Z'),
      1310,
      12_004_800,
      true,
    ]);
    expect(workbook.getWorksheet('figures')?.getCell('B2').numFmt).toBe('yyyy-mm-dd');
  });

  it('keeps an amount that a double cannot hold as text, in full', async () => {
    const workbook = await reopened(await exceljsWorkbookWriter([SHEET]));

    expect(valuesOf(workbook, 'figures', 3)[3]).toBe('12345678901234567.89');
    expect(valuesOf(workbook, 'figures', 4)[3]).toBe(1.2e-9);
  });

  it('runs no text as a formula, and leaves empty what is not there', async () => {
    const workbook = await reopened(await exceljsWorkbookWriter([SHEET]));

    expect(valuesOf(workbook, 'figures', 3).slice(0, 2)).toEqual(['\'=HYPERLINK("http://x")', null]);
    expect(valuesOf(workbook, 'figures', 4)[0]).toBe("'@cmd");
    expect(valuesOf(workbook, 'figures', 4)[4]).toBeNull();
  });

  it('has a sheet for each part, and the same bytes at another time', async () => {
    const other = { ...SHEET, name: 'others', rows: [] };

    const first = await exceljsWorkbookWriter([SHEET, other]);
    // The clock of a ZIP has steps of two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const second = await exceljsWorkbookWriter([SHEET, other]);

    expect((await reopened(first)).worksheets.map(({ name }) => name)).toEqual(['figures', 'others']);
    expect(second.equals(first)).toBe(true);
  });
});
