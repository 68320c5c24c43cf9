import { describe, expect, it } from '@jest/globals';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { openWorkbook } from '../../../../shared/decode/xlsx/workbook.ts';
import { inMemory, noise } from '../zip/a-zip.ts';
import {
  aWorkbook,
  opened,
  relationships,
  rowsOf,
  rowsOfSheet,
  stringsXml,
  stylesXml,
  workbookXml,
} from './a-workbook.ts';

const RUNS = { seed: 20_251_210, numRuns: 60 };

/** A value as it is put into a cell, and the text that it must come back as. */
type Cell = { readonly value: ExcelJS.CellValue; readonly format?: string; readonly text: string };

const DAY_MS = 86_400_000;

const oddText = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((text) =>
    text
      .replaceAll(/[\0-\x08\x0b\x0c\x0d\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]/gu, '')
      .replaceAll('_x', '_y'),
  );
const texts = fc.oneof(
  oddText,
  fc.constantFrom(
    ' <b>&amp;</b> ',
    ']]>',
    '<![CDATA[x]]>',
    '"\'',
    'línea 1\nlínea 2',
    '\t',
    '=1+1',
    '007',
    '🦜',
    '#N/A',
  ),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.integer({ min: -1_000_000_00, max: 1_000_000_00 }).map((cents) => cents / 100),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const cells: fc.Arbitrary<Cell> = fc.oneof(
  texts.map((text) => ({ value: text, text })),
  numbers.map((value) => ({ value, text: decimalText(value) })),
  fc.boolean().map((value) => ({ value, text: String(value) })),
  // From the first of March 1900: the days before it are counted differently, and exceljs does not know it.
  fc.integer({ min: 61, max: 2_958_465 }).map((day) => ({
    value: new Date(Date.UTC(1899, 11, 30) + day * DAY_MS),
    format: 'dd/mm/yyyy',
    text: new Date(Date.UTC(1899, 11, 30) + day * DAY_MS).toISOString().slice(0, 10),
  })),
  fc.integer({ min: 1, max: 86_399 }).map((second) => ({
    value: new Date(Date.UTC(2023, 0, 31) + second * 1000),
    format: 'yyyy-mm-dd hh:mm:ss',
    text: new Date(Date.UTC(2023, 0, 31) + second * 1000).toISOString().slice(0, 19).replace('T', ' '),
  })),
  fc.integer().map((result) => ({ value: { formula: 'SUM(B1:B2)', result }, text: String(result) })),
  fc
    .constantFrom('#N/A' as const, '#REF!' as const, '#DIV/0!' as const)
    .map((error) => ({ value: { error }, text: error })),
  fc.array(oddText, { minLength: 1, maxLength: 3 }).map((runs) => ({
    value: { richText: runs.map((text) => ({ text, font: { bold: true } })) },
    text: runs.join(''),
  })),
  fc.constant({ value: null, text: '' }),
);

/** The exact decimal that JavaScript writes for a number, without its exponent where that is not too long. */
function decimalText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value);
}

async function written(table: readonly (readonly Cell[])[], useSharedStrings: boolean): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  if (useSharedStrings) {
    const workbook = new ExcelJS.Workbook();
    fill(workbook.addWorksheet('Loans'), table);
    return new Uint8Array(await workbook.xlsx.writeBuffer());
  }
  const { PassThrough } = await import('node:stream');
  const stream = new PassThrough();
  stream.on('data', (piece: Uint8Array) => pieces.push(piece));
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({
    stream,
    useStyles: true,
    useSharedStrings: false,
  });
  fill(workbook.addWorksheet('Loans'), table);
  await workbook.commit();
  return Buffer.concat(pieces);
}

function fill(sheet: ExcelJS.Worksheet, table: readonly (readonly Cell[])[]): void {
  for (const [index, row] of table.entries()) {
    for (const [column, { value, format }] of row.entries()) {
      const cell = sheet.getCell(index + 1, column + 1);
      cell.value = value;
      if (format) cell.numFmt = format;
    }
  }
}

/** Numbers whose exponent was written out are compared by what they are. */
function sameCell(read: string, put: Cell): boolean {
  return typeof put.value === 'number' ? Object.is(Number(read) + 0, put.value + 0) : read === put.text;
}

function expected(table: readonly (readonly Cell[])[]): Record<number, readonly Cell[]> {
  const rows: Record<number, readonly Cell[]> = {};
  for (const [index, row] of table.entries()) {
    const last = row.findLastIndex(({ text }) => text !== '');
    if (last >= 0) rows[index + 1] = row.slice(0, last + 1);
  }
  return rows;
}

