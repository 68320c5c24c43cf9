import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type JsonFindings, NotJson } from '../../../../shared/decode/json/json-bytes.ts';
import { type JsonRecord, jsonHeader, jsonRecords } from '../../../../shared/decode/json/json-records.ts';
import type { Problem } from '../../../../shared/domain/problem.ts';
import { endless, inChunks, inOneChunk } from '../../../support/byte-chunks.ts';

const RUNS = { seed: 20_251_210, numRuns: 400 };

type Read = { records: JsonRecord[]; problem?: Problem; findings: JsonFindings };

async function read(source: AsyncIterable<Uint8Array>): Promise<Read> {
  const findings = { byteOrderMark: false };
  const records: JsonRecord[] = [];
  try {
    for await (const record of jsonRecords(source, findings)) records.push(record);
    return { records, findings };
  } catch (error) {
    if (error instanceof NotJson) return { records, findings, problem: error.problem };
    throw error;
  }
}

async function rowsOf(content: string | Uint8Array): Promise<Record<string, string>[]> {
  const { records, problem } = await read(inOneChunk(content));
  if (problem !== undefined) throw new Error(problem.message);
  return records.map((record) => {
    if (record.kind === 'malformed') throw new Error(record.malformed);
    return Object.fromEntries(record.fields);
  });
}

const TWO = [{ id: 'L1' }, { id: 'L2' }];

describe('records', () => {
  it.each([
    ['a list', '[{"id":"L1"},{"id":"L2"}]'],
    ['a list over many lines', JSON.stringify(TWO, null, 2)],
    ['a list with an object on each line', '[\n{"id":"L1"},\n{"id":"L2"}\n]\n'],
    ['lines', '{"id":"L1"}\n{"id":"L2"}\n'],
    ['lines without a last line break', '{"id":"L1"}\n{"id":"L2"}'],
    ['lines with CRLF, blanks and empty lines', ' {"id":"L1"} \r\n\r\n\t\r\n {"id":"L2"}\r\n\n'],
    ['empty lines before the first one', '\n\r\n{"id":"L1"}\n{"id":"L2"}'],
    ['a list under data', '{"data":[{"id":"L1"},{"id":"L2"}]}'],
    [
      'a list under results, with other members',
      '{"total":2,"results":[{"id":"L1"},{"id":"L2"}],"paging":{"next":[1]}}',
    ],
    ['a list under rows over many lines', JSON.stringify({ meta: { a: 1 }, rows: TWO }, null, 2)],
    ['a list under records whose first line has an object', '{"records":[\n{"id":"L1"},\n{"id":"L2"}]}'],
  ])('come from %s', async (_what, content) => {
    expect(await rowsOf(content)).toEqual(TWO);
  });

  it.each([
    ['an object', '{"id":"L1","terms":{"days":90}}', { id: 'L1', 'terms.days': '90' }],
    [
      'an object over many lines',
      '{\n  "id": "L1",\n  "terms": {\n "days": 90 }\n}\n',
      { id: 'L1', 'terms.days': '90' },
    ],
    ['an object under data', '{"paging":{},"data":{"id":"L1"}}', { id: 'L1' }],
    ['an object with a list of another name', '{"things":[{"id":1}]}', { things: '[{"id":1}]' }],
    ['an object with a number under rows', '{"rows":5}', { rows: '5' }],
    ['an empty object', '{}', {}],
  ])('may be one: %s', async (_what, content, row) => {
    expect(await rowsOf(content)).toEqual([row]);
  });

  it.each(['', ' \n ', '[]', ' [ ] ', '{"data":[]}'])('may be none: %j', async (content) => {
    expect(await read(inOneChunk(content))).toEqual({ records: [], findings: { byteOrderMark: false } });
  });

  it('tell their number and their place', async () => {
    const lines = await read(inOneChunk('\n{"a":"á"}\n\n  {"a":"2"}\n'));
    const list = await read(inOneChunk('[ {"a":"á"},\n{"a":"2"}]'));
    const inside = await read(inOneChunk('{"x":1,"data":[{"a":"1"}]}'));

    expect(lines.records).toMatchObject([
      { record: 1, offset: 1 },
      { record: 2, offset: 15 },
    ]);
    expect(list.records).toMatchObject([
      { record: 1, offset: 2 },
      { record: 2, offset: 14 },
    ]);
    expect(inside.records).toMatchObject([{ record: 1, offset: 15 }]);
  });

  it('come without a byte order mark, which is reported', async () => {
    const { records, findings } = await read(inOneChunk('\uFEFF[{"id":"\uFEFFL1"}]'));

    expect(findings).toEqual({ byteOrderMark: true });
    expect(records).toMatchObject([{ record: 1, offset: 4, fields: new Map([['id', '\uFEFFL1']]) }]);
  });

  it('are the same wherever the bytes are cut and however they are laid out', async () => {
    const record = fc.record({
      id: fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !text.includes('\0')),
      'b"\\': fc.constantFrom('}', ']', '"', '\\', '{"', ',', '\n', 'á', '😀'),
      deep: fc.record({ x: fc.integer(), list: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }) }),
    });
    const layouts = [
      (rows: unknown[]) => JSON.stringify(rows),
      (rows: unknown[]) => JSON.stringify(rows, null, 1),
      (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      (rows: unknown[]) => JSON.stringify({ paging: { a: '[' }, data: rows, more: [1] }),
    ];
    const cuts = fc.array(fc.nat({ max: 7 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 2, maxLength: 5 }),
        cuts,
        fc.constantFrom(...layouts),
        async (rows, sizes, layout) => {
          const { records, problem } = await read(inChunks(layout(rows), sizes));

          expect(problem).toBeUndefined();
          expect(records.map((it) => it.kind === 'fields' && Object.fromEntries(it.fields))).toEqual(
            rows.map((row) => ({
              id: row.id,
              'b"\\': row['b"\\'],
              'deep.x': String(row.deep.x),
              'deep.list': JSON.stringify(row.deep.list),
            })),
          );
        },
      ),
      RUNS,
    );
  });

  it('are handed on while the file is still being read', async () => {
    const { source, pulled, isClosed } = endless('[{"id":"L1"}', ',{"id":"L2"}', 1_000_000);

    for await (const record of jsonRecords(source)) if (record.record === 100) break;

    expect(pulled()).toBeLessThan(110);
    expect(isClosed()).toBe(true);
  });
});

