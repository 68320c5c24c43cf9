import { describe, expect, it } from '@jest/globals';
import { cellParser } from '../../../../shared/contracts/cell-parser.ts';
import type { Column } from '../../../../shared/contracts/contract.ts';
import { BATCH_RECORDS, cellAt } from '../../../../shared/decode/column-batch.ts';
import { PlainMemory } from '../../../../shared/decode/csv/plain-memory.ts';
import { RecordDecoder } from '../../../../shared/decode/csv/record-decoder.ts';
import { PartBuilder } from '../../../../shared/decode/part-builder.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';
import { tokenOf } from './read-files.ts';

// Whatever a fast path takes, the reference parser takes with the same value and without a remark; whatever it
// leaves is judged by the reference parser itself. 100,000 cells of each kind of column and more, through all of them.

const CELLS = 100_000;

describe('cells of one column', () => {
  it.each<[string, Column, () => (random: Random) => string]>([
    ['money', aMoneyColumn({ min: '0', belowMin: 'negative-balance' }), numbers],
    ['money that is rounded', aMoneyColumn({ excessScale: 'round', max: '1000' }), numbers],
    ['a rate of six digits', aMoneyColumn({ scale: 6, min: '0.000001', nullable: true }), numbers],
    ['limits finer than the scale', aMoneyColumn({ min: '-0.005', max: '99.995' }), numbers],
    ['a decimal comma', aMoneyColumn({ decimalMark: ',' }), numbers],
    ['whole numbers', aColumn({ type: 'integer', min: '-5', max: '3650' }), numbers],
    ['whole numbers without limits', aColumn({ type: 'integer', nullable: true }), numbers],
    ['dates', aColumn({ type: 'date', min: '2000-01-01', max: '2100-12-31' }), dates],
    ['dates without limits', aColumn({ type: 'date', nullable: true }), dates],
    ['booleans', aColumn({ type: 'boolean', nullable: true }), words],
    ['text', aColumn(), words],
    ['text that may be empty', aColumn({ nullable: true }), words],
    ['short text', aColumn({ maxCharacters: 3 }), words],
    ['allowed words', aColumn({ allowedValues: ['USD', 'none', ' x', 'é', 'true'] }), words],
    [
      'words that are only counted',
      aColumn({ allowedValues: ['USD', 'Ana'], onUnknownValue: 'warn', nullable: true }),
      words,
    ],
  ])('are the same as to the reference: %s', (_, column, makeCells) => {
    const random = randomOf(20_251_210);
    const cellOf = makeCells();
    const texts = Array.from({ length: CELLS }, () => cellOf(random));

    const parse = cellParser({ ...column, name: 'cell' });
    const expected = texts.map((text) => parse(text));
    for (const isCompiled of [false, true]) {
      const { values, slow, compiled } = decoded({ ...column, name: 'cell' }, texts, isCompiled);
      for (const [index, cell] of expected.entries()) {
        const text = JSON.stringify(texts[index]);
        const isPlain = cell.kind === 'value' && cell.note === undefined;
        if (!slow.has(index) && !isPlain) throw new Error(`the fast path took ${text}`);
        const value = cell.kind === 'value' ? cell.value : undefined;
        if (!Object.is(values.get(index), value))
          throw new Error(`${text} is ${String(values.get(index))}, not ${String(value)}`);
      }
      const taken = CELLS - slow.size;
      expect(taken).toBeGreaterThan(2_000);
      expect(taken).toBeLessThan(CELLS - 2_000);
      expect(compiled / taken).toBeGreaterThanOrEqual(isCompiled ? 0.8 : 0);
      expect(compiled > 0).toBe(isCompiled);
    }
  });

  it('takes each day of four centuries for what the calendar says', () => {
    const first = Date.UTC(1896, 0, 1) / 86_400_000;
    const days = Array.from({ length: 146_097 }, (_, index) => first + index);
    const texts = days.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));

    for (const isCompiled of [false, true]) {
      const { values, slow } = decoded(aColumn({ name: 'cell', type: 'date' }), texts, isCompiled);

      expect(slow.size).toBe(0);
      expect(days.every((day, index) => values.get(index) === day)).toBe(true);
    }
  });
});

/**
 * Values by position, undefined for rejected ones, the positions that were left to the reference, and how many cells
 * compiled code took.
 */
