import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Contract, RowRule } from '../../../../shared/contracts/contract.ts';
import { PlainMemory } from '../../../../shared/decode/csv/plain-memory.ts';
import { type Layout, RecordDecoder } from '../../../../shared/decode/csv/record-decoder.ts';
import { PartBuilder } from '../../../../shared/decode/part-builder.ts';
import type { SetAside } from '../../../../shared/decode/set-aside.ts';
import { TextTable } from '../../../../shared/decode/text-table.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';
import { howMany } from '../../../support/how-many.ts';
import { readFile, tokenOf } from './read-files.ts';

// Compiled code reads the records that are plain throughout. Without it everything is read byte after byte, and the same
// parts have to come of it: rows, dictionaries, faults, words, lines. No other texts are held until then, such as
// beginnings of some: a column has room for one of each record.

const SEED = 20_251_210;

const RULES: readonly RowRule[] = [
  { kind: 'descending', code: 'par-nesting', severity: 'error', columns: ['a', 'b', 'n'] },
  { kind: 'zero-when', code: 'writeoff-with-balance', severity: 'error', when: 'flag', columns: ['a', 'b'] },
  { kind: 'present-when-positive', code: 'dpd-date-mismatch', severity: 'error', column: 'day', of: 'n' },
  {
    kind: 'adds-up',
    code: 'parts-differ',
    severity: 'warning',
    parts: ['b', 'n'],
    total: 'a',
    within: '0.50',
  },
  { kind: 'includes', code: 'part-exceeds-whole', severity: 'error', part: 'b', column: 'a' },
  { kind: 'at-most', code: 'over-limit', severity: 'error', column: 'b', limit: 'a', within: '0.10' },
].map((rule) => rule as RowRule);

const LONG_WORD = 'a word of more than sixteen bytes';
const WORD_WITH_DELIMITER = 'on, off';
const COLUMNS = [
  aColumn({ name: 'id' }),
  aMoneyColumn({ name: 'a', nullable: true }),
  aMoneyColumn({ name: 'b', nullable: true }),
  aColumn({ name: 'n', type: 'integer', nullable: true }),
  aColumn({ name: 'day', type: 'date', nullable: true }),
  aColumn({ name: 'flag', type: 'boolean', nullable: true }),
  aColumn({
    name: 'word',
    allowedValues: ['USD', 'DPD', LONG_WORD, WORD_WITH_DELIMITER],
    onUnknownValue: 'warn',
    nullable: true,
  }),
  aColumn({ name: 'note', nullable: true }),
  aColumn({ name: 'lacking', optional: true, nullable: true }),
];

const amount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }).map((cents) => String(cents / 100)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '-1.5', '123456789.12', '1234567890123', '1e3', ' 7 ', '0.125'),
  },
);
const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('', 'Ana', 'L-000001', 'L-000002', 'ñandú', '"Ana, 2"', '"Ana"') },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 1, max: 400 })
      .map((length) => 'préstamo '.repeat(60).slice(0, length).trim()),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('null', 'n/a', ' x', '#N/A', '"a""b"', '"a\nb"', 'a"b', 'é', '\u00a0'),
  },
);
const row = fc
  .record({
    id: fc.integer({ min: 1, max: 200 }).map((number) => `LOAN-${number}`),
    a: amount,
    b: amount,
    n: fc.constantFrom('0', '1', '2', '', '-3', '12345678', '123456789', '+1', '1.0'),
    day: fc.constantFrom('2025-12-10', '2024-02-29', '', '', '2023-02-29', '"2025-12-10"', '10/12/2025'),
    flag: fc.constantFrom('true', 'false', 'false', '', 'TRUE', 'falsey'),
    word: fc.constantFrom(
      ...['USD', 'DPD', '', LONG_WORD, 'EUR', 'US', 'USDX', '"USD"'],
      ...[WORD_WITH_DELIMITER, `"${WORD_WITH_DELIMITER}"`],
    ),
    note: text,
    beyond: fc.constantFrom('', 'x', '0000000001'),
  })
  .map((cells) => Object.values(cells).join(','));
