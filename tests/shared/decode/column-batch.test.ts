import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellValue } from '../../../shared/contracts/cell-parser.ts';
import {
  BatchBuilder,
  type ColumnBatch,
  cellAt,
  type HashSalt,
  hashOf,
  TextTable,
  textAt,
} from '../../../shared/decode/column-batch.ts';
import { aColumn, aMoneyColumn } from '../../support/a-contract.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };
const COLUMNS = [
  aColumn({ name: 'text' }),
  aMoneyColumn({ name: 'money' }),
  aColumn({ name: 'count', type: 'integer' }),
  aColumn({ name: 'day', type: 'date' }),
  aColumn({ name: 'flag', type: 'boolean' }),
];

/** Rows of a batch as values, with their record numbers. */
function rowsOf(batch: ColumnBatch): { record: number | undefined; cells: CellValue[] }[] {
  return Array.from({ length: batch.rows }, (_, row) => ({
    record: batch.recordNumbers[row],
    cells: batch.columns.map((vector) => cellAt(vector, row)),
  }));
}

describe('a batch', () => {
  it('gives back what was written into it, in order, batch after batch', () => {
    const builder = new BatchBuilder({ columns: COLUMNS });
    const write = (record: number, cells: readonly CellValue[]): void => {
      for (const [index, cell] of cells.entries()) builder.columns[index]?.set(builder.rows, cell);
      builder.endRow(record);
    };

    write(1, ['ñandú', 150, -3, 20_432, true]);
    write(4, [null, null, null, null, null]);
    const first = builder.take();
    write(5, ['x', -0, 7, 0, false]);

    expect(rowsOf(first)).toEqual([
      { record: 1, cells: ['ñandú', 150, -3, 20_432, true] },
      { record: 4, cells: [null, null, null, null, null] },
    ]);
    expect(rowsOf(builder.take())).toEqual([{ record: 5, cells: ['x', -0, 7, 0, false] }]);
    expect(builder.take().rows).toBe(0);
  });

  it('knows nothing of rows that were written but not kept: neither their nulls nor their texts', () => {
    const cell = fc.constantFrom('a', 'b', 'c', 'd', 'é', null);
    const rows = fc.array(fc.tuple(cell, fc.option(fc.integer({ min: -9, max: 9 })), fc.boolean()), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, (all) => {
        const [builder, clean] = [COLUMNS.slice(0, 2), COLUMNS.slice(0, 2)].map(
          (columns) => new BatchBuilder({ columns }),
        );
        const write = (batch: BatchBuilder | undefined, text: CellValue, money: CellValue): void => {
          batch?.columns[0]?.set(batch.rows, text);
          batch?.columns[1]?.set(batch.rows, money);
        };
        for (const [index, [text, money, isKept]] of all.entries()) {
          write(builder, text, money);
          if (!isKept) continue;
          builder?.endRow(index);
          write(clean, text, money);
          clean?.endRow(index);
        }

        const batch = builder?.take();

        expect(batch).toEqual(clean?.take());
        const kept = all.filter(([, , isKept]) => isKept);
        expect(batch && rowsOf(batch).map(({ cells }) => cells)).toEqual(
          kept.map(([text, money]) => [text, money]),
        );
      }),
      RUNS,
    );
  });

  it('holds nothing but nulls in a column that the file does not have', () => {
    const builder = new BatchBuilder({ columns: COLUMNS });
    for (const column of builder.columns) column.setAllNull();
    builder.endRow(1);
    builder.endRow(2);

    const batch = builder.take();

    expect(rowsOf(batch).flatMap(({ cells }) => cells)).toEqual(Array.from({ length: 10 }, () => null));
    expect(builder.columns.every((column) => !column.isNull(0))).toBe(true);
  });
});

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
