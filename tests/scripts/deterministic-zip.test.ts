import { describe, expect, it, jest } from '@jest/globals';
import { unzipSync } from 'fflate';
import { deterministicZip } from '../../scripts/deterministic-zip.ts';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const A = { path: 'a/index.mjs', bytes: text('export const a = 1;') };
const B = { path: 'b.json', bytes: text('{}') };

describe('a ZIP', () => {
  it('has the same bytes whenever it is written, in whichever order the files come', () => {
    const first = deterministicZip([A, B]);

    // A ZIP knows times to two seconds: both lie in other ones if the clock were read.
    jest.useFakeTimers({ now: Date.now() + 3_600_000 });
    const second = deterministicZip([B, A]);
    jest.useRealTimers();

    expect(Buffer.from(second).equals(Buffer.from(first))).toBe(true);
  });

  it('has other bytes when a file has', () => {
    const changed = { ...B, bytes: text('{ }') };

    expect(Buffer.from(deterministicZip([A, changed])).equals(Buffer.from(deterministicZip([A, B])))).toBe(
      false,
    );
  });

  it('gives back what went in', () => {
    expect(unzipSync(deterministicZip([B, A]))).toEqual({ [A.path]: A.bytes, [B.path]: B.bytes });
  });

  it('holds no two files at one place', () => {
    expect(() => deterministicZip([A, { ...B, path: A.path }])).toThrow('two files would lie at a/index.mjs');
  });
});
