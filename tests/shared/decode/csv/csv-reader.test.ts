import { describe, expect, it } from '@jest/globals';
import { loansV1 } from '../../../../shared/contracts/loans.v1.ts';
import { readCsv, readCsvHeaders } from '../../../../shared/decode/csv/csv-reader.ts';
import { PartBuilder } from '../../../../shared/decode/part-builder.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';
import { endlessSource, KEY, partsInFull, type ReadFile, readFile, sourceOf, tokenOf } from './read-files.ts';

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id' }),
    aMoneyColumn({ name: 'amount' }),
    aColumn({ name: 'note', nullable: true, optional: true }),
  ],
});
const read = (content: string | Uint8Array, contract = CONTRACT): Promise<ReadFile> =>
  readFile(content, contract);

/** What a builder makes of rows that are given to it cell by cell. */
function partOf(rows: readonly (readonly [id: string, amount: string, note?: string])[]): SnapshotPart[] {
  const builder = new PartBuilder(CONTRACT, tokenOf);
  for (const [index, cells] of rows.entries())
    builder.judgeRow({ record: index + 1, cell: (at) => cells[at] });
  return [builder.finish()];
}

/** Unknown columns are watched for personal data, which is told apart from the rows. */
function expectSameRows(parts: readonly SnapshotPart[], expected: readonly SnapshotPart[]): void {
  const withoutWatch = (all: readonly SnapshotPart[]) => all.map((part) => ({ ...part, suspects: [] }));
  expect(partsInFull(withoutWatch(parts))).toBe(partsInFull(withoutWatch(expected)));
}

