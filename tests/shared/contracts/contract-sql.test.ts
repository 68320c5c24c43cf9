import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CellValue, cellParser } from '../../../shared/contracts/cell-parser.ts';
import type { Column, Contract, RowRule } from '../../../shared/contracts/contract.ts';
import { guardedRowsSql } from '../../../shared/contracts/contract-sql.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { rowJudge } from '../../../shared/contracts/row-schema.ts';
import { aColumn, aContract } from '../../support/a-contract.ts';

const SEED = 20_251_210;
const CELLS = 100_000;

let directory: string;
let instance: DuckDBInstance;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'contract-sql-'));
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
});

afterAll(async () => {
  instance.closeSync();
  await rm(directory, { recursive: true, force: true });
});

type JudgedCell = { readonly value: CellValue; readonly plain: boolean };
type JudgedRow = { readonly plain: boolean; readonly cells: readonly JudgedCell[] };

/** The rows as the SQL of the contract judges them, all in one query. */
async function judge(
  contract: Contract,
  rows: readonly (readonly (string | undefined)[])[],
): Promise<JudgedRow[]> {
  const names = contract.columns.map((_, index) => `raw${index}`);
  const file = join(directory, 'rows.json');
  await writeFile(
    file,
    rows
      .map((cells, record) => JSON.stringify([record, ...contract.columns.map((_, at) => cells[at] ?? null)]))
      .join('\n'),
  );
  const connection = await instance.connect();
  const types = contract.columns.map((_, index) => `json->>'$[${index + 1}]' AS ${names[index]}`);
  const from = `(SELECT CAST(json->>'$[0]' AS BIGINT) AS id, ${types.join(', ')} FROM read_json_objects('${file}', format = 'newline_delimited'))`;
  const cells = new Map(contract.columns.map(({ name }, index) => [name, names[index] ?? '']));
  const sql = guardedRowsSql(contract, { from, record: 'id', cells });
  try {
    const reader = await connection.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY record`);
    return reader.getRowObjectsJS().map((row) => ({
      plain: row['plain'] === true,
      cells: contract.columns.map((_, index) => ({
        value: row[`v${index}`] as CellValue,
        plain: row[`p${index}`] === true,
      })),
    }));
  } finally {
    connection.closeSync();
  }
}

const BLANK = fc.constantFrom(
  '',
  '',
  '',
  '',
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\ufeff',
  '\u3000',
  '\u200b',
  '\u0085',
  '\x1f',
);
const NULL_WORD = fc.constantFrom(
  '',
  'null',
  'NULL',
  'NaN',
  'none',
  'n/a',
  '#N/A',
  ' #¡VALOR! ',
  '#1',
  'N/A',
  'NA',
  'nul',
  'nulls',
  '-',
  'ｎa',
);
const DIGITS = fc.oneof(
  fc.nat({ max: 99_999 }).map(String),
  fc.bigInt(0n, 10n ** 22n).map(String),
  fc.constantFrom(
    '0',
    '00',
    '007',
    '2147483647',
    '2147483648',
    '9007199254740991',
    '9007199254740992',
    '90071992547409',
  ),
  fc.stringMatching(/^[0-9]{1,40}$/),
);
const GROUPED = fc.nat({ max: 2_000_000_000 }).map((value) => value.toLocaleString('en-US'));
const FRACTION = fc.oneof(
  fc.constantFrom(
    '',
    '',
    '',
    '.',
    '.0',
    '.5',
    '.50',
    '.91',
    '.92',
    '.000000',
    '.500000000000000000',
    ',5',
    ',50',
  ),
  fc.stringMatching(/^\.[0-9]{1,4}$/),
  fc.stringMatching(/^\.[0-9]{1,25}$/),
  fc.nat({ max: 60 }).map((count) => `.25${'0'.repeat(count)}`),
);
const NUMBER = fc
  .tuple(
    fc.constantFrom('', '', '', '', '-', '-', '+', '--', '- ', '$', '-$', '$ ', '$-', '(', '($', '( ', '€'),
    fc.oneof({ weight: 4, arbitrary: DIGITS }, { weight: 2, arbitrary: GROUPED }),
    FRACTION,
    fc.constantFrom(
      '',
      '',
      '',
      '',
      '',
      '',
      ')',
      '$',
      ' $',
      '%',
      'e3',
      'E-2',
      'e+400',
      '_000',
      ',000',
      '.000',
      ')$',
    ),
  )
  .map((parts) => parts.join(''));
const PLAIN_NUMBER = fc
  .tuple(
    fc.constantFrom('', '', '-'),
    fc.nat({ max: 40_000 }),
    fc.constantFrom('', '.5', '.25', '.00', '.10'),
  )
  .map((parts) => parts.join(''));
const FLOAT = fc.double({ noNaN: false }).map(String);
const WORD = fc.constantFrom(
  ...[
    '0x10',
    '1_000',
    'inf',
    'infinity',
    '-Infinity',
    'epoch',
    'true',
    'TRUE',
    'False',
    'yes',
    'ｆalse',
    'falſe',
    '1',
    '0',
  ],
  ...[
    't',
    '٣',
    '１２',
    "o'clock",
    'EUR',
    'USD',
    'usd',
    'NA',
    'x'.repeat(1_000),
    'á'.repeat(600),
    'é',
    '😀'.repeat(501),
    '\0',
  ],
  ...["it's", 'a\nb', '%', '_', '\\', '1e3', '1E400'],
);
const DAY = fc
  .tuple(
    fc.constantFrom(
      '2025',
      '2024',
      '1999',
      '2000',
      '2100',
      '2101',
      '0000',
      '0001',
      '9999',
      '10000',
      '-2025',
      '25',
      '20٢5',
    ),
    fc.constantFrom('-', '-', '-', '-', '/', ''),
    fc.constantFrom('01', '02', '06', '12', '13', '00', '1'),
    fc.constantFrom('-', '-', '-', '-', '/'),
    fc.constantFrom('01', '28', '29', '30', '31', '32', '00', '5'),
    fc.constantFrom(
      '',
      '',
      '',
      '',
      'T00:00:00Z',
      ' 00:00:00',
      ' 00:00',
      'T00:00:00.000+00:00',
      ' 00:00:01',
      'T12:00',
      'Z',
      ' 00:00:00+00',
      ' 00:00:00.',
      'T00:00:00z',
      ' (BC)',
    ),
  )
  .map((parts) => parts.join(''));
const HOSTILE = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.toWellFormed());

function cellsNear(shape: fc.Arbitrary<string>, plain: fc.Arbitrary<string>): string[] {
  const near = fc.oneof(
    { weight: 6, arbitrary: shape },
    { weight: 6, arbitrary: plain },
    { weight: 1, arbitrary: fc.oneof(NULL_WORD, WORD, DAY, NUMBER, FLOAT, HOSTILE) },
  );
  const padded = fc.tuple(BLANK, near, BLANK).map((parts) => parts.join(''));
  return fc.sample(padded, { seed: SEED, numRuns: CELLS });
}

const NUMBER_CELLS = (): string[] => cellsNear(NUMBER, PLAIN_NUMBER);
const DECIMAL = { type: 'decimal', nullable: true } as const;

const COLUMNS: [what: string, overrides: Partial<Column>, cells: () => string[], atLeast: number][] = [
  ['a decimal of two digits', { ...DECIMAL, scale: 2, excessScale: 'round' }, NUMBER_CELLS, 0.85],
  [
    'a decimal of six digits with limits',
    { ...DECIMAL, scale: 6, min: '-0.01', max: '12000.5' },
    NUMBER_CELLS,
    0.9,
  ],
  ['a decimal without digits', { type: 'decimal' }, NUMBER_CELLS, 0.85],
  ['a decimal with a decimal comma', { ...DECIMAL, scale: 2, decimalMark: ',' }, NUMBER_CELLS, 0.85],
  ['a decimal of many digits', { ...DECIMAL, scale: 15 }, NUMBER_CELLS, 0.85],
  ['a decimal with more digits than SQL takes', { ...DECIMAL, scale: 20 }, NUMBER_CELLS, 0],
  ['an integer', { type: 'integer', nullable: true }, NUMBER_CELLS, 0.85],
  ['an integer with limits', { type: 'integer', min: '0', max: '3650' }, NUMBER_CELLS, 0.85],
  ['an integer with a decimal comma', { type: 'integer', decimalMark: ',' }, NUMBER_CELLS, 0.85],
  ['a date', { type: 'date', nullable: true }, () => cellsNear(DAY, DAY), 0.99],
  [
    'a date with limits',
    { type: 'date', min: '2000-01-01', max: '2100-12-31' },
    () => cellsNear(DAY, DAY),
    0.99,
  ],
  [
    'a boolean',
    { type: 'boolean', nullable: true },
    () => cellsNear(WORD, fc.constantFrom('true', 'FALSE', '1', '0')),
    0.99,
  ],
  ['a text', { nullable: true }, () => cellsNear(WORD, HOSTILE), 0.9],
  ['a longer text', { maxCharacters: 1_300 }, () => cellsNear(WORD, HOSTILE), 0.9],
  [
    'a text of some words',
    { allowedValues: ['USD', 'EUR', "it's", 'NA', ''] },
    () => cellsNear(WORD, NULL_WORD),
    0.99,
  ],
  [
    'a text of some words and others',
    { nullable: true, allowedValues: ['USD'], onUnknownValue: 'warn' },
    () => cellsNear(WORD, NULL_WORD),
    0.99,
  ],
];

describe('a cell in SQL', () => {
  it.each(COLUMNS)(
    'that is accepted as %s has the value of the reference',
    async (_what, overrides, make, atLeast) => {
      const column = aColumn(overrides);
      const texts = make();
      const parse = cellParser(column);

      const judged = await judge(
        aContract({ columns: [column] }),
        texts.map((text) => [text]),
      );

      const wrong: unknown[] = [];
      const tally = { plain: 0, accepted: 0, values: 0 };
      for (const [index, text] of texts.entries()) {
        const { value, plain } = judged[index]?.cells[0] ?? { value: null, plain: false };
        const cell = parse(text);
        const silent = cell.kind === 'value' && cell.note === undefined;
        if (silent) tally.accepted += 1;
        if (!plain) continue;
        tally.plain += 1;
        if (value !== null) tally.values += 1;
        if (!silent || !Object.is(cell.value, value)) wrong.push({ text, value, cell });
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(tally.accepted).toBeGreaterThan(CELLS / 200);
      expect(tally.plain / tally.accepted).toBeGreaterThanOrEqual(atLeast);
      expect(tally.values > 0).toBe(atLeast > 0);
    },
  );

  it('that is not in the file is null', async () => {
    const [row] = await judge(aContract({ columns: [aColumn(), aColumn({ nullable: true })] }), [
      [undefined, undefined],
    ]);

    expect(row).toMatchObject({ plain: false, cells: [{ plain: false }, { plain: true, value: null }] });
  });

  it('is not judged by a limit that is no number', () => {
    const contract = aContract({ columns: [aColumn({ type: 'integer', min: 'x' })] });

    expect(() => guardedRowsSql(contract, { from: 't', record: 'r', cells: new Map() })).toThrow(
      'is no number',
    );
  });
});

describe('a row in SQL', () => {
  const columns = [
    ...['a', 'b', 'c'].map((name) => aColumn({ name, type: 'decimal', scale: 2, nullable: true })),
    aColumn({ name: 'days', type: 'integer', nullable: true }),
    aColumn({ name: 'day', type: 'date', nullable: true }),
    aColumn({ name: 'flag', type: 'boolean', nullable: true }),
    aColumn({ name: 'word', nullable: true }),
  ];
  const common = { code: 'does-not-add-up', severity: 'error' } as const;
  const rules: RowRule[] = [
    { ...common, kind: 'descending', columns: ['a', 'b', 'c'] },
    { ...common, kind: 'descending', columns: ['a', 'word', 'c'] },
    { ...common, kind: 'adds-up', parts: ['a', 'b'], total: 'c', within: '0.02' },
    { ...common, kind: 'adds-up', parts: [], total: 'c', within: '1.005' },
    { ...common, kind: 'present-when-positive', column: 'day', of: 'days' },
    { ...common, kind: 'zero-when', columns: ['a', 'b'], when: 'flag' },
    { ...common, kind: 'zero-when', columns: ['a'], when: 'days' },
    { ...common, kind: 'includes', column: 'a', part: 'b' },
    { ...common, kind: 'at-most', column: 'a', limit: 'b', within: '0.01' },
    { ...common, kind: 'at-most', column: 'a', limit: 'b', within: '0.01', severity: 'warning' },
  ];
  const amount = fc.constantFrom('', '0', '0.01', '0.02', '0.03', '1', '-0.01', '1.00', '1.01');
  const rowsNear = fc.tuple(
    ...[amount, amount, amount, fc.constantFrom('', '0', '1', '-1'), fc.constantFrom('', '2025-11-30')],
    ...[fc.constantFrom('', 'true', 'false'), fc.constantFrom('', 'x', '1')],
  );

  it.each(rules.map((rule): [string, RowRule] => [`${rule.kind} (${rule.severity})`, rule]))(
    'is plain just when the reference has nothing to say: %s',
    async (_kind, rule) => {
      const contract = aContract({ columns, rules: [rule] });
      const rows = fc.sample(rowsNear, { seed: SEED, numRuns: 5_000 });
      const reference = rowJudge(contract);

      const judged = await judge(contract, rows);

      let plain = 0;
      for (const [index, cells] of rows.entries()) {
        const verdict = reference(Object.fromEntries(columns.map(({ name }, at) => [name, cells[at]])));
        const silent = verdict.kind === 'accepted' && verdict.remarks.length === 0;
        expect({ cells, plain: judged[index]?.plain }).toEqual({ cells, plain: silent });
        if (silent) plain += 1;
      }
      expect(plain).toBeGreaterThan(100);
      expect(plain).toBeLessThanOrEqual(5_000);
    },
  );

  it('of any contract there is can be judged', async () => {
    for (const contract of CONTRACTS) {
      const rows = await judge(contract, [
        contract.columns.map(() => undefined),
        contract.columns.map(() => '1'),
      ]);

      expect(rows).toHaveLength(2);
    }
  });
});