describe('the header', () => {
  it('has the names of the first hundred records, null or not', async () => {
    const rows = Array.from({ length: 101 }, (_, index) => ({ id: index, [`f${index}`]: null }));

    const header = await jsonHeader(inOneChunk(JSON.stringify(rows)));

    expect(header).toHaveLength(101);
    expect(header.slice(0, 3)).toEqual(['id', 'f0', 'f1']);
    expect(header).not.toContain('f100');
  });

  it('is that of the records that can be read', async () => {
    expect(await jsonHeader(inOneChunk('{"a":1}\noops\n{"b":{"c":2}}\n'))).toEqual(['a', 'b.c']);
  });
});

describe('a line that is no record', () => {
  it.each([
    ['that is not finished', '{"a":1', 'the line has an object that does not end where it should'],
    ['that is no JSON', 'oops', 'the line has a value that is not JSON'],
    ['that is a list', '[1]', 'the line is not an object'],
    ['with two objects', '{"a":1}{"a":2}', 'the line has something after its end'],
    ['with an open quotation mark', '{"a":"1}', 'the line has a quotation mark that is never closed'],
    ['with a name twice', '{"a":1,"a":1}', 'the line has one of its names twice'],
  ])('%s is set aside, and the next one is read', async (_what, line, detail) => {
    const { records, problem } = await read(inOneChunk(`{"a":"0"}\n${line}\n{"a":"2"}\n`));

    expect(problem).toBeUndefined();
    expect(records).toMatchObject([
      { kind: 'fields', record: 1 },
      { kind: 'malformed', record: 2, offset: 10, malformed: expect.stringContaining(detail) },
      { kind: 'fields', record: 3 },
    ]);
  });

  it('may be the first one', async () => {
    const { records } = await read(inOneChunk('{"a":"1"\n{"a":"2"}\n'));

    expect(records).toMatchObject([{ kind: 'malformed' }, { kind: 'fields' }]);
  });
});

describe('a list', () => {
  it('goes on after an element that is no object or has a name twice', async () => {
    const { records, problem } = await read(inOneChunk('[{"a":1},5,{"a":1,"a":2},{"a":3}]'));

    expect(problem).toBeUndefined();
    expect(records.map(({ kind }) => kind)).toEqual(['fields', 'malformed', 'malformed', 'fields']);
  });

  it.each([
    ['a comma is missing', '[{"a":1} {"a":2}]', 2, 9],
    ['a comma is too many', '[{"a":1},]', 2, 9],
    ['it is never closed', '[{"a":1},', 2, 9],
    ['it stops inside a record', '[{"a":1},{"a":', 2, 9],
    ['it stops inside a text', '[{"a":1},{"a":"x', 2, 9],
    ['a name has no quotation marks', '[{"a":1},{a:2}]', 2, 9],
    ['a bracket closes a brace', '[{"a":1},{"a":2]]', 2, 9],
    ['something follows it', '[{"a":1}]x', 2, 9],
    ['something follows its object', '{"data":[{"a":1}]}{"data":[]}', 2, 18],
    ['the object around it is broken', '{"data":[{"a":1}],"b":oops}', 2, 22],
    ['the object around it is never closed', '{"data":[{"a":1}],"b":1', 2, 23],
    ['the object around it has a name without a value', '{"data":[{"a":1}],"b"}', 2, 21],
  ])('ends the file where %s, and says where', async (_what, content, record, offset) => {
    const { records, problem } = await read(inOneChunk(content));

    expect(records).toMatchObject([{ record: 1, kind: 'fields' }]);
    expect(problem).toMatchObject({ code: 'damaged-file', severity: 'error' });
    expect(problem?.message).toContain(`near byte ${offset}, at record ${record}:`);
  });
});

