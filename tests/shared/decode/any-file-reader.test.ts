import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DuckDbParquetRows } from '../../../shared/adapters/duckdb/duckdb-parquet-rows.ts';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { anyFileReader } from '../../../shared/decode/any-file-reader.ts';
import type { SetAside } from '../../../shared/decode/set-aside.ts';
import type { SnapshotPart, SuspectColumn } from '../../../shared/decode/snapshot-part.ts';
import { addSuspects } from '../../../shared/decode/suspect-watch.ts';
import { verdictOf } from '../../../shared/privacy/personal-data.ts';
import { seal } from '../../../shared/privacy/sealed.ts';
import { inFormat, type Table } from '../../e2e/table-formats.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';
import { KEY, partsInFull, sourceOf } from './csv/read-files.ts';

const FORMATS = ['csv', 'xlsx', 'json', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id', pii: 'quasi' }),
    aColumn({ name: 'name', pii: 'direct', mask: 'name', nullable: true }),
    aColumn({ name: 'day', type: 'date' }),
    aMoneyColumn({ name: 'amount' }),
    aColumn({ name: 'days', type: 'integer' }),
    aColumn({ name: 'late', type: 'boolean' }),
  ],
});
const HEADER = ['id', 'name', 'day', 'amount', 'days', 'late'];

async function read(table: Table, format: Format, contract: Contract, setAside?: SetAside) {
  const scratchDir = await mkdtemp(join(tmpdir(), 'any-file-'));
  const reader = anyFileReader({
    secrets: { get: async () => seal(KEY) },
    parquetRows: (dir) => new DuckDbParquetRows(dir),
    workers: 1,
  });
  const parts: SnapshotPart[] = [];
  const sink = { take: async (part: SnapshotPart) => void parts.push(part) };
  try {
    const file = { source: sourceOf(await inFormat(table, format)), scratchDir };
    return { outcome: await reader.read(file, contract, sink, setAside), parts };
  } finally {
    await rm(scratchDir, { recursive: true });
  }
}

/** Parts without the places of their records, which only some formats have. */
function withoutOffsets(parts: readonly SnapshotPart[]): string {
  return partsInFull(parts).replaceAll(/"offset":\d+,/g, '');
}

describe('rows that are set aside', () => {
  const rows = [
    ['L1', 'Ana', '2025-11-30', '12.50', '7', 'true'],
    ['L1', 'Ana', '2025-11-30', '12.50', '7', 'true'],
    ['L2', 'Eva', '2025-11-29', '-1.00', '0', 'false'],
    ['L2', 'Eva', '2025-11-29', '30.00', '0', 'false'],
    ['L3', 'Luz', '2025-11-28', '1', '3', 'false'],
  ];
  const conflict = {
    code: 'conflicting-duplicate',
    severity: 'error',
    column: 'id',
    message: 'row 4: again',
  } as const;
  const setAside: SetAside = { dropped: Int32Array.of(2), rejected: new Map([[4, conflict]]) };

  it.each(FORMATS)('are left out without a word or go to quarantine as they are: %s', async (format) => {
    const { parts } = await read({ header: HEADER, rows }, format, CONTRACT, setAside);

    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({ records: 5, accepted: 3, rejected: 1, dropped: 1 });
    expect(parts[0]?.issues).toEqual([{ ...conflict, count: 1, firstRecords: [4] }]);
    const shown = { day: '2025-11-29', amount: '30.00', days: '0', late: 'false' };
    expect(parts[0]?.rejectedRows).toMatchObject([{ record: 4, issues: [conflict], cells: shown }]);
  });

  it('make the same parts in every format', async () => {
    const [csv, ...others] = await Promise.all(
      FORMATS.map(async (format) =>
        withoutOffsets((await read({ header: HEADER, rows }, format, CONTRACT, setAside)).parts),
      ),
    );

    for (const other of others) expect(other).toBe(csv);
  });

  it('are judged again when they are not plain', async () => {
    const [first = []] = rows;
    const odd = [
      first,
      ['L1', 'Ana', '2025-11-30', ' 12.50 ', '7', 'TRUE'],
      ['L4', '', 'x', '1', '1', 'true'],
    ];

    for (const format of FORMATS) {
      const { parts } = await read({ header: HEADER, rows: odd }, format, CONTRACT, setAside);

      expect(parts[0]).toMatchObject({ accepted: 1, rejected: 1, dropped: 1 });
      expect(parts[0]?.issues).toMatchObject([{ code: 'impossible-date', column: 'day', count: 1 }]);
    }
  });
});

describe('a column that the contract does not know', () => {
  async function verdicts(rows: readonly (readonly string[])[], format: Format) {
    const { parts } = await read({ header: [...HEADER, 'note'], rows }, format, CONTRACT);
    const sums = new Map<string, SuspectColumn>();
    for (const { suspects } of parts) addSuspects(sums, suspects);
    return [...sums.values()].flatMap(({ column, counts }) => {
      const verdict = verdictOf(counts);
      return verdict === undefined ? [] : [{ column, ...verdict }];
    });
  }
  const noted = (notes: readonly string[]) =>
    notes.map((note, index) => [`L${index}`, 'Ana', '2025-11-30', '12.50', '7', 'true', note]);

  it.each(FORMATS)('is watched in the first thousand records: %s', async (format) => {
    const notes = Array.from({ length: 1_001 }, () => 'a note');
    const within = [...notes.slice(0, 999), 'ana@example.com', 'a note'];
    const beyond = [...notes.slice(0, 1_000), 'ana@example.com'];

    expect(await verdicts(noted(within), format)).toEqual([
      { column: 'note', kind: 'email', hits: 1, seen: 1_000 },
    ]);
    expect(await verdicts(noted(beyond), format)).toEqual([]);
  });

  it.each(FORMATS)('is watched where its name is blank, and said to have none: %s', async (format) => {
    // A Parquet column always has a name.
    if (format === 'parquet') return;
    const table = { header: [...HEADER, ' '], rows: noted(['ana@example.com']) };

    const { outcome, parts } = await read(table, format, { ...CONTRACT, mode: 'freeze' });

    expect(outcome).toMatchObject({
      kind: 'read',
      unexpectedColumns: [],
      notices: [
        { severity: 'notice', message: expect.stringContaining('column 7 of the header has no name') },
      ],
    });
    expect(parts[0]?.suspects).toContainEqual(
      expect.objectContaining({ isDeclared: false, counts: expect.objectContaining({ email: 1 }) }),
    );
  });
});

describe('a text that is an error of Excel', () => {
  it.each(FORMATS)('is no value: %s', async (format) => {
    const rows = [['#N/A', 'Ana', '2025-11-30', '12.50', '7', 'true']];

    const { parts } = await read({ header: HEADER, rows }, format, CONTRACT);

    expect(parts[0]).toMatchObject({ accepted: 0, rejected: 1 });
    expect(parts[0]?.issues).toMatchObject([
      { code: 'missing-value', column: 'id', message: 'row 1: id holds the Excel error #N/A' },
    ]);
  });
});
