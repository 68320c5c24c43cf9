import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Sha256 } from '../../../shared/domain/ids.ts';
import { LocalDate, REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import {
  comparedFilesId,
  earlierFiles,
  filesToCountAgainst,
} from '../../../shared/pipeline/earlier-files.ts';
import type { Snapshot } from '../../../shared/ports/snapshot-registry.ts';
import { aContract } from '../../support/a-contract.ts';
import { aRun } from '../../support/a-kpi-mart.ts';
import { aRunId, aSnapshot } from '../../support/a-snapshot.ts';

const at = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T06:00:00.000Z`;
const content = (n: number): Sha256 => Sha256.parse(n.toString(16).padStart(64, '0'));

/** The nth file; it landed on the nth of January. */
function file(n: number, asOf: string, overrides: Partial<Omit<Snapshot, 'asOf'>> = {}): Snapshot {
  return aSnapshot({
    runId: aRunId(n),
    sha256: content(n),
    landedAt: at(n),
    rows: n * 100,
    asOf,
    ...overrides,
  });
}

const rowsBefore = (of: Snapshot, snapshots: readonly Snapshot[]): number[] =>
  earlierFiles(of, snapshots).map(({ rows }) => rows);

describe('a file that stands for a day', () => {
  it('is compared with the days before it, the newest first', () => {
    const [september, october, november] = [
      file(1, '2025-09-30'),
      file(2, '2025-10-31'),
      file(3, '2025-11-30'),
    ];

    expect(rowsBefore(november, [october, november, september])).toEqual([200, 100]);
  });

  it('is compared with nothing when it is the first day, whatever had landed before', () => {
    expect(rowsBefore(file(9, '2024-01-31'), [file(1, '2025-11-30'), file(2, '2025-10-31')])).toEqual([]);
  });

  it('is compared, of each day, with the file that stands', () => {
    const corrected = file(2, '2025-10-31');

    expect(rowsBefore(file(3, '2025-11-30'), [file(1, '2025-10-31'), corrected])).toEqual([200]);
  });

  it('is compared with the same content of a day before, which was as many rows then', () => {
    const [october, november] = [file(1, '2025-10-31'), file(3, '2025-11-30', { sha256: content(1) })];

    expect(rowsBefore(november, [october, november])).toEqual([100]);
  });

  it('is compared with the file that stood for its own day, so that a torn one does not take its place', () => {
    const [first, second] = [file(1, '2025-11-30'), file(2, '2025-11-30')];

    expect(rowsBefore(file(3, '2025-11-30'), [first, second, file(4, '2025-11-30')])).toEqual([200]);
    expect(rowsBefore(first, [first, second])).toEqual([]);
  });

  it('keeps what it was compared with when an older month is brought in later', () => {
    expect(rowsBefore(file(3, '2025-11-30'), [file(2, '2025-09-30'), file(4, '2025-10-31')])).toEqual([200]);
  });

  it('is compared with one that landed in the same second', () => {
    const october = file(1, '2025-10-31', { landedAt: at(3) });

    expect(rowsBefore(file(3, '2025-11-30'), [october])).toEqual([100]);
    expect(rowsBefore(october, [file(3, '2025-11-30')])).toEqual([]);
  });
});

describe('reference data', () => {
  it('is compared with the files that landed before it, the last one first', () => {
    const files = [1, 2, 3, 4].map((n) => file(n, REFERENCE_DAY));

    expect(rowsBefore(file(3, REFERENCE_DAY), files)).toEqual([200, 100]);
  });

  it('of two that landed in the same second one is compared with the other', () => {
    const [a, b] = [file(1, REFERENCE_DAY, { landedAt: at(3) }), file(3, REFERENCE_DAY)];

    expect([rowsBefore(a, [a, b]), rowsBefore(b, [a, b])]).toEqual([[], [100]]);
  });

  it('is not compared with itself under an older version of its contract, and with others once', () => {
    const [first, second] = [file(1, REFERENCE_DAY), file(2, REFERENCE_DAY)];
    const replayed = { contractVersion: 2, sha256: content(1), landedAt: at(1), rows: 90 };
    const again = file(7, REFERENCE_DAY, replayed);

    expect(rowsBefore(again, [first, again])).toEqual([]);
    expect(rowsBefore(second, [first, again, second])).toEqual([90]);
  });
});

it('are of the same relation, and ten at most', () => {
  const months = Array.from({ length: 20 }, (_, n) =>
    file(n + 1, `2025-10-${String(n + 1).padStart(2, '0')}`),
  );
  const other = file(25, '2025-10-30', { relation: 'looker_transactions' });

  expect(rowsBefore(file(28, '2025-11-30'), [...months, other])).toEqual(
    [20, 19, 18, 17, 16, 15, 14, 13, 12, 11].map((n) => n * 100),
  );
});

describe('what a run was compared with', () => {
  const volume = {
    id: 'v',
    about: 'v',
    severity: 'warn',
    kind: 'volume',
    minPercent: 80,
    maxPercent: 120,
  } as const;
  const counting = aContract({ relation: 'looker_loans', expectations: [volume] });
  const november = LocalDate.parse('2025-11-30');
  const run = { ...aRun(), sha256: content(5), drop: { ...aRun().drop, landedAt: at(5) } };
  const october = file(1, '2025-10-31');
  const id = (snapshots: readonly Snapshot[], contract = counting): string =>
    comparedFilesId(contract, run, november, snapshots);

  it('are no earlier files where the contract does not count rows', () => {
    const indifferent = aContract({ relation: 'looker_loans', expectations: [] });

    expect(filesToCountAgainst(indifferent, run, november, [october])).toEqual([]);
    expect(filesToCountAgainst(counting, run, november, [october])).toEqual([october]);
    expect(id([october], indifferent)).toBe(id([], indifferent));
  });

  it('has another name when an earlier file comes, goes, or is replaced, and no other file changes it', () => {
    const corrected = file(2, '2025-10-31');
    const later = file(6, '2025-10-15');
    const [none, first, second] = [id([]), id([october]), id([october, corrected])];

    expect(new Set([none, first, second]).size).toBe(3);
    expect(id([corrected, october, later])).toBe(second);
  });
});

it('never make two files wait for the verdict on each other, and do not depend on the order of what is known', () => {
  const files = fc
    .array(
      fc.tuple(fc.constantFrom('2025-09-30', '2025-10-31', REFERENCE_DAY), fc.integer({ min: 1, max: 3 })),
      {
        minLength: 2,
        maxLength: 9,
      },
    )
    .map((drawn) => drawn.map(([asOf, day], n) => file(n + 1, asOf, { landedAt: at(day) })));

  fc.assert(
    fc.property(files, (known) => {
      for (const a of known) {
        expect(earlierFiles(a, known.toReversed())).toEqual(earlierFiles(a, known));
        for (const b of earlierFiles(a, known)) expect(earlierFiles(b, known)).not.toContain(a);
      }
    }),
    { seed: 20_251_231 },
  );
});
