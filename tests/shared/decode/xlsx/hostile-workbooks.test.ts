import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSharedStrings, SharedStrings } from '../../../../shared/decode/xlsx/shared-strings.ts';
import { SHEET_LIMITS, sheetRows } from '../../../../shared/decode/xlsx/sheet-rows.ts';
import { openWorkbook } from '../../../../shared/decode/xlsx/workbook.ts';
import { UnreadableFile } from '../../../../shared/decode/zip/unreadable-file.ts';
import { inOneChunk } from '../../../support/byte-chunks.ts';
import { aZip, inMemory, noise } from '../zip/a-zip.ts';
import {
  aWorkbook,
  opened,
  readThrough,
  refusalOf,
  relationships,
  rowsOf,
  rowsOfSheet,
  stringsXml,
  stylesXml,
  type WorkbookParts,
  workbookXml,
} from './a-workbook.ts';
import { anOleFile } from './an-ole-file.ts';

const BARE = { part: 'xl/worksheets/sheet1.xml', strings: undefined, dateStyles: [], writeDate: String };
const LAUGHS = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>';

type Refusal = readonly [what: string, parts: WorkbookParts, words: RegExp];

describe('a workbook made to harm', () => {
  it.each<Refusal>([
    [
      'macros in a part',
      { more: [{ name: 'xl/vbaProject.bin', content: 'x' }] },
      /holds macros.*without macros/,
    ],
    ['macros of Excel 4', { more: [{ name: 'xl/macrosheets/sheet1.xml', content: 'x' }] }, /holds macros/],
    [
      'the type of a macro workbook (.xlsm)',
      {
        contentTypes:
          '<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>',
      },
      /holds macros/,
    ],
    [
      'macros by a relationship',
      { workbookRels: relationships([['rId1', 'vbaProject', 'innocent.bin']]) },
      /holds macros/,
    ],
    [
      'external links in a part',
      { more: [{ name: 'xl/externalLinks/externalLink1.xml', content: '<x/>' }] },
      /values from other files.*Break Link/,
    ],
    [
      'external links by a relationship',
      { workbookRels: relationships([['rId1', 'worksheet', 'file:///etc/passwd', 'External']]) },
      /values from other files/,
    ],
    [
      'external links by the list of its sheets',
      {
        workbook: workbookXml(
          '',
          '<externalReferences><externalReference r:id="rId1"/></externalReferences>',
        ),
      },
      /values from other files/,
    ],
    [
      'a document type in its sheet',
      { sheet: `${LAUGHS}<worksheet>&b;</worksheet>` },
      /document type or entities/,
    ],
    [
      'a document type in its texts',
      { sheet: '', strings: `${LAUGHS}<sst/>` },
      /document type.*sharedstrings\.xml/,
    ],
    ['a document type in its styles', { styles: `${LAUGHS}<styleSheet/>` }, /document type.*styles\.xml/],
    [
      'a document type in its list of sheets',
      { workbook: `${LAUGHS}<workbook/>` },
      /document type.*workbook\.xml/,
    ],
    ['a document type in its types', { contentTypes: `${LAUGHS}<Types/>` }, /document type/],
    [
      'a workbook within',
      { more: [{ name: 'xl/embeddings/a.xlsx', content: 'x' }] },
      /another archive or document/,
    ],
    [
      'a million sheets',
      { workbook: workbookXml('<sheet name="a" r:id="rId1"/>'.repeat(1_000)) },
      /more than 255 sheets.*Split it/,
    ],
  ])('is refused for %s', async (_, parts, words) => {
    const problem = await refusalOf(aWorkbook(parts));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      severity: 'error',
      message: expect.stringMatching(words),
    });
  });

  it('is stopped when its rows are almost all emptiness, after a few of them', async () => {
    const row = (number: number): string => `<row r="${number}"><c r="XFD${number}"><v>1</v></c></row>`;
    const sheet = `<worksheet><sheetData>${[1, 2, 3, 4, 5].map(row).join('')}</sheetData></worksheet>`;
    const numbers: number[] = [];

    const read = async (): Promise<void> => {
      const limits = { ...SHEET_LIMITS, maxFilledIn: 16_383 * 3 };
      for await (const { number } of sheetRows(inOneChunk(sheet), BARE, limits)) numbers.push(number);
    };

    await expect(read()).rejects.toThrow(/almost all emptiness.*drop the data as CSV or Parquet/);
    expect(numbers.length).toBeLessThanOrEqual(3);
  });

  it('is handed on a few wide rows at a time, so that they never pile up', async () => {
    const row = (_: unknown, index: number): string => `<row><c r="XFD${index + 1}"><v>1</v></c></row>`;
    const sheet = `<worksheet><sheetData>${Array.from({ length: 40 }, row).join('')}<row><c t="?"><v/></c></row></sheetData></worksheet>`;
    let handedOn = 0;

    const read = async (): Promise<void> => {
      for await (const _ of sheetRows(inOneChunk(sheet), BARE)) handedOn += 1;
    };

    // The fault in the last row would otherwise come before any row.
    await expect(read()).rejects.toThrow(/a type that does not exist/);
    expect(handedOn).toBeGreaterThanOrEqual(36);
  });

  it('is stopped when it repeats a long text in very many cells', async () => {
    const strings = new SharedStrings();
    strings.add('x'.repeat(32_767));
    const sheet = `<worksheet><sheetData><row>${'<c t="s"><v>0</v></c>'.repeat(10)}</row></sheetData></worksheet>`;
    const limits = { ...SHEET_LIMITS, maxCharacters: 9 * 32_767 };

    const read = readThrough(sheetRows(inOneChunk(sheet), { ...BARE, strings }, limits));

    await expect(read).rejects.toThrow(/repeats long texts/);
  });

  it.each([
    ['texts', { maxStrings: 2, maxStringBytes: 10_000_000 }],
    ['bytes', { maxStrings: 10, maxStringBytes: 100 }],
  ])('is refused for more distinct %s than can be kept', async (_, limits) => {
    const strings = stringsXml('<si><t>a</t></si>'.repeat(3));

    const read = readSharedStrings(inOneChunk(strings), 'xl/sharedStrings.xml', limits);

    await expect(read).rejects.toThrow(UnreadableFile);
    await expect(read).rejects.toThrow(/more distinct texts than can be kept at once.*Split it/);
  });

  it('is stopped when a part unpacks to more than it declares', async () => {
    const bomb = 'x'.repeat(900_000);
    const honest = aWorkbook({ sheet: '', without: ['xl/worksheets/sheet1.xml'] });
    const lie = { size: 100 };

    const bytes = aWorkbook({
      without: ['xl/worksheets/sheet1.xml'],
      more: [
        {
          name: 'xl/worksheets/sheet1.xml',
          content: `<worksheet>${bomb}</worksheet>`,
          local: lie,
          central: lie,
        },
      ],
    });

    expect(await refusalOf(bytes)).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('holds more than the 100 bytes'),
    });
    expect((await refusalOf(honest)).code).toBe('damaged-file');
  });
});

