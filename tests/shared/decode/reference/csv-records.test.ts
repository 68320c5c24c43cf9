import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CsvRecord, readCsvRecords } from '../../../../shared/decode/reference/csv-records.ts';
import { NotCsvText } from '../../../../shared/decode/reference/csv-text.ts';
import { endless, inChunks, inOneChunk } from '../../../support/byte-chunks.ts';

const RUNS = { seed: 20_251_210, numRuns: 300 };

async function recordsOf(source: AsyncIterable<Uint8Array>, limit = Infinity): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  const findings = { byteOrderMark: false };
  await readCsvRecords(source, findings, (record) => records.push(record) < limit);
  return records;
}

/** Cells of a file without faults. */
async function cellsOf(source: AsyncIterable<Uint8Array>): Promise<(readonly string[])[]> {
  return (await recordsOf(source)).map((record) => (record.kind === 'cells' ? record.cells : ['malformed']));
}

/** What is told of a file that cannot be split, or the records of one that can. */
async function outcomeOf(source: AsyncIterable<Uint8Array>): Promise<CsvRecord[] | string> {
  try {
    return await recordsOf(source);
  } catch (error) {
    if (error instanceof NotCsvText) return `${error.problem.code}: ${error.message}`;
    throw error;
  }
}

/** RFC 4180 by its grammar, character by character: another way to the same answer. */
function split(text: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let at = 0;
  const endRecord = (): void => {
    cells.push(cell);
    records.push(cells);
    [cells, cell] = [[], ''];
  };
  while (at < text.length) {
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        cell += text[at];
        if (text[at] === '"') at += 1;
      }
      at += 1;
    } else if (text[at] === ',') {
      cells.push(cell);
      cell = '';
      at += 1;
    } else if (text.startsWith('\r\n', at)) {
      endRecord();
      at += 2;
    } else if (text[at] === '\n' || text[at] === '\r') {
      endRecord();
      at += 1;
    } else {
      cell += text[at];
      at += 1;
    }
  }
  if (cell !== '' || cells.length > 0) endRecord();
  return records;
}

describe('splitting', () => {
  it.each<[string, string, string[][]]>([
    [
      'line feeds',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'carriage returns with line feeds',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'carriage returns alone',
      'a,b\r1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'all three mixed',
      'a,b\r\n1,2\n3,4\r5,6',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a quoted comma',
      'a,b\n"1,5",2\n',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'quoted line ends',
      'a,b\n"1\r\n\n5",2\n',
      [
        ['a', 'b'],
        ['1\r\n\n5', '2'],
      ],
    ],
    [
      'doubled quotation marks',
      'a,b\n"say ""x""",""""\n',
      [
        ['a', 'b'],
        ['say "x"', '"'],
      ],
    ],
    [
      'empty cells',
      'a,b\n,\n"",""\n',
      [
        ['a', 'b'],
        ['', ''],
        ['', ''],
      ],
    ],
    [
      'blanks around cells, which are kept',
      'a,b\n 1 , 2 \n',
      [
        ['a', 'b'],
        [' 1 ', ' 2 '],
      ],
    ],
    [
      'blank lines, which are skipped',
      '\n\na,b\n\n1,2\n\r\n3,4\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'names of properties',
      '__proto__,constructor\n__proto__,toString\n',
      [
        ['__proto__', 'constructor'],
        ['__proto__', 'toString'],
      ],
    ],
    ['letters beyond ASCII', 'a\nCuscatlán, 😀\n', [['a'], ['Cuscatlán', ' 😀']]],
  ])('knows %s', async (_, text, cells) => {
    expect(await cellsOf(inOneChunk(text))).toEqual(cells);
    expect(
      await cellsOf(
        inChunks(
          text,
          Array.from({ length: text.length }, () => 1),
        ),
      ),
    ).toEqual(cells);
  });

  it('numbers the header 0 and the first record after it 1', async () => {
    const records = await recordsOf(inOneChunk('a\n\n1\n2\n'));

    expect(records.map(({ number }) => number)).toEqual([0, 1, 2]);
  });

  it('agrees with the grammar of RFC 4180 on any well-formed file, however it is cut', async () => {
    const plain = fc.stringMatching(/^[ a-z0-9.\-;á]{1,8}$/);
    const quoted = fc
      .array(fc.constantFrom('"', ',', '\n', '\r', '\r\n', 'x', ' ', 'ñ'), { maxLength: 8 })
      .map((parts) => `"${parts.join('').replaceAll('"', '""')}"`);
    const record = fc.array(fc.oneof(plain, quoted), { minLength: 2, maxLength: 5 });
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    const file = fc
      .array(fc.tuple(record, lineEnd), { minLength: 1, maxLength: 12 })
      .map((records) => records.map(([cells, end]) => cells.join(',') + end).join(''));
    await fc.assert(
      fc.asyncProperty(file, fc.array(fc.nat({ max: 9 }), { maxLength: 30 }), async (text, cuts) => {
        expect(await cellsOf(inChunks(text, cuts))).toEqual(split(text));
      }),
      RUNS,
    );
  });
});

