import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UnreadableFile } from '../../../../shared/decode/zip/unreadable-file.ts';
import { openZip, type ZipArchive } from '../../../../shared/decode/zip/zip-archive.ts';
import type { ZipLimits } from '../../../../shared/decode/zip/zip-limits.ts';
import type { Problem } from '../../../../shared/domain/problem.ts';
import { aZip, contentOf, inMemory, noise, type ZipPart } from './a-zip.ts';

const RUNS = { seed: 20_251_210, numRuns: 100 };
const MEGABYTE = 1024 * 1024;
const LOANS: ZipPart = { name: 'loans.csv', content: 'loan_id,balance\nL1,10\n' };

async function opened(bytes: Uint8Array, limits?: Partial<ZipLimits>): Promise<ZipArchive> {
  const zip = await openZip(inMemory(bytes), limits);
  if ('code' in zip) throw new Error(zip.message);
  return zip;
}

async function refusalOf(bytes: Uint8Array, limits?: Partial<ZipLimits>): Promise<Problem> {
  const zip = await openZip(inMemory(bytes), limits);
  if (!('code' in zip)) throw new Error('it was opened');
  return zip;
}

/** The problem that the first entry turns out to have when it is read. */
async function faultOf(zip: ZipArchive): Promise<Problem> {
  try {
    for (const entry of zip.entries) await contentOf(entry.bytes());
  } catch (error) {
    if (error instanceof UnreadableFile) return error.problem;
    throw error;
  }
  throw new Error('it was read');
}

const files = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-zñ ]{1,12}$/),
    content: fc.uint8Array({ maxLength: 5_000 }).filter((bytes) => bytes[0] === undefined || bytes[0] < 0x1f),
    stored: fc.boolean(),
  }),
  { selector: ({ name }) => name, maxLength: 8 },
);

describe('an honest archive', () => {
  it('gives back the names and the bytes that were put in', () =>
    fc.assert(
      fc.asyncProperty(files, async (parts) => {
        const zip = await opened(aZip(parts));

        const found = await Promise.all(
          zip.entries.map(async (entry) => ({ name: entry.name, content: await contentOf(entry.bytes()) })),
        );

        expect(found).toEqual(parts.map(({ name, content }) => ({ name, content: Buffer.from(content) })));
      }),
      RUNS,
    ));

  it('may leave the sizes out of the headers of its entries, as writers that stream do', async () => {
    const streamed = { flags: 0x808, size: 0, compressedSize: 0, crc: 0 };

    const zip = await opened(aZip([{ ...LOANS, local: streamed }]));

    expect(zip.entries[0] && String(await contentOf(zip.entries[0].bytes()))).toBe(LOANS.content);
  });

  it('may have folders, backslashes in its names and entries without content', async () => {
    const parts = [
      { name: 'out/', content: '', stored: true },
      { name: 'out\\loans.csv', content: '' },
    ];

    const zip = await opened(aZip(parts));

    expect(zip.entries.map(({ name, isFolder }) => [name, isFolder])).toEqual([
      ['out/', true],
      ['out/loans.csv', false],
    ]);
  });

  it('is read piece by piece, and no further than it is asked for', async () => {
    const source = inMemory(aZip([{ name: 'noise', content: noise(12 * MEGABYTE), stored: true }]));
    const zip = await openZip(source);
    if ('code' in zip) throw new Error(zip.message);

    for await (const piece of zip.entries[0]?.bytes() ?? []) {
      expect(piece.length).toBeLessThanOrEqual(MEGABYTE);
      break;
    }

    expect(source.bytesRead()).toBeLessThan(4 * MEGABYTE);
  });
});

