import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { footerFault } from '../../../../shared/decode/parquet/footer-shape.ts';
import { parquetSchema } from '../../../../shared/decode/parquet/parquet-schema.ts';
import type { ByteSource } from '../../../../shared/ports/byte-source.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parquet-schema-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function parquetOf(select: string): Promise<Buffer> {
  const file = join(directory, 'file.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  instance.closeSync();
  return readFile(file);
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (start, end) => {
      if (start < 0 || end > bytes.length) throw new RangeError(`${start} to ${end} of ${bytes.length}`);
      return bytes.subarray(start, end);
    },
  };
}

function schemaOf(bytes: Uint8Array) {
  return parquetSchema(sourceOf(bytes));
}

async function problemOf(bytes: Uint8Array) {
  const schema = await schemaOf(bytes);
  return schema.kind === 'unreadable' ? schema.problem : undefined;
}

const SELECT = `SELECT 'L' || i AS "Loan ID", i AS código, DATE '2025-11-30' AS "a.b", 1.5::DECIMAL(18, 2) AS x FROM range(5000) r(i)`;

describe('the schema', () => {
  it('has the names in the order of the file and the number of rows', async () => {
    expect(await schemaOf(await parquetOf(SELECT))).toEqual({
      kind: 'schema',
      columns: ['Loan ID', 'código', 'a.b', 'x'],
      rows: 5_000,
    });
  });

  it('cannot be of more rows than the bytes hold', async () => {
    const claims = await parquetOf('SELECT 1 AS a FROM range(1_100_000)');
    const small = await parquetOf('SELECT 1 AS a FROM range(1_000_000)');

    expect(await problemOf(claims)).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('it claims more rows than its bytes can hold'),
    });
    expect(await schemaOf(small)).toMatchObject({ rows: 1_000_000 });
  });

  it('may be of no rows', async () => {
    expect(await schemaOf(await parquetOf(`${SELECT} LIMIT 0`))).toMatchObject({ kind: 'schema', rows: 0 });
  });

  it('is read from the end alone', async () => {
    const bytes = await parquetOf(SELECT);
    let most = 0;
    const source = sourceOf(bytes);
    await parquetSchema({
      ...source,
      read: (start, end) => {
        most = Math.max(most, end - start);
        return source.read(start, end);
      },
    });

    expect(most).toBe(8 + bytes.readUInt32LE(bytes.length - 8));
  });

  it('names the columns that hold lists or objects', async () => {
    const bytes = await parquetOf(
      `SELECT 1 AS id, [1] AS list, {'a': 1, 'b': [2]} AS "the ""object""", MAP {'a': 1} AS map, 2 AS last`,
    );

    const problem = await problemOf(bytes);

    expect(problem).toMatchObject({ code: 'unsupported-format' });
    expect(problem?.message).toContain('"list", "the \\"object\\"", "map". Nothing was read.');
  });

  it('has at most ten thousand columns', async () => {
    const withColumns = (count: number): Promise<Buffer> =>
      parquetOf(`SELECT ${Array.from({ length: count }, (_, index) => `1 AS c${index}`).join(', ')}`);

    expect(await problemOf(await withColumns(10_001))).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('more than 10000 columns'),
    });
  });
});

describe('a file', () => {
  it('is damaged wherever it is cut off', async () => {
    const bytes = await parquetOf(SELECT);

    for (let size = 0; size < bytes.length; size += size < 20 ? 1 : 97) {
      expect(await problemOf(bytes.subarray(0, size))).toMatchObject({
        code: 'damaged-file',
        severity: 'error',
      });
    }
  });

  it.each([
    ['CSV', 'id,amount\nL1,100000000\n', 'does not begin as one'],
    ['a ZIP', 'PK\u0003\u0004aaaaaaaaaaaaaaaa', 'does not begin as one'],
    ['nothing but the magic', 'PAR1\0\0\0\0PAR1', 'footer cannot be read'],
    ['rubbish between the magics', 'PAR1\u0019\u00ff\u00ff\u00ff\u0004\0\0\0PAR1', 'footer cannot be read'],
  ])('is damaged when it is %s', async (_what, content, why) => {
    const problem = await problemOf(Buffer.from(content, 'latin1'));

    expect(problem).toMatchObject({ code: 'damaged-file', message: expect.stringContaining(why) });
  });

  it('is refused when it is encrypted', async () => {
    expect(await problemOf(Buffer.from('PARE\0\0\0\0\0\0\0\0PARE'))).toMatchObject({
      code: 'encrypted-file',
    });
  });

  it('is unsafe when its footer is longer than the file', async () => {
    const bytes = await parquetOf(SELECT);
    bytes.writeUInt32LE(bytes.length, bytes.length - 8);

    expect(await problemOf(bytes)).toMatchObject({ code: 'unsafe-file' });
  });

  it('is unsafe when its data would lie behind its end', async () => {
    const bytes = await parquetOf(SELECT);
    const footer = bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8));

    const problem = await problemOf(Buffer.concat([Buffer.from('PAR1'), footer]));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('where the file has none'),
    });
  });

  it('gets an answer whatever byte of its footer is changed', async () => {
    const bytes = await parquetOf(`${SELECT} LIMIT 10`);
    const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    const kinds = new Set<string>();

    for (let at = start; at < bytes.length; at += 1) {
      for (const byte of [0x00, 0x15, 0x19, 0x1c, 0x7f, 0xf9, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        kinds.add((await schemaOf(changed)).kind);
      }
    }

    expect([...kinds].sort()).toEqual(['schema', 'unreadable']);
  });
});

describe('a footer that says that it is larger than it is', () => {
  const LIST = 0x19;

  it('is not believed about the length of a list', () => {
    expect(footerFault(Uint8Array.of(LIST, 0xf5, 0xff, 0xff, 0xff, 0x0f, 0x00))).toBe('not-thrift');
  });

  it('may not nest without end', () => {
    expect(footerFault(new Uint8Array(1_000).fill(0x1c))).toBe('too-large');
    expect(footerFault(new Uint8Array(1_000).fill(LIST))).toBe('too-large');
  });

  it('may not have numbers without end', () => {
    expect(footerFault(Uint8Array.of(0x16, ...new Uint8Array(1_000).fill(0x80), 0x00, 0x00))).toBe(
      'not-thrift',
    );
  });

  it('may not have more values than any honest one', () => {
    const size = 2_500_000;
    const footer = Buffer.alloc(size + 10, 0);
    // A list of structs without a field, each of which takes a byte.
    footer.set([
      LIST,
      0xfc,
      (size & 0x7f) | 0x80,
      ((size >> 7) & 0x7f) | 0x80,
      ((size >> 14) & 0x7f) | 0x80,
      size >> 21,
    ]);

    expect(footerFault(footer)).toBe('too-large');
  });

  it('is read when it is whole', () => {
    expect(footerFault(Uint8Array.of(0x15, 0x02, LIST, 0x25, 0x02, 0x04, 0x00))).toBeUndefined();
  });
});