describe('a workbook', () => {
  it.each([true, false])('reads back what was put into its cells (shared texts: %s)', (useSharedStrings) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(cells, { maxLength: 8 }), { maxLength: 12 }), async (table) => {
        const rows = await rowsOf(await written(table, useSharedStrings));

        const puts = expected(table);
        expect(Object.keys(rows)).toEqual(Object.keys(puts));
        for (const [number, put] of Object.entries(puts)) {
          const read = rows[Number(number)] ?? [];
          expect(read).toHaveLength(put.length);
          const different = put.flatMap((cell, at) =>
            sameCell(read[at] ?? '', cell) ? [] : [[read[at], cell]],
          );
          expect(different).toEqual([]);
        }
      }),
      RUNS,
    ),
  );

  it('lists its sheets in order with those that are hidden, and gives each as often as it is asked', async () => {
    const workbook = new ExcelJS.Workbook();
    workbook.addWorksheet('Notes', { state: 'hidden' }).addRow(['secret']);
    workbook.addWorksheet('Préstamos & más', { state: 'visible' }).addRow(['loan_id']);
    workbook.addWorksheet('Deep', { state: 'veryHidden' });

    const { sheets } = await opened(new Uint8Array(await workbook.xlsx.writeBuffer()));
    const [notes, loans] = sheets;

    expect(sheets.map(({ name, isHidden }) => [name, isHidden])).toEqual([
      ['Notes', true],
      ['Préstamos & más', false],
      ['Deep', true],
    ]);
    expect(loans && (await rowsOfSheet(loans))).toEqual({ 1: ['loan_id'] });
    expect(loans && (await rowsOfSheet(loans))).toEqual({ 1: ['loan_id'] });
    expect(notes && (await rowsOfSheet(notes))).toEqual({ 1: ['secret'] });
  });

  it('gives no rows any more when it is closed', async () => {
    const workbook = await opened(aWorkbook());

    workbook.close();

    expect(() => workbook.sheets[0]?.rows()).toThrow('closed');
  });

  it('tells of formulas whose value is not stored, even in rows that hold nothing else', async () => {
    const { sheets } = await opened(
      aWorkbook({
        sheet:
          '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><v>7</v></c><c r="C1"><f>B1</f><v>7</v></c></row>' +
          '<row r="2"><c r="D2" t="str"><f>X()</f></c></row>',
      }),
    );
    const rows = [];

    for await (const row of sheets[0]?.rows() ?? []) rows.push(row);

    expect(rows).toEqual([
      { number: 1, cells: ['', '7', '7'], uncalculated: [0] },
      { number: 2, cells: [], uncalculated: [3] },
    ]);
  });

  it('reads dates by the number format of the cell, in the system of its workbook', async () => {
    const sheet =
      '<row><c s="0"><v>44957</v></c><c s="1"><v>44957</v></c><c s="2"><v>44957.5</v></c><c s="3"><v>44957</v></c><c s="4"><v>44957</v></c></row>';
    const styles = stylesXml([0, 14, 164, 165, 4], { 164: 'yyyy\\-mm\\-dd', 165: '0.00 &quot;días&quot;' });
    const since1904 = workbookXml('<sheet name="a" sheetId="1" r:id="rId1"/>', '<workbookPr date1904="1"/>');

    expect(await rowsOf(aWorkbook({ sheet, styles }))).toEqual({
      1: ['44957', '2023-01-31', '2023-01-31 12:00:00', '44957', '44957'],
    });
    expect(await rowsOf(aWorkbook({ sheet, styles, workbook: since1904 }))).toEqual({
      1: ['44957', '2027-02-01', '2027-02-01 12:00:00', '44957', '44957'],
    });
  });

  it('keeps numbers exactly as they are stored', async () => {
    const stored = [
      '0.1',
      '1234567.89',
      '12345678901234567890',
      '5.68E-14',
      '1.5E+3',
      '-0',
      '0.30000000000000004',
      '1E400',
    ];
    const row = stored.map((value) => `<c><v>${value}</v></c>`).join('');

    expect(await rowsOf(aWorkbook({ sheet: `<row>${row}</row>` }))).toEqual({
      1: [
        '0.1',
        '1234567.89',
        '12345678901234567890',
        '0.0000000000000568',
        '1500',
        '-0',
        '0.30000000000000004',
        '1E400',
      ],
    });
  });

  it('reads rich text without the marks of pronunciation, in the list of texts and in the cell', async () => {
    const runs =
      '<r><rPr><b/></rPr><t>東</t></r><r><t xml:space="preserve">京 </t></r><rPh sb="0" eb="1"><t>トウ</t></rPh><phoneticPr fontId="1"/>';
    const sheet = `<row><c t="s"><v>0</v></c><c t="inlineStr"><is>${runs}</is></c><c t="s"><v>1</v></c></row>`;

    const rows = await rowsOf(
      aWorkbook({ sheet, strings: stringsXml(`<si>${runs}</si><si><t>a_x000D_b_x005F_x000D_</t></si>`) }),
    );

    expect(rows).toEqual({ 1: ['東京 ', '東京 ', 'a\rb_x000D_'] });
  });

  it('reads sheets without references, with gaps, and with empty cells and rows', async () => {
    const sheet =
      '<row><c><v>1</v></c><c/><c><v>3</v></c></row>' +
      '<row r="4"><c r="C4"><v>3</v></c><c><v>4</v></c><c r="AA4"><v>27</v></c><c r="AB4" s="0"/></row>' +
      '<row r="5"><c r="A5"/></row><row/><row><c t="str"><v></v></c><c><v>x</v></c></row>';

    expect(await rowsOf(aWorkbook({ sheet }))).toEqual({
      1: ['1', '', '3'],
      4: ['', '', '3', '4', ...Array.from({ length: 22 }, () => ''), '27'],
      7: ['', 'x'],
    });
  });

  it('reads XML with a byte order mark, prefixes, comments, CDATA and other quotation marks', async () => {
    const sheet =
      '\ufeff<?xml version=\'1.0\' encoding=\'utf-8\'?><!-- <row> --><x:worksheet xmlns:x="urn:x" xmlns:y="urn:y">' +
      '<x:cols><x:col min="1"/></x:cols><x:sheetData><?go <c> ?>' +
      "<x:row  y:dyDescent = '0.25'\n r='2' ><!-- > --><x:c t='str' r=\"A2\"><x:v><![CDATA[a<&amp;]]> &lt;&#65;&#x1F99C;</x:v></x:c >" +
      '<x:c y:r="Z9" r="B2"><x:v>1<!-- -->2</x:v><x:extLst><x:ext><x:v>9</x:v></x:ext></x:extLst></x:c></x:row>' +
      '</x:sheetData></x:worksheet>\n<!-- end -->';

    expect(await rowsOf(aWorkbook({ sheet: Buffer.from(sheet) }))).toEqual({ 2: ['a<&amp; <A🦜', '12'] });
  });

  it('reads a workbook of the strict kind, whose dates are texts', async () => {
    const sheet =
      '<row><c t="d"><v>2023-01-31T00:00:00</v></c><c t="d"><v>2023-01-31T14:30:00</v></c><c t="d"><v>2023-01-31</v></c><c t="b"><v>1</v></c></row>';
    const workbookRels = `<Relationships><Relationship Id="rId1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`;

    expect(await rowsOf(aWorkbook({ sheet, workbookRels }))).toEqual({
      1: ['2023-01-31', '2023-01-31 14:30:00', '2023-01-31', 'true'],
    });
  });

  it('leaves out charts that have a tab of their own', async () => {
    const workbook = workbookXml(
      '<sheet name="Chart" sheetId="2" r:id="rId9"/><sheet name="Loans" sheetId="1" r:id="rId1"/>',
    );
    const workbookRels = relationships([
      ['rId9', 'chartsheet', 'chartsheets/sheet1.xml'],
      ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
    ]);

    const { sheets } = await opened(aWorkbook({ workbook, workbookRels }));

    expect(sheets.map(({ name }) => name)).toEqual(['Loans']);
  });

  it('reads the first rows of a long sheet without unpacking the rest', async () => {
    const sheet = noise(6_000_000)
      .toString('base64')
      .replaceAll(/.{100}/g, '<row><c t="str"><v>$&</v></c></row>');
    const bytes = aWorkbook({ sheet });
    const source = inMemory(bytes);
    const workbook = await openWorkbook(source);
    if ('code' in workbook) throw new Error(workbook.message);
    const before = source.bytesRead();

    for await (const { number } of workbook.sheets[0]?.rows() ?? []) if (number >= 3) break;

    expect(bytes.length).toBeGreaterThan(5_000_000);
    expect(source.bytesRead() - before).toBeLessThan(4_000_000);
  });
});