describe('a file that is no workbook of today', () => {
  it.each<readonly [what: string, bytes: Buffer, words: RegExp]>([
    [
      'a table of text',
      Buffer.from('loan_id,balance\nL1,10\n'),
      /does not begin as a ZIP archive or a workbook/,
    ],
    [
      'an archive of something else',
      aZip([{ name: 'loans.csv', content: 'a' }]),
      /archive, but not an Excel workbook/,
    ],
    [
      'an OpenDocument table',
      aZip([
        { name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet', stored: true },
        { name: 'content.xml', content: '<x/>' },
      ]),
      /OpenDocument.*save|OpenDocument.*Save/,
    ],
    ['a binary workbook', aWorkbook({ more: [{ name: 'xl/workbook.bin', content: 'x' }] }), /\(\.xlsb\)/],
    [
      'a binary workbook by its type',
      aWorkbook({
        contentTypes:
          '<Types><Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
      }),
      /\(\.xlsb\)/,
    ],
    ['a text document', aWorkbook({ workbook: '<w:document xmlns:w="urn:w"/>' }), /not an Excel workbook/],
    [
      'a sheet in UTF-16',
      aWorkbook({ sheet: Buffer.from('\ufeff<worksheet/>', 'utf16le') }),
      /written in UTF-16.*only UTF-8/,
    ],
    [
      'a sheet in UTF-16 without a mark',
      aWorkbook({ sheet: Buffer.from('<worksheet/>', 'utf16le') }),
      /UTF-16/,
    ],
    [
      'a sheet in another encoding',
      aWorkbook({ sheet: '<?xml version="1.0" encoding="ISO-8859-1"?><worksheet/>' }),
      /written in ISO-8859-1/,
    ],
    ['a workbook of Excel 97', anOleFile('Root Entry', 'Workbook'), /Excel 97-2003 \(\.xls\)/],
    ['a workbook of Excel 95', anOleFile('Root Entry', 'Book'), /Excel 97-2003/],
    ['an old text document', anOleFile('Root Entry', 'WordDocument'), /old Office document/],
    [
      'an old file that breaks off',
      anOleFile('Root Entry', 'Workbook').subarray(0, 600),
      /old Office document/,
    ],
    ['an old file of nothing but its first bytes', anOleFile('x').subarray(0, 8), /old Office document/],
  ])('is told what it is: %s', async (_, bytes, words) => {
    expect(await refusalOf(bytes)).toMatchObject({
      code: 'unsupported-format',
      message: expect.stringMatching(words),
    });
  });

  it('is told to take off the password, even when the name lies far into the directory', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `Stream ${index}`);

    for (const bytes of [
      anOleFile('Root Entry', 'EncryptedPackage'),
      anOleFile(...names, 'EncryptionInfo'),
    ]) {
      expect(await refusalOf(bytes)).toMatchObject({
        code: 'encrypted-file',
        message: expect.stringMatching(/protected with a password.*Save it without a password/),
      });
    }
  });

  it('is not followed in circles when its directory leads back to itself', async () => {
    const bytes = anOleFile('Root Entry', 'Other');
    // The second sector of the directory is said to be followed by the first.
    bytes.writeUInt32LE(1, 512 + 4);

    expect((await refusalOf(bytes)).code).toBe('unsupported-format');
  });
});