describe('an archive made to harm', () => {
  it('is refused for an entry that unpacks to far more than it weighs, before anything is unpacked', async () => {
    const bomb = { name: 'loans.csv', content: Buffer.alloc(20 * MEGABYTE) };

    const problem = await refusalOf(aZip([bomb]));

    expect(problem.code).toBe('unsafe-file');
    expect(problem.message).toMatch(/loans\.csv would unpack to more than 100 times its packed size/);
  });

  it('is refused when its entries together weigh too much, though none does by itself', async () => {
    const parts = ['a', 'b', 'c'].map((name) => ({ name, content: Buffer.alloc(900_000) }));

    const problem = await refusalOf(aZip(parts));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('All of it together'),
    });
  });

  it('is refused when it would unpack to more than the limit, in words that say both sizes', async () => {
    const huge = { ...LOANS, local: { size: 0xf000_0000 }, central: { size: 0xf000_0000 } };

    const problem = await refusalOf(aZip([huge]));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringMatching(/unpack to 3,840 MB; the limit is 512 MB/),
    });
  });

  it('is stopped when more comes out of an entry than both headers declare', async () => {
    const packed = deflateRawSync(Buffer.alloc(10 * MEGABYTE));
    const claims = { size: 10 };
    const zip = await opened(
      aZip([{ name: 'loans.csv', content: '', packed, local: claims, central: claims }]),
    );

    // With the first piece that comes out, of which nothing is handed on.
    await expect(zip.entries[0]?.bytes().next()).rejects.toMatchObject({
      problem: {
        code: 'unsafe-file',
        message: expect.stringContaining('holds more than the 10 bytes'),
      },
    });
  });

  it.each<[string, ZipPart]>([
    ['the name', { ...LOANS, local: { name: 'other.csv' } }],
    ['the size', { ...LOANS, local: { size: 3 } }],
    ['the packed size', { ...LOANS, local: { compressedSize: 3 } }],
    ['the method', { ...LOANS, local: { method: 0 } }],
    ['the checksum', { ...LOANS, local: { crc: 3 } }],
    ['the protection', { ...LOANS, local: { flags: 0x801 } }],
  ])('is refused when %s stands differently in the two headers of an entry', async (_, part) => {
    const problem = await refusalOf(aZip([part]));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringMatching(/one thing about its entry loans\.csv .* and another beside it/),
    });
  });

  it('is refused when entries share their bytes', async () => {
    const twin = { ...LOANS, name: 'loans.csv', central: { offset: 0, name: 'again.csv' } };

    const problem = await refusalOf(aZip([LOANS, { ...twin, local: { name: 'again.csv' } }]));

    expect(problem.code).toBe('unsafe-file');
  });

  it('is refused when an entry reaches into the next one', async () => {
    const inner = aZip([{ name: 'b.csv', content: 'x,y\n' }]).subarray(0, -22 - 46 - 5);
    const outer: ZipPart = {
      name: 'a.csv',
      content: Buffer.concat([Buffer.from('head'), inner]),
      stored: true,
    };
    const b: ZipPart = { name: 'b.csv', content: 'x,y\n', central: { offset: 30 + 5 + 4 } };

    const problem = await refusalOf(aZip([outer, b]));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('a.csv overlaps'),
    });
  });

  it.each([
    '../loans.csv',
    'out/../../loans.csv',
    '/etc/loans.csv',
    'C:\\loans.csv',
    '..\\loans.csv',
    'a\u0000b',
  ])('is refused for the entry name %j', async (name) => {
    const problem = await refusalOf(aZip([{ ...LOANS, name }]));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('name is not safe'),
    });
  });

  it('is refused when it holds the same name twice, in whatever case', async () => {
    const problem = await refusalOf(aZip([LOANS, { ...LOANS, name: 'LOANS.csv' }]));

    expect(problem).toMatchObject({ code: 'unsafe-file', message: expect.stringContaining('twice') });
  });

  it.each(['more.zip', 'more.XLSX', 'more.7z', 'more.tar.gz', 'macro.xlsm'])(
    'is refused for the nested archive %s',
    async (name) => {
      const problem = await refusalOf(aZip([LOANS, { name, content: 'x' }]));

      expect(problem).toMatchObject({
        code: 'unsafe-file',
        message: expect.stringMatching(/another archive or document \(.*Unpack it/),
      });
    },
  );

  it.each([true, false])(
    'is refused for a nested archive under an innocent name (stored: %s)',
    async (stored) => {
      const problem = await refusalOf(aZip([{ name: 'loans.csv', content: aZip([LOANS]), stored }]));

      expect(problem).toMatchObject({
        code: 'unsafe-file',
        message: expect.stringContaining('another archive'),
      });
    },
  );

  it('is refused for more than a thousand entries, after reading no more than its end', async () => {
    const many = aZip(Array.from({ length: 1_001 }, (_, index) => ({ name: `${index}`, content: '' })));
    const source = inMemory(many);

    const problem = await openZip(source);

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringMatching(/1,001 entries; more than 1,000 are not opened/),
    });
    expect(source.bytesRead()).toBeLessThan(200_000);
    expect(await refusalOf(aZip([LOANS], { entryCount: 65_535 }))).toMatchObject({ code: 'unsafe-file' });
  });

  it('is refused when its table of contents goes on behind the entries that it counts', async () => {
    const problem = await refusalOf(aZip([LOANS, { ...LOANS, name: 'hidden.csv' }], { entryCount: 1 }));

    expect(problem).toMatchObject({
      code: 'unsafe-file',
      message: expect.stringContaining('more entries than it says'),
    });
  });
});

