import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loansV1 } from '../../../shared/contracts/loans.v1.ts';
import { csvFileReader } from '../../../shared/decode/csv-file-reader.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';
import { endless, inChunks, inOneChunk } from '../../support/byte-chunks.ts';
import { type CollectedRows, collectRows } from '../../support/collected-rows.ts';

const RUNS = { seed: 20_251_210, numRuns: 300 };

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id' }),
    aMoneyColumn({ name: 'amount' }),
    aColumn({ name: 'note', nullable: true, optional: true }),
  ],
});
const read = (content: string | Uint8Array, contract = CONTRACT): Promise<CollectedRows> =>
  collectRows(csvFileReader, inOneChunk(content), contract);

describe('reading a file', () => {
  it('hands on typed columns in the order of the contract, with the numbers of the records', async () => {
    const { outcome, batches, rejected } = await read('Amount,ID,note\n1.50,L1,x\n2,L2,\n');

    expect(outcome).toEqual({
      kind: 'read',
      rows: 2,
      unexpectedColumns: [],
      missingOptionalColumns: [],
      notices: [],
    });
    expect(batches).toEqual([
      {
        length: 2,
        recordNumbers: [1, 2],
        columns: [
          ['L1', 'L2'],
          [150, 200],
          ['x', null],
        ],
        remarks: [],
      },
    ]);
    expect(rejected).toEqual([]);
  });

  it('notices unknown columns, optional ones that are absent, and a byte order mark', async () => {
    const { outcome, rows } = await read('\uFEFFid,amount,colour\nL1,1,red\n');

    expect(rows).toEqual([{ record: 1, cells: ['L1', 100, null] }]);
    expect(outcome).toMatchObject({
      kind: 'read',
      unexpectedColumns: ['colour'],
      missingOptionalColumns: ['note'],
      notices: [
        { code: 'unexpected-column', severity: 'notice' },
        { code: 'byte-order-mark', severity: 'notice' },
      ],
    });
  });

  it('passes remarks on with the number of their record', async () => {
    const { batches } = await read('id,amount\nL1,1\nL2,0.00999999999839929\n');

    expect(batches[0]?.remarks).toEqual([
      {
        record: 2,
        column: 'amount',
        code: 'excess-scale',
        severity: 'notice',
        message: 'row 2: amount "0.00999999999839929" is float residue and was rounded to 2 digits',
      },
    ]);
  });

  it('rejects bad rows with their place and keeps the rest', async () => {
    const { outcome, rows, rejected } = await read(
      'id,amount,note\nL1,five,a\nL2,2,b\nL3,3\nL4,4,d,more\nL"5,5,e\nL6,6,f\n',
    );

    expect(outcome).toMatchObject({ kind: 'read', rows: 6 });
    expect(rows.map(({ record }) => record)).toEqual([2, 6]);
    expect(rejected).toEqual([
      {
        record: 1,
        cells: { id: 'L1', amount: 'five', note: 'a' },
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
        cells: { id: 'L3', amount: '3' },
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
        cells: { id: 'L4', amount: '4', note: 'd' },
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
    ]);
  });

  it('takes names of properties for plain names and plain values', async () => {
    const { outcome, rows, rejected } = await read(
      'id,amount,note,__proto__,constructor\n__proto__,1,toString,{"amount":2},x\nL2,bad,y,z,x\n'.replaceAll(
        '{"amount":2}',
        '"{""amount"":2}"',
      ),
    );

    expect(rows).toEqual([{ record: 1, cells: ['__proto__', 100, 'toString'] }]);
    expect(rejected[0]?.cells).toEqual({ id: 'L2', amount: 'bad', note: 'y' });
    expect(outcome).toMatchObject({ unexpectedColumns: ['__proto__', 'constructor'] });
    expect(Object.hasOwn(Object.prototype, 'amount')).toBe(false);
  });

  it('reads 20,000 rows in several batches with the right record numbers', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) =>
      index % 1_000 === 999 ? `L${index + 1},bad` : `L${index + 1},${index}.25`,
    );

    const { outcome, batches, rows, rejected } = await read(`id,amount\n${lines.join('\n')}\n`);

    expect(outcome).toMatchObject({ kind: 'read', rows: 20_000 });
    expect(batches.map(({ length }) => length)).toEqual([8_192, 8_192, 3_596]);
    expect(rejected.map(({ record }) => record)).toEqual(
      Array.from({ length: 20 }, (_, n) => (n + 1) * 1_000),
    );
    for (const { record, cells } of rows) expect(cells).toEqual([`L${record}`, record * 100 - 75, null]);
    for (const { length, recordNumbers, columns } of batches) {
      expect(recordNumbers).toHaveLength(length);
      for (const values of columns) expect(values).toHaveLength(length);
    }
  });

  it('hands on no empty batch when the last one was just full, or every row is bad', async () => {
    const full = Array.from({ length: 8_192 }, (_, index) => `L${index},1`).join('\n');

    expect((await read(`id,amount\n${full}\n`)).batches).toHaveLength(1);
    expect((await read('id,amount\nL1,bad\n')).batches).toHaveLength(0);
  });

  it('gives the same batches and rejections wherever the bytes are cut', async () => {
    const cell = fc.constantFrom(
      'L1',
      '1.50',
      'bad',
      '',
      '"a\r\nb"',
      '"x""y"',
      'Cuscatlán',
      'q"q',
      '😀',
      '-0',
    );
    const line = fc.tuple(fc.array(cell, { minLength: 1, maxLength: 4 }), fc.constantFrom('\n', '\r\n'));
    const file = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\uFEFF'))
      .map(
        ([lines, mark]) =>
          `${mark}id,amount,note\n${lines.map(([cells, end]) => cells.join(',') + end).join('')}`,
      );
    await fc.assert(
      fc.asyncProperty(file, fc.array(fc.nat({ max: 6 }), { maxLength: 60 }), async (text, cuts) => {
        const whole = await read(text);

        expect(await collectRows(csvFileReader, inChunks(text, cuts), CONTRACT)).toEqual(whole);
      }),
      RUNS,
    );
  });

  it('accounts for every row: each is accepted or rejected, once and in order', async () => {
    const cell = fc.constantFrom('L1', '1.50', 'bad', '', '"a,b"', 'q"q', '__proto__');
    const lines = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lines, async (records) => {
        const text = `id,amount,note\n${records.map((cells) => cells.join(',')).join('\n')}\n`;

        const { outcome, rows, rejected } = await read(text);

        const numbers = [...rows, ...rejected].map(({ record }) => record).toSorted((a, b) => a - b);
        expect(outcome).toMatchObject({ kind: 'read', rows: records.length });
        expect(numbers).toEqual(records.map((_, index) => index + 1));
      }),
      RUNS,
    );
  });
});

