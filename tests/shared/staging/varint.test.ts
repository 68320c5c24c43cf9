import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeZigzag } from '../../../shared/staging/varint.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;

/** What any reader makes of the bytes: seven bits to each, the sign lowest. */
function readZigzag(bytes: Uint8Array): bigint {
  const doubled = bytes.reduce((sum, byte, place) => sum + (BigInt(byte & 127) << BigInt(7 * place)), 0n);
  return (doubled >> 1n) ^ -(doubled & 1n);
}

function written(value: number): Uint8Array {
  const target = new Uint8Array(12);
  return target.subarray(0, writeZigzag(value, target, 0));
}

describe('a signed number in few bytes', () => {
  it('is read as it was, from the smallest to the largest exact integer', () => {
    const near = (centre: number): fc.Arbitrary<number> =>
      fc.integer({ min: -70, max: 70 }).map((step) => Math.max(-LARGEST, Math.min(LARGEST, centre + step)));
    const value = fc.oneof(
      fc.maxSafeInteger(),
      near(0),
      ...[2 ** 31, 2 ** 32, 2 ** 51, 2 ** 52, LARGEST].flatMap((limit) => [near(limit), near(-limit)]),
    );
    fc.assert(
      fc.property(value, (number) => {
        const bytes = written(number);

        expect(readZigzag(bytes)).toBe(BigInt(number));
        expect(bytes.every((byte, at) => byte >= 128 === at < bytes.length - 1)).toBe(true);
      }),
      { seed: 20_251_210, numRuns: 5_000 },
    );
  });

  it('takes as few bytes as there are groups of seven bits', () => {
    expect([0, -1, 1, -2, 63, -64, 64, -65].map((value) => [...written(value)])).toEqual([
      ...[[0], [1], [2], [3], [126], [127]],
      ...[
        [128, 1],
        [129, 1],
      ],
    ]);
  });

  it.each([2 ** 53, -(2 ** 53), 0.5, Number.NaN, Infinity])(
    'is refused when it is not exact: %d',
    (value) => {
      expect(() => written(value)).toThrow('cannot be written as an exact integer');
    },
  );
});