describe('a file that is not JSON', () => {
  const latin1 = Buffer.from('[{"a":"Cuscatlán"}]', 'latin1');

  it.each([
    ['words', 'hello', 'damaged-file', 'does not begin with an object or a list'],
    ['CSV', 'a,b\n1,2\n', 'damaged-file', 'does not begin'],
    ['UTF-16 with a mark', Buffer.from('\uFEFF[{}]', 'utf16le'), 'wrong-encoding', 'is UTF-16'],
    ['UTF-16 without one', Buffer.from('[{}]', 'utf16le'), 'wrong-encoding', 'is UTF-16'],
    ['UTF-16 of the big-endian kind', Buffer.from('[{}]', 'utf16le').swap16(), 'wrong-encoding', 'is UTF-16'],
    ['a NUL byte', '[{"a":"\0"}]', 'wrong-encoding', 'NUL byte at byte 7'],
    ['Latin-1', latin1, 'wrong-encoding', 'not UTF-8 near byte 15'],
    ['half a character at the end', latin1.subarray(0, 16), 'wrong-encoding', 'not UTF-8 near byte 15'],
    ['a ZIP', 'PK\u0003\u0004', 'unsupported-format', 'a ZIP or Excel file'],
    ['Parquet', 'PAR1abcd', 'unsupported-format', 'a Parquet file'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 1]), 'unsupported-format', 'a gzip file'],
    ['two lists', '{"data":[],"rows":[]}', 'unsupported-format', 'under "data" and under "rows"'],
  ])('is refused: %s', async (_what, content, code, message) => {
    const { problem } = await read(inOneChunk(content));

    expect(problem).toMatchObject({ code, severity: 'error', message: expect.stringContaining(message) });
  });

  it('is refused for its bytes wherever they are cut', async () => {
    for (let cut = 1; cut < latin1.length; cut += 1) {
      const { problem } = await read(inChunks(latin1, [cut]));

      expect(problem?.message).toContain('not UTF-8 near byte 15');
    }
  });
});

describe('limits', () => {
  const long = `{"a":"${'x'.repeat(1_000_000)}"}`;
  const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;

  it.each([
    ['in a list', `[{"a":1},${long}]`, 'Record 2, which begins at byte 9,'],
    ['on a line', `{"a":1}\n${long}\n`, 'Record 2, which begins at byte 8,'],
    ['under data', `{"data":${long}}`, 'Record 1, which begins at byte 8,'],
    ['of its own', long, 'Record 1, which begins at byte 5,'],
    [
      'in many members',
      `{${Array.from({ length: 3 }, (_, index) => `"a${index}":"${'x'.repeat(400_000)}"`).join(',')}}`,
      'one object that is longer',
    ],
    ['that never ends', `[{"a":"${'x'.repeat(3_000_000)}`, 'longer than 1000000 bytes'],
  ])('refuse a record of more than a million bytes %s', async (_where, content, place) => {
    const { problem } = await read(
      inChunks(
        content,
        Array.from({ length: 60 }, () => 65_536),
      ),
    );

    expect(problem).toMatchObject({ code: 'record-too-long', message: expect.stringContaining(place) });
  });

  it('do not read on after a record that is too long', async () => {
    const { source, pulled } = endless('[{"a":"', 'x'.repeat(65_536), 1_000);

    expect((await read(source)).problem).toMatchObject({ code: 'record-too-long' });
    expect(pulled()).toBeLessThan(40);
  });

  it.each([
    ['in a list', (record: string) => `[${record}]`],
    ['on a line', (record: string) => `{"a":1}\n${record}\n`],
    ['under data', (record: string) => `{"data":[${record}]}`],
  ])('let a record be 64 deep and no deeper %s', async (_where, file) => {
    expect((await read(inOneChunk(file(nested(64))))).problem).toBeUndefined();
    expect((await read(inOneChunk(file(nested(65))))).problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('nested more than 64 deep'),
    });
  });

  it('are found before anything goes down with the brackets', async () => {
    for (const content of [
      '['.repeat(900_000),
      `[{"a":${'['.repeat(900_000)}`,
      `{"a":1}\n${'['.repeat(900_000)}\n`,
    ]) {
      expect((await read(inOneChunk(content))).problem).toMatchObject({ code: 'unsafe-file' });
    }
  });
});

describe('any bytes at all', () => {
  it('give records or a problem, never another error', async () => {
    const piece = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"a"', '"data"', '"', '\\', '1', 'null', ' ', '\n', '{"a":1}', 'á'],
    );
    const text = fc.array(piece, { maxLength: 20 }).map((parts) => Buffer.from(parts.join('')));
    const bytes = fc.uint8Array({ maxLength: 30 }).map((it) => Buffer.from(it));
    const cuts = fc.array(fc.nat({ max: 4 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, bytes), cuts, async (content, sizes) => {
        const whole = await read(inOneChunk(content));
        const cut = await read(inChunks(content, sizes));

        // Bytes are checked ahead of what is made of them, by a chunk at a time.
        if (whole.problem?.code === 'wrong-encoding') expect(cut.problem).toBeDefined();
        else expect(cut).toEqual(whole);
      }),
      { ...RUNS, numRuns: 2_000 },
    );
  });
});