const record = fc.oneof(
  { weight: 8, arbitrary: row },
  { weight: 8, arbitrary: fc.tuple(fc.nat(99), text).map(([at, note]) => plainRow(at, note)) },
  { weight: 1, arbitrary: fc.constantFrom('', 'LOAN-1,1', 'LOAN-1,1,1,1,,,,,,,', ',,,,,,,,') },
);
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\r');
const file = fc
  .tuple(fc.array(fc.tuple(record, lineEnd), { minLength: 1, maxLength: 60 }), fc.constantFrom(true, false))
  .map(([lines, endsWithLine]) => {
    const whole = lines.map(([cells, end]) => cells + end).join('');
    return endsWithLine ? whole : whole.trimEnd();
  });

describe('plain records', () => {
  it.each<[string, readonly RowRule[]]>([
    ['without rules', []],
    ...RULES.map((rule): [string, readonly RowRule[]] => [`with the rule ${rule.kind}`, [rule]]),
    ['with all rules', RULES],
  ])('give what reading byte after byte gives: %s', (_, rules) => {
    let compiled = 0;
    fc.assert(
      fc.property(file, fc.constantFrom(7, 25, 70), (lines, partRecords) => {
        const found = partsOf(lines, { rules, partRecords, isCompiled: true });
        expect(found.parts).toEqual(partsOf(lines, { rules, partRecords, isCompiled: false }).parts);
        compiled += found.compiled;
      }),
      { seed: SEED, numRuns: howMany(300, 30) },
    );
    expect(compiled).toBeGreaterThan(50);
  });

  it('are read up to a record that is set aside, and on behind it', () => {
    const lines = Array.from({ length: 40 }, (_, at) => plainRow(at)).join('\n');
    const setAside: SetAside = {
      dropped: Int32Array.of(3, 4, 40),
      rejected: new Map([
        [20, { code: 'orphan', severity: 'error', column: 'id', message: 'nobody has it' }],
      ]),
    };

    const [found, expected] = [true, false].map((isCompiled) => partsOf(lines, { isCompiled, setAside }));

    expect(found?.parts).toEqual(expected?.parts);
    expect(found?.compiled).toBe(36);
  });

  it('ask of no record more than three times whether it is set aside, however many of the others are not plain', () => {
    const lines = Array.from({ length: 2_000 }, (_, at) => plainRow(at, at % 2 === 0 ? '"a ""b"""' : 'ab'));
    const setAside: SetAside = { dropped: Int32Array.of(1_999), rejected: new Map() };

    const { asked } = partsOf(lines.join('\n'), { isCompiled: true, setAside, partRecords: 2_000 });

    expect(asked).toBeGreaterThanOrEqual(lines.length);
    expect(asked).toBeLessThanOrEqual(3 * lines.length);
  });

  it('are looked at one by one where a column that nobody knows is watched', () => {
    const lines = Array.from({ length: 1_400 }, (_, at) => plainRow(at)).join('\n');
    const unexpected = [{ name: 'beyond', position: 8 }];

    const [found, expected] = [true, false].map((isCompiled) => partsOf(lines, { isCompiled, unexpected }));

    expect(found?.parts).toEqual(expected?.parts);
    // The last one has no line end.
    expect(found?.compiled).toBe(399);
  });

  it.each([
    ['records that cross what is at hand', 60_000, 0],
    ['a record longer than what is at hand', 20, 300_000],
  ])('are whole: %s', (_, count, longest) => {
    const lines = Array.from({ length: count }, (_, at) =>
      at === 10 ? plainRow(at, 'x'.repeat(longest)) : plainRow(at),
    ).join('\n');

    const [found, expected] = [true, false].map((isCompiled) => partsOf(lines, { isCompiled }));

    expect(found?.parts).toEqual(expected?.parts);
    expect(found?.compiled).toBeGreaterThanOrEqual(count * 0.9);
  });
});

function plainRow(at: number, note = 'a note'): string {
  return `LOAN-${at},0.25,0.25,0,,false,USD,${note},`;
}

type Reading = {
  readonly isCompiled: boolean;
  readonly rules?: readonly RowRule[];
  readonly partRecords?: number;
  readonly setAside?: SetAside;
  readonly unexpected?: Layout['unexpected'];
};