describe('a quotation mark out of place', () => {
  it('inside an unquoted cell spoils that record and no other', async () => {
    const records = await recordsOf(inOneChunk('a,b\n1,x"y\n2,3\n'));

    expect(records).toEqual([
      { kind: 'cells', number: 0, cells: ['a', 'b'] },
      { kind: 'malformed', number: 1, detail: 'line 2 has a quotation mark inside an unquoted cell' },
      { kind: 'cells', number: 2, cells: ['2', '3'] },
    ]);
  });

  it('spoils a record once, however many there are in it', async () => {
    const records = await recordsOf(inOneChunk('a,b\nx"y,z"w"\n2,3\n'));

    expect(records.map(({ kind, number }) => [kind, number])).toEqual([
      ['cells', 0],
      ['malformed', 1],
      ['cells', 2],
    ]);
  });

  it('keeps the numbers right when it comes first, last and in a row', async () => {
    const records = await recordsOf(inOneChunk('a,b\nx"y,1\nx"y,1\n2,3\nx"y,1\n'));

    expect(records.map(({ kind, number }) => [kind, number])).toEqual([
      ['cells', 0],
      ['malformed', 1],
      ['malformed', 2],
      ['cells', 3],
      ['malformed', 4],
    ]);
  });

  it('may be in the header or in every record', async () => {
    expect(await recordsOf(inOneChunk('a"x,b'))).toEqual([
      { kind: 'malformed', number: 0, detail: 'line 1 has a quotation mark inside an unquoted cell' },
    ]);
    expect(await recordsOf(inOneChunk('a"x,b\n1,2\n'), 1)).toHaveLength(1);
  });

  // The parser would go on to the next quotation mark and take whole rows for one cell, without a word.
  it('after a quoted cell ends the file, so that no row is lost without a word', async () => {
    const outcome = await outcomeOf(inOneChunk('a,b\n"x"y,1\n2,3\n"c",4\n5,6\n'));

    expect(outcome).toBe(
      'unclosed-quote: Line 2 has text after a closing quotation mark, so the rows after it cannot be told apart. Nothing was promoted. Close or double the quotation mark and drop the file again.',
    );
  });

  it.each([
    ['on the line where it stands', 'a,b\n1,2\n"3,4\n5,6\n', 3],
    ['below a record of several lines', 'a,b\n"1\n\n",2\n"3,4\n', 5],
    ['below a malformed record', 'a,b\nx"y,2\n"3,4\n', 3],
    ['below blank lines, from the line after the last record', 'a,b\n\n\n"3,4\n', 2],
    ['with other line ends', 'a,b\r\n1,2\r\n"3,4\r\n', 3],
    ['in the header', '"a,b\n1,2\n', 1],
  ])('that is never closed ends the file: %s', async (_, text, line) => {
    expect(await outcomeOf(inOneChunk(text))).toBe(
      `unclosed-quote: A quotation mark on line ${line} or below it is never closed, so the rows after it cannot be told apart. Nothing was promoted. Close or double the quotation mark and drop the file again.`,
    );
  });

  it('is judged the same wherever the bytes are cut', async () => {
    const text = fc
      .array(fc.constantFrom('"', ',', '\n', '\r\n', 'x', '1', 'á'), { maxLength: 25 })
      .map((parts) => `a,b\n${parts.join('')}`);
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat({ max: 4 }), { maxLength: 30 }), async (content, cuts) => {
        expect(await outcomeOf(inChunks(content, cuts))).toEqual(await outcomeOf(inOneChunk(content)));
      }),
      { ...RUNS, numRuns: 1_000 },
    );
  });
});

describe('a record without end', () => {
  it.each([
    ['in quotation marks', '"'],
    ['without them', ''],
  ])('is refused after a million characters, %s', async (_, mark) => {
    const { source, pulled, isClosed } = endless(`a,b\n1,${mark}`, 'x'.repeat(65_536), 800);

    const outcome = await outcomeOf(source);

    expect(outcome).toContain(
      'unclosed-quote: The record that begins on line 2 or below it is longer than 1000000 characters',
    );
    expect(pulled()).toBeLessThan(40);
    expect(isClosed()).toBe(true);
  });

  it('is not suspected in one of nearly a million', async () => {
    const cells = ['1', 'x'.repeat(990_000)];

    expect(await cellsOf(inOneChunk(`a,b\n${cells.join(',')}\n2,3\n`))).toEqual([
      ['a', 'b'],
      cells,
      ['2', '3'],
    ]);
  });
});

describe('stopping early', () => {
  it('stops the source as well', async () => {
    const { source, pulled, isClosed } = endless('a,b\n', '1,2\n'.repeat(16_384), 800);

    const records = await recordsOf(source, 3);

    expect(records).toHaveLength(3);
    expect(pulled()).toBeLessThan(10);
    expect(isClosed()).toBe(true);
  });

  it('stops at a malformed record, too', async () => {
    const records = await recordsOf(inOneChunk('a,b\nx"y,1\n2,3\n4,5\n'), 2);

    expect(records.map(({ kind }) => kind)).toEqual(['cells', 'malformed']);
    expect(await recordsOf(inOneChunk('a,b\nx"y,1\nx"y,1\n'), 2)).toHaveLength(2);
  });
});

describe('what fails elsewhere', () => {
  it('is handed on: the source', async () => {
    const broken = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a,b\n');
      throw new Error('the connection was lost');
    })();

    await expect(recordsOf(broken)).rejects.toThrow('the connection was lost');
  });

  it('is handed on: whoever takes the records', async () => {
    const findings = { byteOrderMark: false };
    const fullDisk = () => Promise.reject(new Error('no space left'));

    await expect(readCsvRecords(inOneChunk('a,b\n1,2\n'), findings, fullDisk)).rejects.toThrow(
      'no space left',
    );
  });
});