describe('a file that cannot be read', () => {
  const problemOf = ({ outcome, rows, rejected }: CollectedRows) => {
    expect(rows).toEqual([]);
    expect(rejected).toEqual([]);
    return outcome.kind === 'unreadable' ? outcome.problems[0] : undefined;
  };

  it.each([
    ['is empty', '', 'empty-file'],
    ['has blank lines only', '\n\r\n\n', 'empty-file'],
    ['has a byte order mark only', '\uFEFF', 'empty-file'],
    ['has a header and no row', 'id,amount\n', 'header-only'],
    ['has a header without a line end', 'id,amount', 'header-only'],
    ['is separated by semicolons', 'id;amount\nL1;1\n', 'wrong-delimiter'],
    ['is separated by tabs', 'id\tamount\nL1\t1\n', 'wrong-delimiter'],
    ['lacks a column', 'id,amt\nL1,1\n', 'missing-column'],
    ['has a column twice', 'id,amount,ID\nL1,1,L1\n', 'duplicate-column'],
    ['has a broken header', 'id,am"ount\nL1,1\n', 'malformed-row'],
    ['has a broken header and nothing else', 'id,am"ount', 'malformed-row'],
    ['opens a quotation mark for good', 'id,amount\n"L1,1\nL2,2\n', 'unclosed-quote'],
    ['is a Parquet file', 'PAR1\u0015\u0004', 'unsupported-format'],
    ['is an Excel file', 'PK\u0003\u0004', 'unsupported-format'],
    ['has a NUL byte', 'id,amount\nL1,\0\n', 'wrong-encoding'],
    ['is Latin-1', Buffer.from('id,amount\nCuscatlán,1\n', 'latin1'), 'wrong-encoding'],
    ['is UTF-16', Buffer.from('\uFEFFid,amount\n', 'utf16le'), 'wrong-encoding'],
    ['has a cell of two million characters', `id,amount\nL1,"${'x'.repeat(2_000_000)}"\n`, 'unclosed-quote'],
  ])('%s', async (_, content, code) => {
    const problem = problemOf(await read(content));

    expect(problem).toMatchObject({ code, severity: 'error' });
  });

  it.each([
    ['', /^The file has no header and no rows\. Nothing was read\. Export it again/],
    [
      'id,amount\n',
      /^The file has the header of things@1 and no row\. Nothing was promoted\. Check the filter/,
    ],
    [
      'id,am"ount\nL1,1\n',
      /^The header cannot be split into names: line 1 has .+\. Nothing was read\. Correct/,
    ],
    ['"id,amount\n', /^A quotation mark on line 1 .+ told apart\. Nothing was promoted\. Close or double/],
  ])('is told what is wrong, what was not done and what to do: %j', async (content, message) => {
    expect(problemOf(await read(content))?.message).toMatch(message);
  });

  it('is not read on when its header is refused', async () => {
    const { source, pulled, isClosed } = endless('id,amt\n', 'L1,1\n'.repeat(13_000), 800);

    const { outcome } = await collectRows(csvFileReader, source, CONTRACT);

    expect(outcome.kind).toBe('unreadable');
    expect(pulled()).toBeLessThan(10);
    expect(isClosed()).toBe(true);
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
    const broken = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('id,amount\nL1,1\n');
      throw new Error('the connection was lost');
    })();
    const sink = { accept: async () => {}, reject: async () => {} };
    const full = { ...sink, accept: () => Promise.reject(new Error('no space left')) };

    await expect(csvFileReader.read(broken, CONTRACT, sink)).rejects.toThrow('the connection was lost');
    await expect(csvFileReader.read(inOneChunk('id,amount\nL1,1\n'), CONTRACT, full)).rejects.toThrow(
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
  ])('gives the names: %s', async (_, content) => {
    expect(await csvFileReader.readHeader(inOneChunk(content))).toEqual(['id', 'amount']);
  });

  it('keeps names as they are written, also those of properties', async () => {
    const header = await csvFileReader.readHeader(inOneChunk('__proto__, Id ,CUSCATLÁN,\n'));

    expect(header).toEqual(['__proto__', ' Id ', 'CUSCATLÁN', '']);
  });

  it('reads no further than it has to: a few chunks of 50 MB', async () => {
    const { source, pulled, isClosed } = endless('id,amount\n', 'L1,1\n'.repeat(13_000), 800);

    const header = await csvFileReader.readHeader(source);

    expect(header).toEqual(['id', 'amount']);
    expect(pulled()).toBeLessThan(10);
    expect(isClosed()).toBe(true);
  });

  it.each([
    ['', 'empty-file'],
    ['\n\n', 'empty-file'],
    ['id;amount\n', 'wrong-delimiter'],
    ['id,am"ount\nL1,1\n', 'malformed-row'],
    ['"id,amount\n', 'unclosed-quote'],
    ['%PDF-1.7', 'unsupported-format'],
    ['i\0d', 'wrong-encoding'],
  ])('says why there is none: %j', async (content, code) => {
    expect(await csvFileReader.readHeader(inOneChunk(content))).toMatchObject({ code, severity: 'error' });
  });

  it('hands on what went wrong with the source', async () => {
    const broken = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('id,am');
      throw new Error('the connection was lost');
    })();

    await expect(csvFileReader.readHeader(broken)).rejects.toThrow('the connection was lost');
  });
});