describe('a damaged workbook', () => {
  it.each<Refusal>([
    ['no list of sheets', { without: ['xl/workbook.xml'] }, /part xl\/workbook\.xml is missing/],
    ['no sheet', { without: ['xl/worksheets/sheet1.xml'] }, /part xl\/worksheets\/sheet1\.xml is missing/],
    ['no relationships', { without: ['xl/_rels/workbook.xml.rels'] }, /workbook\.xml\.rels is missing/],
    ['a sheet that leads nowhere', { workbookRels: relationships([]) }, /a sheet of its list is nowhere/],
    ['an empty list of sheets', { workbook: workbookXml('') }, /has no sheet with cells/],
    ['broken XML in a small part', { workbook: '<workbook><sheets></workbook>' }, /the XML is broken/],
    ['a small part that breaks off', { workbook: '<workbook><sheets>' }, /the XML is broken/],
    ['a sheet that breaks off', { sheet: '<?xml version="1.0"?><worksheet><sheetData><row>' }, /breaks off/],
    ['an empty sheet part', { sheet: Buffer.alloc(0) }, /breaks off/],
    ['a sheet that is something else', { sheet: '<?xml version="1.0"?><chartsheet/>' }, /holds no sheet/],
    ['elements that cross', { sheet: '<row><c><v>1</c></v></row>' }, /do not close in the order/],
    ['text behind its end', { sheet: '<?xml version="1.0"?><worksheet/>x' }, /text stands/],
    ['text before its beginning', { sheet: '<?xml version="1.0"?>x<worksheet/>' }, /text stands/],
    [
      'an element within a value',
      { sheet: '<row><c><v>1<b>2</b>3</v></c></row>' },
      /an element within a value/,
    ],
    [
      'an element within a shared text',
      { strings: stringsXml('<si><t>a<b/>c</t></si>') },
      /an element within a text/,
    ],
    ['two roots', { sheet: '<?xml version="1.0"?><worksheet/><worksheet/>' }, /more than one root/],
    ['an attribute without a value', { sheet: '<row r></row>' }, /an attribute has no value/],
    ['an attribute without quotation marks', { sheet: '<row r=1></row>' }, /no quotation marks/],
    ['an attribute twice', { sheet: '<row r="1" r="2"></row>' }, /an attribute twice/],
    [
      'more attributes than any tag has',
      { sheet: `<row ${Array.from({ length: 65 }, (_, index) => `a${index}="1"`).join(' ')}></row>` },
      /more than 64 attributes/,
    ],
    ['a tag in an attribute', { sheet: '<row r="<1>"></row>' }, /an attribute holds a tag/],
    ['a slash in a tag', { sheet: '<row / r="1"></row>' }, /a tag is written wrongly/],
    ['a tag without a name', { sheet: '< row></row>' }, /a tag has no name/],
    ['a declaration in the middle', { sheet: '<!ATTLIST x>' }, /a tag is written wrongly/],
    ['elements without end', { sheet: '<a>'.repeat(100) }, /nested too deeply/],
    [
      'an entity that nobody declared',
      { sheet: '<row><c t="str"><v>&lol;</v></c></row>' },
      /"&lol;" stands for no/,
    ],
    [
      'a character that is none',
      { sheet: '<row><c t="str"><v>&#xD800;</v></c></row>' },
      /stands for no character/,
    ],
    ['a bare ampersand', { sheet: '<row><c t="str"><v>a & b</v></c></row>' }, /stands for no character/],
    [
      'a control character',
      { sheet: '<row><c t="str"><v>\u0001</v></c></row>' },
      /characters that XML does not/,
    ],
    [
      'a text that is too long',
      { sheet: `<row><c t="str"><v>${'x'.repeat(32_768)}</v></c></row>` },
      /longer than a cell/,
    ],
    [
      'runs without end',
      {
        sheet: `<row><c t="inlineStr"><is>${`<r><t>${'x'.repeat(9_999)}</t></r>`.repeat(30)}</is></c></row>`,
      },
      /longer than a cell/,
    ],
    [
      'a text that never ends',
      { sheet: `<row><c t="str"><v>${noise(1_200_000).toString('base64')}</v></c></row>` },
      /never ends/,
    ],
    [
      'a shared text that is too long',
      { sheet: '', strings: stringsXml(`<si>${`<r><t>${'x'.repeat(9_999)}</t></r>`.repeat(30)}</si>`) },
      /longer than a cell/,
    ],
    ['texts that are something else', { strings: '<worksheet/>' }, /holds no list of texts/],
    [
      'a cell with a text that is not there',
      { sheet: '<row><c t="s"><v>1</v></c></row>', strings: stringsXml('<si><t/></si>') },
      /points to a text that does not exist/,
    ],
    [
      'a cell with no number of a text',
      { sheet: '<row><c t="s"><v> </v></c></row>', strings: stringsXml('<si><t/></si>') },
      /does not exist/,
    ],
    [
      'a cell with a style that is not there',
      { sheet: '<row><c s="7"><v>1</v></c></row>', styles: stylesXml([0]) },
      /a style that does not exist/,
    ],
    [
      'a cell with an unknown type',
      { sheet: '<row><c t="x"><v>1</v></c></row>' },
      /a type that does not exist/,
    ],
    ['rows out of order', { sheet: '<row r="2"/><row r="1"/>' }, /a row after row 2 has a number/],
    ['a row beyond the sheet', { sheet: '<row r="1048577"/>' }, /a number that cannot follow/],
    ['a row with a wrong number', { sheet: '<row r="x"/>' }, /a number that cannot follow/],
    ['cells out of order', { sheet: '<row><c r="B1"/><c r="A1"/></row>' }, /a place that cannot follow/],
    ['a cell beyond the sheet', { sheet: '<row><c r="XFE1"/></row>' }, /a place that cannot follow/],
    ['a cell of another row', { sheet: '<row r="5"><c r="A6"/></row>' }, /says that it is in another row/],
    [
      'bytes that are no UTF-8',
      { sheet: Buffer.from('<worksheet>\xff</worksheet>', 'latin1') },
      /not valid UTF-8/,
    ],
    [
      'a character cut off at the end',
      { sheet: Buffer.from('<worksheet/>\xe2\x82', 'latin1') },
      /not valid UTF-8/,
    ],
  ])('is refused in words that name the part: %s', async (_, parts, words) => {
    const problem = await refusalOf(aWorkbook(parts));

    expect(problem).toMatchObject({
      code: 'damaged-file',
      message: expect.stringMatching(/The workbook .*Nothing was promoted\. Open it in Excel, save it/s),
    });
    expect(problem.message).toMatch(words);
  });

  it('is refused wherever it breaks off', async () => {
    const whole = aWorkbook({ strings: stringsXml('<si><t>a</t></si>') });

    for (let twentieths = 1; twentieths < 20; twentieths += 1) {
      const cut = whole.subarray(0, Math.ceil((whole.length * twentieths) / 20));
      expect(await openWorkbook(inMemory(cut))).toMatchObject({ code: 'damaged-file' });
    }
  });

  it('is read or refused, but never crashes the reader, whatever is changed in its parts', () => {
    const parts = {
      sheet:
        '<?xml version="1.0"?><worksheet><sheetData><row r="1"><c r="A1" t="s" s="0"><v>0</v></c></row></sheetData></worksheet>',
      strings: stringsXml('<si><t>a &amp; b</t></si><si><r><t>c</t></r></si>'),
      styles: stylesXml([0, 14, 164], { 164: 'yyyy' }),
      workbook: workbookXml('<sheet name="Loans" sheetId="1" r:id="rId1"/>'),
    };
    const changes = fc.array(
      fc.tuple(
        fc.nat(2_000),
        fc.nat(3),
        fc.constantFrom(...Array.from('<>/&;"= ArstC10!-]?:\u0000ñ'), '<!--', '<![CDATA[', '&#0;'),
      ),
      { minLength: 1, maxLength: 4 },
    );
    return fc.assert(
      fc.asyncProperty(fc.constantFrom(...keysOf(parts)), changes, async (part, list) => {
        let xml = parts[part];
        for (const [at, cut, put] of list) {
          const place = at % xml.length;
          xml = xml.slice(0, place) + put + xml.slice(place + cut);
        }

        const outcome = await refusalOf(aWorkbook({ ...parts, [part]: Buffer.from(xml) })).catch(String);

        expect(typeof outcome === 'string' ? outcome : outcome.severity).toMatch(
          /^(?:Error: it was read|error)$/,
        );
      }),
      { seed: 20_251_210, numRuns: 1_500 },
    );
  });

  it('gives the rows before the damage, and then throws', async () => {
    const { sheets } = await opened(
      aWorkbook({ sheet: '<row><c><v>1</v></c></row><row><c t="x"><v>1</v></c></row>' }),
    );

    await expect(sheets[0] && rowsOfSheet(sheets[0])).rejects.toThrow(UnreadableFile);
  });

  it('is told from an honest one that only looks odd', async () => {
    expect(
      await rowsOf(aWorkbook({ sheet: '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' })),
    ).toEqual({
      1_048_576: [...Array.from({ length: 16_383 }, () => ''), '1'],
    });
  });
});

function keysOf<T extends object>(record: T): (keyof T)[] {
  return Object.keys(record) as (keyof T)[];
}
