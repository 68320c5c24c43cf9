import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineCounter } from '../../../../shared/decode/csv/line-counter.ts';

// Blocks of 1,008 bytes are counted at once where that can be done, so lines of a few bytes over some kilobytes.

const LINES = ['a,1', 'a', 'bcdefgh,12345.67,x', 'x'.repeat(1_500), '"q"', '"a\nb"', '\r', '', 'é😀', '"'];
/** The first ones are those of honest files, and come far more often. */
const line = fc.oneof(
  { weight: 400, arbitrary: fc.constantFrom(...LINES.slice(0, 4)) },
  { weight: 1, arbitrary: fc.constantFrom(...LINES) },
);

describe('a counter of lines', () => {
  it('cuts where counting byte by byte does, whatever the pieces and wherever they lie in memory', () => {
    const file = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 1_500 }),
      lineEnd: fc.constantFrom('\n', '\n', '\n', '\r\n'),
      endsOpen: fc.boolean(),
      partRecords: fc.integer({ min: 1, max: 2_000 }),
      pieceBytes: fc.integer({ min: 1_000, max: 20_000 }),
      shift: fc.integer({ min: 0, max: 7 }),
    });

    fc.assert(
      fc.property(file, ({ lines, lineEnd, endsOpen, partRecords, pieceBytes, shift }) => {
        const bytes = Buffer.from(lines.join(lineEnd) + (endsOpen ? '' : lineEnd));

        expect(cutsOf(bytes, { partRecords, pieceBytes, shift })).toEqual(naiveCuts(bytes, partRecords));
      }),
      { numRuns: 300, seed: 20_251_210 },
    );
  });

  it.each([
    ['a line end at each place of a word', 'abc\n'.repeat(2_000)],
    ['lines of one byte', 'a\n'.repeat(3_000)],
    ['empty lines between blocks', `${'a'.repeat(1_007)}\n`.repeat(3) + '\n'.repeat(2_016) + 'b\n'],
    ['a quotation mark after plain blocks', `${'abcdefg\n'.repeat(400)}"x\ny"\n${'abcdefg\n'.repeat(400)}`],
    ['one line over many blocks', 'x'.repeat(10_000)],
  ])('counts %s', (_, text) => {
    const bytes = Buffer.from(text);

    for (const partRecords of [1, 255, 1_000, 100_000]) {
      for (const shift of [0, 1, 2, 3])
        expect(cutsOf(bytes, { partRecords, pieceBytes: 4_000, shift })).toEqual(
          naiveCuts(bytes, partRecords),
        );
    }
  });
});

type Cuts = { readonly cuts: readonly number[]; readonly left: number };

/** `shift`: how far from a word's beginning each piece starts. */
function cutsOf(
  bytes: Buffer,
  { partRecords, pieceBytes, shift }: { partRecords: number; pieceBytes: number; shift: number },
): Cuts {
  const counter = new LineCounter();
  const cuts: number[] = [];
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const whole = new Uint8Array(pieceBytes + shift);
    const piece = whole.subarray(shift, shift + Math.min(pieceBytes, bytes.length - start));
    piece.set(bytes.subarray(start, start + piece.length));
    for (let from = 0; from < piece.length; ) {
      from = counter.scan(piece, from, partRecords);
      if (counter.records < partRecords) continue;
      cuts.push(start + from);
      counter.records = 0;
    }
  }
  counter.endFile();
  return { cuts, left: counter.records };
}

function naiveCuts(bytes: Buffer, partRecords: number): Cuts {
  const cuts: number[] = [];
  let [records, isQuoted, hasContent] = [0, false, false];
  for (const [at, byte] of bytes.entries()) {
    if (byte === 34) isQuoted = !isQuoted;
    if (isQuoted || (byte !== 10 && byte !== 13)) hasContent = true;
    // A carriage return alone counts as content unless the line has nothing else.
    else if (byte === 13) hasContent ||= at > 0 && bytes[at - 1] === 13;
    else if (hasContent) {
      hasContent = false;
      records += 1;
      if (records === partRecords) {
        cuts.push(at + 1);
        records = 0;
      }
    }
  }
  return { cuts, left: records + (hasContent ? 1 : 0) };
}
