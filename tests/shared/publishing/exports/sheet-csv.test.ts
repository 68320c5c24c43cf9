import { describe, expect, it } from '@jest/globals';
import { asOneSheet, kpiSheets, tableSheet } from '../../../../shared/publishing/exports/mart-sheets.ts';
import { sheetCsv } from '../../../../shared/publishing/exports/sheet-csv.ts';
import { aFullMart, aVintageTable } from '../../../support/a-full-mart.ts';

describe('a sheet as CSV', () => {
  it('quotes what must be, keeps every digit, and runs no text as a formula', () => {
    const csv = sheetCsv({
      name: 'x',
      columns: [
        { name: 'name', type: 'text' },
        { name: '=cmd', type: 'decimal' },
      ],
      rows: [
        ['a "b", c', '-12345678901234567.890'],
        ['+1', null],
        ['\tx', '0.00'],
      ],
    });

    expect(csv).toBe('name,\'=cmd\r\n"a ""b"", c",-12345678901234567.890\r\n\'+1,\r\n\'\tx,0.00\r\n');
  });
});

describe('the sheets of a mart', () => {
  it('have every result once, with the part that it is from', () => {
    const mart = aFullMart();

    const sheet = asOneSheet('kpis', kpiSheets(mart));

    const parts = Map.groupBy(sheet.rows, ([part]) => part);
    expect([...parts].map(([part, rows]) => [part, rows.length])).toEqual([
      ['kpis', mart.kpis.length],
      ['series', mart.series.length],
      ['breakdowns', mart.breakdowns.length],
      ['quarters', mart.quarters.length],
      ['former', mart.former.length],
    ]);
    const dimension = sheet.columns.findIndex(({ name }) => name === 'dimension_value');
    expect(new Set(parts.get('breakdowns')?.map((cells) => cells[dimension]))).toEqual(
      new Set(['ABF', 'ABT']),
    );
  });

  it('have a name that a spreadsheet takes', () => {
    expect(tableSheet({ ...aVintageTable(), name: 'table_'.repeat(9) }).name).toHaveLength(31);
  });
});
