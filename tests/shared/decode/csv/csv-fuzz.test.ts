import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CellValue } from '../../../../shared/contracts/cell-parser.ts';
import { matchHeader } from '../../../../shared/contracts/match-header.ts';
import { type RawRow, rowJudge } from '../../../../shared/contracts/row-schema.ts';
import { cellAt } from '../../../../shared/decode/column-batch.ts';
import { readHeader } from '../../../../shared/decode/csv/csv-header.ts';
import { layoutOf } from '../../../../shared/decode/csv/csv-reader.ts';
import { type ChunkToDecode, chunkDecoder } from '../../../../shared/decode/csv/decode-chunk.ts';
import { readInParallel } from '../../../../shared/decode/csv/read-in-parallel.ts';
import {
  type CsvFile,
  finishedHere,
  readInSequence,
} from '../../../../shared/decode/csv/read-in-sequence.ts';
import { RecordDecoder } from '../../../../shared/decode/csv/record-decoder.ts';
import { PartBuilder } from '../../../../shared/decode/part-builder.ts';
import { readReference } from '../../../../shared/decode/reference/read-reference.ts';
import { safeCells } from '../../../../shared/decode/safe-cells.ts';
import type { SnapshotPart } from '../../../../shared/decode/snapshot-part.ts';
import { aColumn, aContract, aMoneyColumn } from '../../../support/a-contract.ts';
import { howMany } from '../../../support/how-many.ts';
import { naiveCsv } from './naive-csv.ts';
import { partsInFull, readFile, sourceOf, tokenOf } from './read-files.ts';

// Small nasty files, read in several ways that have to agree to the byte. 10,000 files in all.

const SEED = 20_251_210;

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id' }),
    aMoneyColumn({ name: 'amount', min: '-5' }),
    aColumn({ name: 'day', type: 'date', nullable: true, min: '2000-01-01' }),
    aColumn({ name: 'word', allowedValues: ['A', 'none', 'é'], onUnknownValue: 'warn', nullable: true }),
    aColumn({ name: 'flag', type: 'boolean', optional: true, nullable: true }),
  ],
  rules: [
    {
      kind: 'present-when-positive',
      code: 'dpd-date-mismatch',
      severity: 'warning',
      column: 'day',
      of: 'amount',
    },
  ],
});

const CELLS = {
  id: [
    'L1',
    'ñu',
    'Ana',
    ' x ',
    'null',
    'N/A',
    '',
    '""',
    '"L,1"',
    '"a\nb"',
    '"a\r\nb"',
    '"x""y"',
    'é',
    '\u00a0x',
    '"L2"',
  ],
  amount: [
    '1',
    '1.50',
    '-3.25',
    '-9',
    '0',
    '-0',
    '1.005',
    '"12.5"',
    '1e3',
    '$1',
    '007',
    '',
    '99999999999999999',
    '.5',
    '5.',
  ],
  day: [
    '2025-12-10',
    '2024-02-29',
    '2023-02-29',
    '1999-12-31',
    '',
    '"2025-01-01"',
    '2025-1-1',
    '2025-12-10T00:00:00Z',
  ],
  word: ['A', 'none', 'é', 'B', '', '"A"', 'a', 'nan'],
};
const TOKENS = [
  '"',
  '""',
  ',',
  ';',
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  'L1',
  '1.5',
  '2025-12-10',
  'A',
  ' ',
  'á',
  '😀',
  '\uFEFF',
  '"a"',
  'null',
  '-',
];
const BROKEN = [
  Buffer.from([0]),
  Buffer.from([0xe1]),
  Buffer.from([0xf0, 0x9f]),
  Buffer.from([0x92]),
  Buffer.from([0xc0, 0xaf]),
];

const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r', '\n\n', '\r\n\r\n');
const from = (cells: readonly string[]) => fc.constantFrom(...cells);
const row = fc.tuple(from(CELLS.id), from(CELLS.amount), from(CELLS.day), from(CELLS.word));
const spoilt = fc.tuple(row, from(TOKENS), fc.nat({ max: 3 })).map(([cells, token, at]) => {
  return cells.map((cell, index) => (index === at ? cell + token : cell));
});
const record = fc.oneof(
  { arbitrary: row.map((cells) => [...cells]), weight: 8 },
  { arbitrary: spoilt, weight: 1 },
  { arbitrary: row.map((cells) => cells.slice(1)), weight: 1 },
);
const table = fc
  .array(fc.tuple(record, lineEnd), { maxLength: 14 })
  .map((records) => records.map(([cells, end]) => cells.join(',') + end).join(''));
