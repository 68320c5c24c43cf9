import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  countLineEnds,
  encodingFault,
  wholeCharacters,
} from '../../../../shared/decode/csv/encoding-faults.ts';

const RUNS = { seed: 20_251_210, numRuns: 5_000 };
/** The bytes at the edges of what UTF-8 allows. */
const EDGES = [
  0x01, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef,
];
const bytes = fc
  .array(fc.constantFrom(...EDGES, 0xf0, 0xf3, 0xf4, 0xf5, 0xff, 0x00), { maxLength: 12 })
  .map((values) => Buffer.from(values));

/** The longest beginning that is text, by trying them all. */
function longestText(all: Buffer): number {
  for (let length = all.length; ; length -= 1) {
    const start = all.subarray(0, length);
    if (isUtf8(start) && !start.includes(0)) return length;
  }
}

describe('a fault of encoding', () => {
  it('is found where the text ends', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        const length = longestText(all);

        expect(encodingFault(all, 0, all.length, true)).toBe(length === all.length ? -1 : length);
      }),
      RUNS,
    );
  });

  it('is found at the same place when the bytes come one after the other', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        let checked = 0;
        let fault = -1;
        for (let end = 1; end <= all.length && fault === -1; end += 1) {
          const isLast = end === all.length;
          fault = encodingFault(all, checked, end, isLast);
          checked = wholeCharacters(all, checked, end);
        }

        expect(fault).toBe(encodingFault(all, 0, all.length, true));
      }),
      RUNS,
    );
  });
});

it.each([
  ['', 0],
  ['a\nb\n', 2],
  ['a\r\nb\r\n', 2],
  ['a\rb\r', 2],
  ['\r\n\r\r\n\n', 4],
])('line ends are counted as an editor shows them: %j', (text, count) => {
  const all = Buffer.from(text);

  expect(countLineEnds(all, 0, all.length)).toBe(count);
});
