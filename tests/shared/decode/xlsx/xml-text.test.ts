import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { xmlText } from '../../../../shared/decode/xlsx/xml-text.ts';
import { inChunks, inOneChunk } from '../../../support/byte-chunks.ts';

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of xmlText(bytes, 'part.xml')) text += piece;
  return text;
}

describe('the text of a part', () => {
  it('is the same in whatever pieces its bytes come', () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 800 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 20, maxLength: 300 }),
        async (text, sizes) => {
          // Long enough to have begun before the cuts.
          const xml = `<!--${' '.repeat(600)}--><a>${text}</a>`;

          expect(await textOf(inChunks(xml, [590, ...sizes]))).toBe(xml);
          expect(await textOf(inChunks(`\ufeff${xml}`, [1, 1, 590, ...sizes]))).toBe(xml);
        },
      ),
      { seed: 20_251_210, numRuns: 200 },
    ));

  it('may be nothing', async () => {
    expect(await textOf(inOneChunk(''))).toBe('');
  });

  it.each(['UTF-8', 'utf-8', 'UTF8', 'us-ascii'])('may declare that it is in %s', async (encoding) => {
    const xml = `<?xml version="1.0"\tencoding='${encoding}'?><a/>`;

    expect(await textOf(inOneChunk(xml))).toBe(xml);
  });

  it('is refused when it is UTF-16, with its mark or without', async () => {
    for (const xml of ['\ufeff<a/>', '<a/>']) {
      const little = Buffer.from(xml, 'utf16le');
      const big = Buffer.from(little).swap16();

      await expect(textOf(inOneChunk(little))).rejects.toThrow('UTF-16');
      await expect(textOf(inOneChunk(big))).rejects.toThrow('UTF-16');
    }
  });
});