function decoded(column: Column, texts: readonly string[], isCompiled: boolean) {
  const contract = aContract({ columns: [column], key: ['cell'] });
  const layout = { delimiter: 44, width: 1, positions: new Map([['cell', 0]]), unexpected: [] };
  // Quotation marks around every other cell, and where they are needed; a blank line would be no record.
  const cells = texts.map((text, index) => {
    return index % 2 === 0 || text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  const file = Buffer.from(cells.map((cell) => `${cell}\n`).join(''));
  const memory = isCompiled ? new PlainMemory(contract, { width: 1, bytes: file.length }) : undefined;
  const builder = new PartBuilder(contract, tokenOf, undefined, memory);
  let compiled = 0;
  const accept = builder.acceptRows.bind(builder);
  builder.acceptRows = (firstRecord, count) => {
    compiled += count;
    accept(firstRecord, count);
  };
  const slow = new Set<number>();
  const judge = builder.judgeRow.bind(builder);
  builder.judgeRow = (row, unread) => {
    if (unread?.includes(0) === true) slow.add(row.record - 1);
    judge(row, unread);
  };
  const decoder = new RecordDecoder(builder, contract, layout, { record: 0, line: 1, memory });
  const stretch = {
    bytes: Buffer.concat([file, Buffer.alloc(16, '\n')]),
    end: file.length,
    isLast: true,
    offset: 0,
  };
  const values = new Map<number, unknown>();
  for (let stop = 'part'; stop === 'part'; ) {
    stop = decoder.decode(stretch);
    const batch = builder.batch.take();
    for (let row = 0; row < batch.rows; row += 1) {
      const [vector] = batch.columns;
      if (vector !== undefined) values.set((batch.recordNumbers[row] ?? 0) - 1, cellAt(vector, row));
    }
    expect(builder.records).toBeLessThanOrEqual(BATCH_RECORDS);
    decoder.takePart();
  }
  expect(decoder.record).toBe(texts.length);
  return { values, slow, compiled };
}

type Random = (below: number) => number;

/** Mulberry32: the same cells in every run. */
function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

function pick<T>(values: readonly [T, ...T[]], random: Random): T {
  return values[random(values.length)] ?? values[0];
}

function digits(random: Random, most: number): string {
  return Array.from({ length: random(most + 1) }, () => random(10)).join('');
}

/** Mostly numbers; some with a byte changed, added or taken away. */
function numbers(): (random: Random) => string {
  return (random) => {
    const sign = pick(['', '', '', '-', '+', '--'], random);
    const whole = digits(random, pick([1, 3, 6, 12, 18], random));
    const fraction = pick(['', '', '.', ','], random);
    const plain =
      sign + whole + (fraction === '' ? '' : fraction + digits(random, pick([2, 2, 6, 14], random)));
    const text = pick(
      [plain, plain, plain, plain, `$${plain}`, `(${plain})`, `${plain}e2`, ` ${plain}`],
      random,
    );
    return mutated(text, random);
  };
}

function dates(): (random: Random) => string {
  return (random) => {
    const year = pick(['2023', '2024', '1900', '2000', '2100', '0000', '0001', '9999', '1969'], random);
    const month = String(random(15)).padStart(2, '0');
    const day = pick(['28', '29', '30', '31', String(random(33)).padStart(2, '0')], random);
    const text = `${year}-${month}-${day}`;
    return mutated(
      pick([text, text, text, text, `${text}T00:00:00Z`, `${text} `, text.replaceAll('-', '/')], random),
      random,
    );
  };
}

function words(): (random: Random) => string {
  const parts = [
    'Ana',
    'USD',
    'usd',
    'true',
    'false',
    'TRUE',
    '1',
    '0',
    'n',
    'na',
    'N/A',
    'null',
    'Nan',
    'none',
    '#N/A',
    '#REF!',
    '#1',
    'é',
    'ñ',
    '😀',
    ' ',
    '\t',
    '\u00a0',
    '\u2003',
    '\u3000',
    '\ufeff',
    '\u0085',
    'x',
    '"',
    ',',
    '\n',
    '\r\n',
    '-',
    '日本',
  ] as const;
  return (random) => {
    if (random(50) === 0) return pick(parts, random).repeat(random(1_100));
    return Array.from({ length: random(4) }, () => pick(parts, random)).join('');
  };
}

function mutated(text: string, random: Random): string {
  if (random(6) > 0) return text;
  const at = random(text.length + 1);
  return (
    text.slice(0, at) + pick(['', ' ', '0', 'x', '.', '-', ':', '/'], random) + text.slice(at + random(2))
  );
}