describe('reading a file', () => {
  it('hands on typed columns in the order of the contract', async () => {
    const { outcome, parts } = await read('Amount,ID,note\n1.50,L1,x\n2,L2,\n');

    expect(outcome).toEqual({
      kind: 'read',
      unexpectedColumns: [],
      missingOptionalColumns: [],
      aliases: {},
      notices: [],
    });
    expectSameRows(
      parts,
      partOf([
        ['L1', '1.50', 'x'],
        ['L2', '2', ''],
      ]),
    );
  });

  it('notices unknown columns, optional ones that are absent, another delimiter and a byte order mark', async () => {
    const { outcome, parts } = await read('\uFEFFid;amount;colour\nL1;1;red\n');

    expectSameRows(parts, partOf([['L1', '1']]));
    expect(outcome).toMatchObject({
      kind: 'read',
      unexpectedColumns: ['colour'],
      missingOptionalColumns: ['note'],
      notices: [
        { code: 'unexpected-column', severity: 'notice' },
        {
          code: 'other-delimiter',
          severity: 'notice',
          message:
            'The columns are separated by semicolons, not by commas. The file was read that way; nothing is to be done.',
        },
        { code: 'byte-order-mark', severity: 'notice' },
      ],
    });
  });

  it.each([
    ['commas', 'id,amount\nL1,1\n'],
    ['semicolons', 'id;amount\nL1;1\n'],
    ['tabs', 'id\tamount\nL1\t1\n'],
    ['vertical bars', 'id|amount\nL1|1\n'],
    ['the delimiter by which the contract knows most names', 'id;amount;a,b,c,d,e\nL1;1;x\n'],
    ['line feeds', '\n\nid,amount\n\nL1,1\n\n'],
    ['carriage returns', 'id,amount\rL1,1\r'],
    ['both', 'id,amount\r\nL1,1\r\n'],
    ['all three', 'id,amount\r\n\r\rL1,1\n'],
    ['no line end at the end', 'id,amount\nL1,1'],
    ['quotation marks', '"id","amount"\r\n"L1","1"\r\n'],
  ])('knows %s', async (_, content) => {
    const { outcome, parts } = await read(content);

    expect(outcome).toMatchObject({ kind: 'read' });
    expectSameRows(parts, partOf([['L1', '1']]));
  });

  it('counts remarks with the number of their record', async () => {
    const { parts } = await read('id,amount\nL1,1\nL2,0.00999999999839929\n');

    expect(parts[0]?.issues).toEqual([
      {
        column: 'amount',
        code: 'excess-scale',
        severity: 'notice',
        message: 'row 2: amount "0.00999999999839929" is float residue and was rounded to 2 digits',
        count: 1,
        firstRecords: [2],
      },
    ]);
  });

  it('rejects bad rows with their place and keeps the rest', async () => {
    const { parts } = await read(
      'id,amount,note\nL1,five,a\nL2,2,b\nL3,3\nL4,4,d,more\nL"5,5,e\nL6,6,f\n"L"7,7,g\nL8,8,h\n',
    );

    const torn = { id: tokenOf('id', 'L3'), amount: tokenOf('amount', '3') };
    expect(parts[0]).toMatchObject({ records: 8, accepted: 3, rejected: 5 });
    expect(parts[0]?.rejectedRows).toEqual([
      {
        record: 1,
        offset: 15,
        cells: { id: tokenOf('id', 'L1'), amount: tokenOf('amount', 'five'), note: tokenOf('note', 'a') },
        issues: [
          {
            code: 'text-in-number',
            severity: 'error',
            column: 'amount',
            message: 'row 1: amount, a text of 4 characters, is not a number',
          },
        ],
      },
      {
        record: 3,
        offset: 32,
        cells: torn,
        issues: [
          {
            code: 'ragged-row',
            severity: 'error',
            column: '',
            message: 'row 3 has 2 cells, the header has 3',
          },
        ],
      },
      {
        record: 4,
        offset: 37,
        cells: { id: tokenOf('id', 'L4'), amount: tokenOf('amount', '4'), note: tokenOf('note', 'd') },
        issues: [
          {
            code: 'ragged-row',
            severity: 'error',
            column: '',
            message: 'row 4 has 4 cells, the header has 3',
          },
        ],
      },
      {
        record: 5,
        offset: 49,
        cells: {},
        issues: [
          {
            code: 'malformed-row',
            severity: 'error',
            column: '',
            message: 'row 5: line 6 has a quotation mark inside an unquoted cell',
          },
        ],
      },
      {
        record: 7,
        offset: 64,
        cells: {},
        issues: [
          {
            code: 'malformed-row',
            severity: 'error',
            column: '',
            message: 'row 7: line 8 has text after a closing quotation mark',
          },
        ],
      },
    ]);
  });

  it('takes names of properties for plain names and plain values', async () => {
    const { outcome, parts } = await read(
      'id,amount,note,__proto__,constructor\n__proto__,1,toString,"{""amount"":2}",x\n',
    );

    expectSameRows(parts, partOf([['__proto__', '1', 'toString']]));
    expect(outcome).toMatchObject({ unexpectedColumns: ['__proto__', 'constructor'] });
    expect(Object.hasOwn(Object.prototype, 'amount')).toBe(false);
  });

  it('makes a part of each 65,536 records, whatever the ranges are', async () => {
    const lines = Array.from({ length: 140_000 }, (_, index) => `L${index % 1_000},${index}.25`);
    const content = `id,amount\n${lines.join('\n')}\n`;

    const { parts } = await read(content);
    const inRanges = await readFile(content, CONTRACT, { rangeBytes: 99_991 });

    expect(parts.map(({ records }) => records)).toEqual([65_536, 65_536, 8_928]);
    expect(partsInFull(inRanges.parts)).toBe(partsInFull(parts));
    expect(parts.reduce((sum, { totals }) => sum + (totals['amount'] ?? 0n), 0n)).toBe(
      140_000n * 25n + 100n * ((139_999n * 140_000n) / 2n),
    );
  });

  it('ends a part early when its texts are large, at the same record whoever reads it', async () => {
    const contract = aContract({ columns: [aColumn({ name: 'id', maxCharacters: 1_000_000 })] });
    const ids = Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(900_000)}`);
    const content = `id\n${ids.join('\n')}\n`;
    const builder = new PartBuilder(contract, tokenOf);
    const expected: SnapshotPart[] = [];
    for (const [index, id] of ids.entries()) {
      builder.judgeRow({ record: index + 1, cell: () => id });
      if (builder.isFull) expected.push(builder.finish());
    }
    expected.push(builder.finish());

    const alone = await readFile(content, contract);
    const together = await readFile(content, contract, { workers: 2, parallelFromBytes: 0 });

    expect(alone.parts.map(({ records }) => records)).toEqual([38, 2]);
    expectSameRows(alone.parts, expected);
    expectSameRows(together.parts, expected);
  });

  it('hands on no empty part when the last one was just full', async () => {
    const content = `id,amount\n${'L1,1\n'.repeat(65_536)}\n\n`;

    expect((await read(content)).parts).toHaveLength(1);
  });

  it('shows cells of unknown columns to the watch for personal data: of every 65,536 records, the first 1,000', async () => {
    const seen: string[] = [];
    const see = PartBuilder.prototype.seeUnexpected;
    PartBuilder.prototype.seeUnexpected = (record, column, text) =>
      void seen.push(`${record} ${column} ${text}`);
    try {
      const lines = Array.from({ length: 66_600 }, (_, index) => `L1,1,"n ""${index}"""`);

      await readFile(`id,amount,extra\n${lines.join('\n')}`, CONTRACT, { partRecords: 1_200 });
    } finally {
      PartBuilder.prototype.seeUnexpected = see;
    }

    expect(seen).toHaveLength(2_000);
    expect([seen[0], seen[999], seen[1_000]]).toEqual([
      '1 extra n "0"',
      '1000 extra n "999"',
      '65537 extra n "65536"',
    ]);
  });

  it('may be empty when the contract says so', async () => {
    const { outcome, parts } = await read('id,amount\n', { ...CONTRACT, mayBeEmpty: true });

    expect(outcome.kind).toBe('read');
    expect(parts).toEqual([]);
  });

  it('judges a column that must have values but is absent from the file', async () => {
    const columns = [aColumn({ name: 'id' }), aColumn({ name: 'note', optional: true })];

    const { parts } = await read('id\nL1\n', aContract({ columns }));

    expect(parts[0]?.rejectedRows).toMatchObject([{ issues: [{ code: 'missing-value', column: 'note' }] }]);
  });
});

describe('a file that cannot be read', () => {
  const problemOf = ({ outcome }: ReadFile) =>
    outcome.kind === 'unreadable' ? outcome.problems[0] : undefined;

  it.each<[string, string | Uint8Array, string, RegExp]>([
    [
      'is empty',
      '',
      'empty-file',
      /^The file has no header and no rows\. Nothing was read\. Export it again/,
    ],
    ['has blank lines only', '\n\r\n\n', 'empty-file', /no header/],
    ['has a byte order mark only', '\uFEFF', 'empty-file', /no header/],
    ['has 200,000 blank lines', '\n'.repeat(200_000), 'empty-file', /no header/],
    [
      'has a header and no row',
      'id,amount\n',
      'header-only',
      /^The file has the header of things@1 and no row\./,
    ],
    [
      'has a header without a line end',
      'id,amount',
      'header-only',
      /Nothing was promoted\. Check the filter/,
    ],
    ['lacks a column', 'id,amt\nL1,1\n', 'missing-column', /amount is missing \(the file has "amt"\)/],
    ['has a column twice', 'id,amount,ID\nL1,1,L1\n', 'duplicate-column', /"ID"/],
    [
      'has a broken header',
      '\nid,am"ount\nL1,1\n',
      'malformed-row',
      /^The header cannot be split into names: line 2 has a quotation mark inside an unquoted cell\. Nothing was read\. Correct/,
    ],
    [
      'has a broken header and nothing else',
      'id,"am"ount',
      'malformed-row',
      /line 1 has text after a closing/,
    ],
    [
      'never closes a quotation mark in its header',
      '"id,amount\nL1,1\n',
      'unclosed-quote',
      /begins on line 1 /,
    ],
    [
      'opens a quotation mark for good',
      'id,amount\n"a\nb",1\r\n\r\n"L1,1\nL2,2\n',
      'unclosed-quote',
      /^The record that begins on line 5 opens .+ told apart\. Nothing was promoted\. Close or double/,
    ],
    [
      'has a cell of two million characters',
      `id,amount\nL0,1\nL1,"${'x'.repeat(2_000_000)}"\n`,
      'record-too-long',
      /^The record that begins on line 3 is longer than 1,000,000 bytes/,
    ],
    ['has a header of two million characters', `id,${'x'.repeat(2_000_000)}\n`, 'record-too-long', /line 1 /],
    ['is a Parquet file', 'PAR1\u0015\u0004', 'unsupported-format', /^The file is a Parquet file, not CSV\./],
    ['is an Excel file', 'PK\u0003\u0004', 'unsupported-format', /a ZIP or Excel file/],
    [
      'is an old Excel file',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'unsupported-format',
      /an old Excel file/,
    ],
    ['is compressed', Buffer.from('1f8b0800', 'hex'), 'unsupported-format', /a gzip file/],
    ['has a NUL byte', 'id,amount\nL1,1\nL2,\0\n', 'wrong-encoding', /has a NUL byte on line 3\./],
    ['has a NUL byte in its header', 'i\0d', 'wrong-encoding', /has a NUL byte on line 1\./],
    [
      'is Latin-1',
      Buffer.from('id,amount\nL1,1\nCuscatlán,1\n', 'latin1'),
      'wrong-encoding',
      /not UTF-8 near line 3; they may well be Windows-1252 \(Latin-1\)\. Nothing was read\. Save the file as CSV UTF-8 and drop it again\.$/,
    ],
    ['is Latin-1 from its header on', Buffer.from('año,id\n', 'latin1'), 'wrong-encoding', /near line 1;/],
    [
      'ends within a character',
      Buffer.from('id,amount\ná').subarray(0, -1),
      'wrong-encoding',
      /ends within .+ line 2/,
    ],
    ['is UTF-16', Buffer.from('\uFEFFid,amount\n', 'utf16le'), 'wrong-encoding', /UTF-16 \(little-endian\)/],
    [
      'is UTF-16 the other way',
      Buffer.from('\uFEFFid\n', 'utf16le').swap16(),
      'wrong-encoding',
      /\(big-endian\)/,
    ],
    [
      'is UTF-16 without a mark',
      Buffer.from('id,amount\n', 'utf16le'),
      'wrong-encoding',
      /without a byte order/,
    ],
    [
      'is big-endian without a mark',
      Buffer.from('id,\n', 'utf16le').swap16(),
      'wrong-encoding',
      /big-endian, without/,
    ],
  ])('%s', async (_, content, code, message) => {
    const problem = problemOf(await read(content));

    expect(problem).toMatchObject({ code, severity: 'error' });
    expect(problem?.message).toMatch(message);
  });

  it('takes a record of a million bytes, and not one byte more, whatever the ranges are', async () => {
    const line = (length: number): string => `L1,1,${'x'.repeat(length - 5)}`;
    const fileOf = (length: number): string => `id,amount,note\n${line(length)}\nL2,2,\n`;

    for (const rangeBytes of [999_983, 1_000_000, 8_000_000]) {
      const longest = await readFile(fileOf(1_000_000), CONTRACT, { rangeBytes });
      const tooLong = await readFile(fileOf(1_000_001), CONTRACT, { rangeBytes });

      expect(longest.parts[0]).toMatchObject({ records: 2, accepted: 1, rejected: 1 });
      expect(problemOf(tooLong)?.code).toBe('record-too-long');
    }
  });

  it.each([
    ['a line', 'id,amount\n', 'x'],
    ['a quoted cell', 'id,amount\nL1,"', 'x'],
    ['line ends inside quotation marks', 'id,amount\nL1,"', '\n'],
    ['a header', 'id', ','],
  ])('is not read on after %s that does not end: a few ranges of a gigabyte', async (_, first, filling) => {
    const { source, asked } = endlessSource(first, filling, 1_000_000_000);

    const { outcome } = await readFile(source, CONTRACT);

    expect(outcome).toMatchObject({ kind: 'unreadable', problems: [{ code: 'record-too-long' }] });
    expect(asked()).toBeLessThan(40_000_000);
  });

  it('is not read on when its header is refused', async () => {
    const { source, asked } = endlessSource('id,amt\n', 'x', 1_000_000_000);

    expect((await readFile(source, CONTRACT)).outcome.kind).toBe('unreadable');
    expect(asked()).toBeLessThan(100_000);
  });

  it('is refused for columns that a frozen contract does not know', async () => {
    const { outcome } = await read('id,amount,colour\nL1,1,red\n', { ...CONTRACT, mode: 'freeze' });

    expect(outcome).toMatchObject({ kind: 'unreadable', problems: [{ code: 'unexpected-column' }] });
  });

  it('is told all that is wrong with its header at once', async () => {
    const { outcome } = await read('loan_id,loan_id\nL1,L1\n', loansV1);

    const codes = outcome.kind === 'unreadable' ? outcome.problems.map(({ code }) => code) : [];
    expect(new Set(codes)).toEqual(new Set(['missing-column', 'duplicate-column']));
    expect(codes.filter((code) => code === 'missing-column').length).toBeGreaterThan(10);
  });

  it('is another matter than a source or a sink that fails', async () => {
    const broken = { size: 100, read: () => Promise.reject(new Error('the connection was lost')) };
    const full = { take: () => Promise.reject(new Error('no space left')) };
    const settings = { tokenOf, pseudonymKey: KEY, workers: 1 };

    await expect(readFile(broken, CONTRACT)).rejects.toThrow('the connection was lost');
    await expect(readCsv(sourceOf('id,amount\nL1,1\n'), CONTRACT, full, settings)).rejects.toThrow(
      'no space left',
    );
  });
});

describe('reading the header alone', () => {
  it.each([
    ['with rows below', 'id,amount\nL1,1\n'],
    ['without a line end', 'id,amount'],
    ['after a byte order mark and blank lines', '\uFEFF\n\nid,amount\n'],
    ['in quotation marks', '"id","amount"\r\n'],
    ['with semicolons', 'id;amount\n'],
    ['after more blank lines than are read at once', `${'\r\n'.repeat(50_000)}id,amount\n`],
  ])('gives the names: %s', async (_, content) => {
    expect(await readCsvHeaders(sourceOf(content))).toEqual([{ names: ['id', 'amount'] }]);
  });

  it('keeps names as they are written, also those of properties', async () => {
    const headers = await readCsvHeaders(sourceOf('__proto__, Id ,CUSCATLÁN,"a ""b""\nc",\n'));

    expect(headers).toEqual([{ names: ['__proto__', ' Id ', 'CUSCATLÁN', 'a "b"\nc', ''] }]);
  });

  it('reads on for a header of more bytes than are read at once', async () => {
    const names = Array.from({ length: 30_000 }, (_, index) => `column ${index}`);

    expect(await readCsvHeaders(sourceOf(`${names.join(';')}\n1;2`))).toEqual([{ names }]);
  });

  it.each([
    ['', 'empty-file'],
    ['id,am"ount\nL1,1\n', 'malformed-row'],
    ['"id,amount\n', 'unclosed-quote'],
    ['%PDF-1.7', 'unsupported-format'],
    ['i\0d', 'wrong-encoding'],
  ])('says why there is none: %j', async (content, code) => {
    expect(await readCsvHeaders(sourceOf(content))).toMatchObject({ code, severity: 'error' });
  });
});
