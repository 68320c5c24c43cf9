import { describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../../shared/contracts/contract.ts';
import { PartBuilder } from '../../../../shared/decode/part-builder.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import { readWorkbook, readWorkbookHeaders } from '../../../../shared/decode/xlsx/workbook-reader.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';
import { tokenOf } from '../csv/read-files.ts';
import { inMemory } from '../zip/a-zip.ts';
import { aWorkbook, relationships, workbookXml } from './a-workbook.ts';

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id' }),
    aMoneyColumn({ name: 'amount', nullable: true }),
    aColumn({ name: 'note', optional: true, nullable: true }),
  ],
});
const HEADER = rowOf('id', 'amount');

function rowOf(...cells: readonly string[]): string {
  return `<row>${cells.map(cellOf).join('')}</row>`;
}

/** `=` is a formula whose value is not stored. */
function cellOf(text: string): string {
  if (text === '=') return '<c><f>SUM(A1:A2)</f></c>';
  if (text.startsWith('#')) return `<c t="e"><f>A1</f><v>${text}</v></c>`;
  return text === '' ? '<c/>' : `<c t="str"><v>${text}</v></c>`;
}

type SheetOf = { readonly name: string; readonly rows: string; readonly isHidden?: boolean };

function workbookOf(sheets: readonly SheetOf[]): Buffer {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const [first, ...others] = sheets;
  return aWorkbook({
    sheet: first?.rows ?? '',
    workbook: workbookXml(
      sheets
        .map(
          ({ name, isHidden }, at) =>
            `<sheet name="${name}" sheetId="${at + 1}"${isHidden ? ' state="hidden"' : ''} r:id="rId${at + 1}"/>`,
        )
        .join(''),
    ),
    workbookRels: relationships(
      sheets.map((_, at) => [`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`] as const),
    ),
    more: others.map(({ rows }, at) => ({
      name: `xl/worksheets/sheet${at + 2}.xml`,
      content: `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
    })),
  });
}

async function read(bytes: Uint8Array, contract: Contract = CONTRACT) {
  const parts: SnapshotPart[] = [];
  const sink = { take: async (part: SnapshotPart) => void parts.push(part) };
  const outcome = await readWorkbook(inMemory(bytes), contract, new PartBuilder(contract, tokenOf), sink);
  return { outcome, part: parts[0] };
}

const readRows = (rows: string) => read(aWorkbook({ sheet: rows }));

describe('a formula whose value is not stored', () => {
  it('rejects its row instead of passing for no value', async () => {
    const { part } = await readRows(HEADER + rowOf('L1', '=') + rowOf('L2', '1') + rowOf('=', '='));

    expect(part).toMatchObject({ records: 3, accepted: 1, rejected: 2 });
    const amount = part?.issues.find(({ column }) => column === 'amount');
    expect(amount).toMatchObject({
      code: 'missing-value',
      count: 2,
      firstRecords: [1, 3],
      message:
        'row 1: column amount holds a formula whose value is not stored; open the workbook in Excel, save it and drop it again',
    });
  });

  it('does not matter in a column that the contract does not know', async () => {
    const { part } = await readRows(rowOf('id', 'amount', 'sum') + rowOf('L1', '1', '='));

    expect(part).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('cannot be a name of the header', async () => {
    const { outcome } = await readRows(rowOf('id', 'amount', '=') + rowOf('L1', '1', 'x'));

    expect(outcome).toMatchObject({
      kind: 'unreadable',
      problems: [{ code: 'missing-column', message: expect.stringContaining('Row 1 of sheet "Loans"') }],
    });
  });
});

describe('a cell that shows an error', () => {
  it('is no value, of whatever type its column is', async () => {
    const { part } = await readRows(HEADER + rowOf('#REF!', '1') + rowOf('L2', '#DIV/0!'));

    expect(part).toMatchObject({ accepted: 0, rejected: 2 });
    expect(part?.issues[0]).toMatchObject({ code: 'missing-value', column: 'id' });
    expect(part?.issues[0]?.message).toContain('holds the Excel error #REF!');
  });
});

describe('a text with an escape of Excel', () => {
  it.each(['_x0000_', 'a_xD800_', '_xDC00_b'])('that is no character refuses the file: %s', async (text) => {
    const { outcome } = await readRows(HEADER + rowOf(text, '1'));

    expect(outcome).toMatchObject({
      kind: 'unreadable',
      problems: [{ code: 'damaged-file', message: expect.stringContaining('half of a character') }],
    });
  });

  it('that is a whole character is that character', async () => {
    const { part } = await readRows(HEADER + rowOf('_xD83D__xDE00_', '1'));

    expect(part).toMatchObject({ accepted: 1 });
  });
});

describe('the message on a row', () => {
  it('says the row of Excel where a title stands above the header', async () => {
    const { part } = await readRows(
      rowOf('Loans of November') + HEADER + rowOf('L1', 'x') + rowOf('L2', '', '', 'y'),
    );

    expect(part?.rejectedRows).toMatchObject([
      { record: 1, issues: [{ message: expect.stringMatching(/^row 1 \(Excel row 3\): amount/) }] },
      { record: 2, issues: [{ message: 'row 2 (Excel row 4) has 4 cells, the header has 2' }] },
    ]);
  });

  it('does not where the number tells', async () => {
    const { part } = await readRows(HEADER + rowOf('L1', 'x'));

    expect(part?.issues[0]?.message).toMatch(/^row 1: amount/);
  });
});

describe('the sheet that is read', () => {
  const sheet = (name: string, id: string, isHidden = false): SheetOf => ({
    name,
    rows: HEADER + rowOf(id, '1'),
    isHidden,
  });
  const notes: SheetOf = { name: 'Notes', rows: rowOf('Made by finance') };

  it('is the visible one, whatever a hidden one has', async () => {
    const hidden = {
      ...sheet('Old', 'L1', true),
      rows: rowOf('id', 'amount', 'note') + rowOf('L1', '1', 'x'),
    };

    const { outcome } = await read(workbookOf([hidden, sheet('New', 'L2'), notes]));

    expect(outcome).toMatchObject({ kind: 'read' });
    expect(JSON.stringify(outcome)).toContain('Sheet \\"New\\" was read; the other 2 sheets were not.');
  });

  it('is a hidden one where no visible one is complete, which is said', async () => {
    const { outcome } = await read(workbookOf([notes, sheet('Old', 'L1', true)]));

    expect(outcome).toMatchObject({
      kind: 'read',
      notices: [{ message: 'The hidden sheet "Old" was read; the other sheet was not.' }],
    });
  });

  it('is nobody knows which when two fit equally well, and only these are named', async () => {
    const wider = { name: 'C', rows: rowOf('id', 'amount', 'note') + rowOf('L1', '1', 'x') };

    const { outcome } = await read(
      workbookOf([wider, { ...wider, name: 'D' }, sheet('A', 'L1'), sheet('B', 'L2', true)]),
    );

    expect(outcome).toMatchObject({ kind: 'unreadable', problems: [{ code: 'ambiguous-sheet' }] });
    expect(JSON.stringify(outcome)).toContain('The sheets \\"C\\", \\"D\\" fit');
  });

  it('is found among as many sheets as a workbook has', async () => {
    const wide = Array.from({ length: 60 }, (_, at) => `some name ${at}`);
    const many = Array.from({ length: 254 }, (_, at) => ({
      name: `S${at}`,
      rows: rowOf(...wide).repeat(20),
    }));

    const { outcome } = await read(workbookOf([...many, sheet('Loans', 'L1')]));

    expect(outcome).toMatchObject({ kind: 'read' });
  });
});

describe('the headers of a workbook', () => {
  it('are those of its visible sheets when one of them tells what the file is', async () => {
    const { CONTRACTS } = await import('../../../../shared/contracts/registry.ts');
    const [one, another] = CONTRACTS.filter(({ columns }) => columns.length > 15);
    const rows = (contract: Contract | undefined) =>
      rowOf(...(contract?.columns ?? []).map(({ name }) => name));
    const visible = { name: 'Seen', rows: rows(one) };
    const hidden = { name: 'Unseen', rows: rows(another), isHidden: true };

    const headers = await readWorkbookHeaders(inMemory(workbookOf([hidden, visible])));
    const alone = await readWorkbookHeaders(
      inMemory(workbookOf([{ name: 'Notes', rows: rowOf('What this is', 'Who made it') }, hidden])),
    );

    expect(headers).toMatchObject([{ table: 'Seen' }]);
    expect(alone).toMatchObject([{ table: 'Notes' }, { table: 'Unseen' }]);
  });
});
