import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type HashSalt, hashOf, TextTable, textAt } from '../../../shared/decode/text-table.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };

describe('a table of texts', () => {
  it('gives equal texts one code, in order of first appearance, however many there are', () => {
    const table = new TextTable();
    const texts = Array.from({ length: 20_000 }, (_, index) => `text ${(index * 7_919) % 12_007}`);
    const distinct = [...new Set(texts)];

    const codes = texts.map((text) => table.codeOf(text));

    expect(codes).toEqual(texts.map((text) => codes[texts.indexOf(text)]));
    expect(new Set(codes).size).toBe(distinct.length);
    const bytes = Buffer.from('xtext 7x');
    expect(table.find(bytes, 1, 7)).toBe(table.codeOf('text 7'));
    expect(table.find(bytes, 0, 7)).toBe(-1);
    expect(table.byteLength).toBe(Buffer.byteLength(distinct.join('')));
    const dictionary = table.take();
    expect(distinct.every((text, code) => textAt(dictionary, code) === text)).toBe(true);
    expect(table.byteLength).toBe(0);
    expect(table.find(bytes, 1, 7)).toBe(-1);
  });

  it('gives the same codes and bytes whatever salt its hashes have', () => {
    const saltOf = (seed: number) =>
      Int32Array.from({ length: 257 }, (_, at) => Math.imul(at + seed, 0x9e3779b1));
    const text = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', 'ba'), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 600, size: '+1' }),
        fc.integer(),
        fc.integer(),
        (texts, one, two) => {
          const tables = [new TextTable(saltOf(one)), new TextTable(saltOf(two)), new TextTable()];

          const [first, second, third] = tables.map((table) => [
            texts.map((it) => table.codeOf(it)),
            table.take(),
          ]);

          expect(second).toEqual(first);
          expect(third).toEqual(first);
        },
      ),
      { ...RUNS, numRuns: 200 },
    );
  });

  it('is not led into one slot by texts that were made to share a hash without a salt', () => {
    const unsalted = Int32Array.from({ length: 257 }, (_, at) => (at === 256 ? 0x811c9dc5 : at));
    const salted = Int32Array.from({ length: 257 }, (_, at) => Math.imul(at + 77, 0x9e3779b1));
    const texts = textsOfOneHash(unsalted, 12).map((text) => Buffer.from(text, 'latin1'));
    const distinct = (salt: HashSalt) =>
      new Set(texts.map((text) => hashOf(text, 0, text.length, salt))).size;

    expect(texts).toHaveLength(4_096);
    expect(distinct(unsalted)).toBe(1);
    expect(distinct(salted)).toBeGreaterThan(4_050);
  });
});

/** Pieces in two versions with one hash, one after the other: each piece doubles the texts that share it. */
function textsOfOneHash(salt: HashSalt, pieces: number): string[] {
  let texts = [''];
  for (let piece = 0; piece < pieces; piece += 1) {
    const before = texts[0] ?? '';
    const seen = new Map<number, string>();
    for (let index = 0; ; index += 1) {
      const end = (index * 7_919 + piece).toString(36).padStart(5, '0');
      const bytes = Buffer.from(before + end, 'latin1');
      const hash = hashOf(bytes, 0, bytes.length, salt);
      const twin = seen.get(hash);
      if (twin !== undefined) {
        texts = texts.flatMap((text) => [text + twin, text + end]);
        break;
      }
      seen.set(hash, end);
    }
  }
  return texts;
}