const soup = fc
  .array(from([...TOKENS, '\nL1,1.5,2025-12-10,A\n', '\nL2,2,,\r']), { maxLength: 40 })
  .map((tokens) => tokens.join(''));
const head = fc.constantFrom(
  'id,amount,day,word\n',
  'id,amount,day,word\r\n',
  '\uFEFFid,amount,day,word\n',
  '\n\r\n"Word",id,day,AMOUNT\n',
  'id,extra,amount,day,word\r',
  'id;amount;day;word\n',
);
const broken = fc.option(fc.tuple(from2(BROKEN), fc.double({ min: 0, max: 1, noNaN: true })), { freq: 12 });
const file = (body: fc.Arbitrary<string>) =>
  fc.tuple(head, body, broken).map(([header, text, fault]) => {
    const delimited = header.includes(';') ? text.replaceAll(',', ';') : text;
    const bytes = Buffer.from(header + delimited);
    if (fault === null) return bytes;
    const [bad, share] = fault;
    const at = Buffer.byteLength(header) + Math.floor(share * (bytes.length - Buffer.byteLength(header)));
    return Buffer.concat([bytes.subarray(0, at), bad, bytes.subarray(at)]);
  });
const ways = fc.record({
  rangeBytes: fc.constantFrom(1, 2, 3, 7, 16),
  partRecords: fc.constantFrom(1, 2, 3, 5, 100),
});

function from2<T>(values: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...values);
}

/** In all; CI has time for half of them. */
const FUZZED_FILES = howMany(10_000, 5_000);

describe('a small nasty file', () => {
  it.each([
    ['of rows that are mostly sound', file(table), 1],
    ['of rows that are mostly sound, again', file(table), 2],
    ['of tokens in any order', file(soup), 3],
    ['of tokens in any order, again', file(soup), 4],
  ])(
    'is read the same in one range, in small ranges, in chunks and by hand: %s',
    async (_, files, seed) => {
      const seen = { accepted: 0, rejected: 0, unreadable: 0, agreedWithCsvParse: 0 };
      await fc.assert(
        fc.asyncProperty(files, ways, async (bytes, { rangeBytes, partRecords }) => {
          const whole = await readFile(bytes, CONTRACT, { partRecords });
          const inRanges = await readFile(bytes, CONTRACT, { partRecords, rangeBytes });

          expect(inRanges.outcome).toEqual(whole.outcome);
          expect(partsInFull(inRanges.parts)).toBe(partsInFull(whole.parts));
          await expectSameByHand(bytes, whole.outcome, whole.parts, seen);
          await expectSameInChunks(bytes, whole.parts, partRecords, rangeBytes);
        }),
        { seed: SEED + seed, numRuns: FUZZED_FILES / 4 },
      );

      // The generator makes enough of each kind to mean something.
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(FUZZED_FILES / 200);
    },
    900_000,
  );
});

type Seen = { accepted: number; rejected: number; unreadable: number; agreedWithCsvParse: number };