function partsOf(
  lines: string,
  { isCompiled, rules = [], partRecords, setAside, unexpected = [] }: Reading,
): { readonly parts: readonly unknown[]; readonly compiled: number; readonly asked: number } {
  const contract: Contract = aContract({ columns: COLUMNS, rules: [...rules], key: ['id'] });
  const bytes = Buffer.from(lines);
  const positions = new Map(COLUMNS.slice(0, 8).map(({ name }, position) => [name, position]));
  const layout: Layout = { delimiter: 44, width: 9, positions, unexpected };
  const memory = isCompiled ? new PlainMemory(contract, { width: 9, bytes: bytes.length }) : undefined;
  const builder = new PartBuilder(contract, tokenOf, setAside, memory);
  let compiled = 0;
  const accept = builder.acceptRows.bind(builder);
  builder.acceptRows = (firstRecord, count) => {
    compiled += count;
    accept(firstRecord, count);
  };
  let asked = 0;
  const { isSetAside } = builder;
  const counting = (record: number): boolean => {
    asked += 1;
    return isSetAside?.(record) === true;
  };
  if (isSetAside !== undefined) Object.assign(builder, { isSetAside: counting });
  const from = { record: 0, line: 1, memory, ...(partRecords !== undefined && { partRecords }) };
  const decoder = new RecordDecoder(builder, contract, layout, from);
  const stretch = {
    bytes: Buffer.concat([bytes, Buffer.alloc(16, '\n')]),
    end: bytes.length,
    isLast: true,
    offset: 7,
  };
  const parts: unknown[] = [];
  for (let stop = 'part'; stop === 'part'; ) {
    stop = decoder.decode(stretch);
    const { textBytes } = builder.batch;
    parts.push({
      stop,
      textBytes,
      line: decoder.line,
      record: decoder.record,
      at: decoder.at,
      ...decoder.takePart(),
    });
  }
  return { parts, compiled, asked };
}

describe('the memory of compiled code', () => {
  it('has room for no more records than a file can have, so that small files take little', () => {
    const columns = Array.from({ length: 30 }, (_, at) => aColumn({ name: `text_${at}` }));

    const sizeFor = (bytes: number): number =>
      new PlainMemory({ columns, rules: [] }, { width: 30, bytes }).buffer.byteLength;

    expect(sizeFor(3_000)).toBeLessThan(8_000_000);
    expect(sizeFor(0)).toBeLessThan(sizeFor(3_000));
    expect(sizeFor(10_000_000_000)).toBe(sizeFor(1_000_000_000));
  });

  it('has room for the shortest records, each of which has a text of its own', async () => {
    const letters = Array.from({ length: 3_000 }, (_, at) => String.fromCodePoint(0x100 + at));

    const { parts } = await readFile(
      `id\n${letters.join('\n')}`,
      aContract({ columns: [aColumn({ name: 'id' })] }),
    );

    expect(parts.map(({ accepted }) => accepted)).toEqual([3_000]);
  });
});

describe('the texts of a column that compiled code looks up', () => {
  it('have the codes and the dictionary of a table of texts', () => {
    const someText = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.integer({ min: 0, max: 40 }).map((length) => 'ABF - DSB0000000-000'.repeat(8).slice(0, length)),
      fc.constantFrom('', 'a', 'aa', 'aaaaaaaa', 'aaaaaaaab'),
    );
    const cell = fc.record({ text: someText, isNull: fc.boolean(), isKept: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 80 }), { maxLength: 3 }), (batches) => {
        const memory = new PlainMemory({ columns: [aColumn()], rules: [] }, { width: 1, bytes: 1_000_000 });
        const [found, expected] = [memory.texts(), new TextTable()];
        const codes = memory.integers(80);
        const nulls = memory.bytes(80);
        for (const batch of batches) {
          const own = new Int32Array(80);
          let rows = 0;
          for (const { text, isNull, isKept } of batch) {
            nulls[rows] = isNull ? 1 : 0;
            codes[rows] = isNull ? 0 : found.codeOf(text);
            own[rows] = isNull ? 0 : expected.codeOf(text);
            expect(codes[rows]).toBe(own[rows]);
            expect(found.byteLength).toBe(expected.byteLength);
            if (isKept) rows += 1;
          }
          const dictionary = found.takeUsed(codes, nulls, rows);
          expect(dictionary).toEqual(expected.takeUsed(own, nulls, rows));
          expect(codes.subarray(0, rows)).toEqual(own.subarray(0, rows));
          memory.beginPart();
        }
      }),
      { seed: SEED, numRuns: howMany(400, 100) },
    );
  });
});
