import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvText, NotCsvText, type TextFindings } from '../../../../shared/decode/reference/csv-text.ts';
import { inChunks, inOneChunk } from '../../../support/byte-chunks.ts';

const RUNS = { seed: 20_251_210, numRuns: 300 };

async function decoded(source: AsyncIterable<Uint8Array>): Promise<{ text: string; findings: TextFindings }> {
  const findings = { byteOrderMark: false };
  let text = '';
  for await (const part of csvText(source, findings)) text += part;
  return { text, findings };
}

async function refusal(source: AsyncIterable<Uint8Array>) {
  try {
    await decoded(source);
    return undefined;
  } catch (error) {
    if (error instanceof NotCsvText) return error.problem;
    throw error;
  }
}

describe('text of a file', () => {
  it('comes out as it went in, wherever the bytes are cut', async () => {
    const sizes = fc.array(fc.nat({ max: 5 }), { maxLength: 20 });
    const withoutNul = fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\uFEFF]/.test(text));
    await fc.assert(
      fc.asyncProperty(withoutNul, sizes, fc.boolean(), async (text, cuts, hasMark) => {
        const bytes = Buffer.from((hasMark ? '\uFEFF' : '') + text);

        const read = await decoded(inChunks(bytes, cuts));

        expect(read.text).toBe(Buffer.from(text).toString());
        expect(read.findings.byteOrderMark).toBe(hasMark);
      }),
      RUNS,
    );
  });

  it('keeps a byte order mark that is not at the beginning', async () => {
    expect((await decoded(inOneChunk('a\uFEFFb'))).text).toBe('a\uFEFFb');
  });

  it('may be nothing', async () => {
    expect((await decoded(inOneChunk(''))).text).toBe('');
    expect((await decoded(inChunks('', [0, 0]))).text).toBe('');
  });
});

describe('a file that is not CSV in UTF-8', () => {
  const header = 'loan_id,location\n';
  const latin1 = Buffer.concat([
    Buffer.from(`${header}L1,Santa Ana\nL2,`),
    Buffer.from('Cuscatlán', 'latin1'),
  ]);

  it.each([
    ['UTF-16 of the little-endian kind', Buffer.from(`\uFEFF${header}`, 'utf16le'), /is UTF-16/],
    ['UTF-16 of the big-endian kind', Buffer.from(`\uFEFF${header}`, 'utf16le').swap16(), /is UTF-16/],
    ['UTF-16 without a mark', Buffer.from(header, 'utf16le'), /has a NUL byte on line 1\./],
    ['a NUL byte', Buffer.from(`${header}L1,a\nL2,\0\n`), /has a NUL byte on line 3\./],
    ['Latin-1', latin1, /not UTF-8 near line 3\./],
    [
      'bytes that end within a character',
      Buffer.from(`${header}Cuscatlá`).subarray(0, -1),
      /not UTF-8 near line 2\./,
    ],
    ['an overlong encoding', Buffer.from([0x61, 0x0a, 0xc0, 0xaf]), /not UTF-8 near line 2\./],
    ['half a surrogate pair', Buffer.from([0x61, 0xed, 0xa0, 0x80]), /not UTF-8 near line 1\./],
  ])('is refused for its encoding: %s', async (_, bytes, what) => {
    const problem = await refusal(inOneChunk(bytes));

    expect(problem).toMatchObject({ code: 'wrong-encoding', severity: 'error' });
    expect(problem?.message).toMatch(what);
    expect(problem?.message).toContain('Nothing was read. Save the file as CSV UTF-8 and drop it again.');
  });

  it.each([
    ['PK\u0003\u0004\u0014\u0000', 'a ZIP or Excel file'],
    ['PAR1\u0015\u0004', 'a Parquet file'],
    ['%PDF-1.7\n', 'a PDF'],
  ])('is refused for its signature: %j', async (bytes, format) => {
    for (const cuts of [[], [1], [1, 1], [0, 2, 1], [3]]) {
      const problem = await refusal(inChunks(bytes, cuts));

      expect(problem).toMatchObject({ code: 'unsupported-format', severity: 'error' });
      expect(problem?.message).toMatch(new RegExp(`is ${format}, not CSV\\. Nothing was read\\. Export it`));
    }
  });

  it('is refused with the same code wherever the bytes are cut, and on the same line for a NUL', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 });
    const nul = Buffer.from(`${header}L1,a\nL2,\0\n`);
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        expect((await refusal(inChunks(latin1, cuts)))?.code).toBe('wrong-encoding');
        expect((await refusal(inChunks(nul, cuts)))?.message).toMatch(/on line 3\./);
      }),
      RUNS,
    );
  });

  it('says which line when the fault lies in a later chunk', async () => {
    const problem = await refusal(inChunks(latin1, [header.length]));

    expect(problem?.message).toMatch(/near line 3\./);
  });

  it('names the line of a fault between good lines', async () => {
    const bytes = Buffer.concat([Buffer.from('a\nb\n'), Buffer.from([0xff]), Buffer.from('\nc\nd\n')]);

    expect((await refusal(inOneChunk(bytes)))?.message).toMatch(/near line 3\./);
  });
});

it('hands on what went wrong with the source itself', async () => {
  const broken = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a,b\n');
    throw new Error('the connection was lost');
  })();

  await expect(decoded(broken)).rejects.toThrow('the connection was lost');
});