async function expectSameByHand(
  bytes: Buffer,
  outcome: Awaited<ReturnType<typeof readFile>>['outcome'],
  parts: readonly SnapshotPart[],
  seen: Seen,
): Promise<void> {
  const header = await readHeader(sourceOf(bytes), [CONTRACT]);
  if ('code' in header) throw new Error(`the header was refused: ${header.message}`);
  const delimiter = String.fromCharCode(header.delimiter.byte);
  const { records, end } = naiveCsv(bytes, delimiter);
  const [first, ...rows] = records;
  expect(header.names).toEqual(first?.cells);
  if (end.code !== 'end') {
    seen.unreadable += 1;
    expect(outcome).toMatchObject({ kind: 'unreadable', problems: [{ code: end.code }] });
    if (outcome.kind === 'unreadable') expect(outcome.problems[0]?.message).toContain(`line ${end.line}`);
    return;
  }
  if (rows.length === 0) {
    expect(outcome).toMatchObject({ kind: 'unreadable', problems: [{ code: 'header-only' }] });
    return;
  }
  expect(outcome.kind).toBe('read');

  const { positions } = matchHeader(CONTRACT, header.names);
  const judge = rowJudge(CONTRACT);
  const accepted: { record: number; cells: CellValue[] }[] = [];
  const rejected: unknown[] = [];
  for (const [index, { cells, fault, faultLine, offset }] of rows.entries()) {
    const record = index + 1;
    const raw: RawRow = Object.fromEntries(
      [...positions].flatMap(([name, at]) => (cells?.[at] === undefined ? [] : [[name, cells[at]]])),
    );
    const torn = (code: string, message: string) => ({
      record,
      offset,
      issues: [{ code, severity: 'error', column: '', message }],
      cells: safeCells(CONTRACT, cells === undefined ? {} : raw, { isTorn: true, tokenOf }),
    });
    if (cells === undefined)
      rejected.push(torn('malformed-row', `row ${record}: line ${faultLine} has ${fault}`));
    else if (cells.length !== header.names.length) {
      const words = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`;
      const message = `row ${record} has ${words}, the header has ${header.names.length}`;
      rejected.push(torn('ragged-row', message));
    } else {
      const verdict = judge(raw);
      if (verdict.kind === 'accepted') {
        accepted.push({ record, cells: CONTRACT.columns.map(({ name }) => verdict.row[name] ?? null) });
      } else {
        const issues = verdict.issues.map((issue) => ({
          ...issue,
          message: `row ${record}: ${issue.message}`,
        }));
        rejected.push({
          record,
          offset,
          issues,
          cells: safeCells(CONTRACT, raw, { isTorn: false, tokenOf }),
        });
      }
    }
  }
  expect(parts.flatMap((part) => part.rejectedRows)).toEqual(rejected);
  expect(parts.reduce((sum, part) => sum + part.records, 0)).toBe(rows.length);
  expect(acceptedRows(bytes, header)).toEqual(accepted);
  seen.accepted += accepted.length;
  seen.rejected += rejected.length;
  if (delimiter === ',' && rows.every(({ fault }) => fault === undefined)) {
    seen.agreedWithCsvParse += 1;
    const numbers: number[] = [];
    for await (const { record, verdict } of readReference(sourceOf(bytes), CONTRACT)) {
      if (verdict.kind === 'accepted') numbers.push(record);
    }
    expect(numbers).toEqual(accepted.map(({ record }) => record));
  }
}

/** The rows of the fast path, taken from the columns before they are encoded. */
function acceptedRows(bytes: Buffer, header: Parameters<typeof layoutOf>[0]) {
  const builder = new PartBuilder(CONTRACT, tokenOf);
  const layout = layoutOf(header, matchHeader(CONTRACT, header.names).positions);
  const decoder = new RecordDecoder(builder, CONTRACT, layout, { record: 0, line: header.line });
  decoder.at = header.end;
  const padded = Buffer.concat([bytes, Buffer.alloc(16, '\n')]);
  decoder.decode({ bytes: padded, end: bytes.length, isLast: true, offset: 0 });
  const batch = builder.batch.take();
  return Array.from({ length: batch.rows }, (_, at) => ({
    record: batch.recordNumbers[at],
    cells: batch.columns.map((vector) => cellAt(vector, at)),
  }));
}

/** Cut and decoded as by threads, but in this one, and read in sequence from where that ended. */
async function expectSameInChunks(
  bytes: Buffer,
  expected: readonly SnapshotPart[],
  partRecords: number,
  rangeBytes: number,
): Promise<void> {
  const source = sourceOf(bytes);
  const header = await readHeader(source, [CONTRACT]);
  if ('code' in header) throw new Error('the header was refused');
  const layout = layoutOf(header, matchHeader(CONTRACT, header.names).positions);
  const file: CsvFile = {
    source,
    contract: CONTRACT,
    layout,
    setAside: undefined,
    rangeBytes,
    partRecords,
    mostChunkBytes: 300,
  };
  const decode = chunkDecoder(file, tokenOf);
  const parts: SnapshotPart[] = [];
  const sink = { take: async (part: SnapshotPart) => void parts.push(part) };
  const start = { offset: header.end, record: 0, line: header.line };
  const offer = async (chunk: ChunkToDecode) => decode(chunk);
  const decoders = { threads: 1, notBegun: 0, offer, help: () => false };

  const place = await readInParallel(file, start, decoders, sink);
  const rest = finishedHere(CONTRACT, tokenOf, sink);
  if (place.offset < source.size) await readInSequence(file, place, tokenOf, rest);

  expect(partsInFull(parts)).toBe(partsInFull(expected));
}