describe('an archive that cannot be read', () => {
  it('is refused with a hint to the password when an entry is encrypted', async () => {
    const encrypted = { flags: 0x801 };

    const problem = await refusalOf(aZip([{ ...LOANS, local: encrypted, central: encrypted }]));
    const strong = await refusalOf(aZip([{ ...LOANS, local: { flags: 0x841 }, central: { flags: 0x841 } }]));

    expect(problem).toMatchObject({
      code: 'encrypted-file',
      message: expect.stringMatching(/password.*Save it without a password/),
    });
    expect(strong.code).toBe('encrypted-file');
  });

  it('is refused when it is packed in a way that is not ordinary', async () => {
    const lzma = { method: 14 };

    const problem = await refusalOf(aZip([{ ...LOANS, local: lzma, central: lzma }]));

    expect(problem.code).toBe('unsupported-format');
  });

  it('is told from what is no archive at all', async () => {
    expect(await refusalOf(Buffer.from('loan_id,balance\n'))).toMatchObject({ code: 'unsupported-format' });
    expect(await refusalOf(Buffer.alloc(0))).toMatchObject({ code: 'empty-file' });
  });

  it.each(Array.from({ length: 19 }, (_, index) => index + 1))(
    'is refused as damaged when it breaks off after %s twentieths',
    async (twentieths) => {
      const whole = aZip([LOANS, { name: 'notes.csv', content: noise(3_000) }]);

      const problem = await refusalOf(whole.subarray(0, Math.ceil((whole.length * twentieths) / 20)));

      expect(problem).toMatchObject({
        code: 'damaged-file',
        message: expect.stringMatching(/not whole.*Nothing was read.*export or upload it again/),
      });
    },
  );

  it('is found out when its content is not what was packed', async () => {
    const bytes = aZip([{ name: 'loans.csv', content: noise(50_000), stored: true }]);
    bytes[25_000] = (bytes[25_000] ?? 0) ^ 1;

    const problem = await faultOf(await opened(bytes));

    expect(problem).toMatchObject({
      code: 'damaged-file',
      message: expect.stringContaining('what comes out is not what was packed'),
    });
  });

  it('is refused or read, but never crashes the reader, whatever bytes are changed', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1_000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = aZip([LOANS, { name: 'more.csv', content: noise(200), stored: true }]);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;

          const zip = await openZip(inMemory(bytes));
          const outcome = 'code' in zip ? zip : await faultOf(zip).catch((error: Error) => error.message);

          expect(typeof outcome === 'string' ? outcome : outcome.severity).toMatch(/^(?:it was read|error)$/);
        },
      ),
      { ...RUNS, numRuns: 2_000 },
    ));
});

describe('a source that fails', () => {
  it('is no fault of the file, whenever it happens', async () => {
    const bytes = aZip([{ name: 'loans.csv', content: noise(3 * MEGABYTE) }]);
    const failing = (from: number): ReturnType<typeof inMemory> => {
      const source = inMemory(bytes);
      let reads = 0;
      const read: typeof source.read = async (start, end) => {
        reads += 1;
        if (reads > from) throw new Error('connection lost');
        return await source.read(start, end);
      };
      return { ...source, read };
    };
    const readAll = async (from: number): Promise<void> => {
      const zip = await openZip(failing(from));
      if ('code' in zip) throw new Error(zip.code);
      for (const entry of zip.entries) await contentOf(entry.bytes());
    };

    for (const from of [0, 1, 2, 3, 4]) await expect(readAll(from)).rejects.toThrow('connection lost');
    await expect(readAll(100)).resolves.toBeUndefined();
  });
});
