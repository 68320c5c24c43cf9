import { describe, expect, it } from '@jest/globals';
import type { Expectation } from '../../../shared/contracts/contract.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import {
  earlierVolumes,
  evaluateHistory,
  type HistoryFacts,
  isVolumeCollapse,
} from '../../../shared/expectations/evaluate-history.ts';
import { suiteOf } from '../../../shared/expectations/suite.ts';
import { aContract } from '../../support/a-contract.ts';
import { aQualityEntry, aRunId } from '../../support/a-quality-entry.ts';

const LANDED = LocalDate.parse('2026-01-05');
const about = 'As the contract says';

function judge(expectation: Expectation, facts: Partial<HistoryFacts>) {
  const suite = suiteOf(aContract({ expectations: [expectation] }));
  const [result] = evaluateHistory(suite, { rows: 100, earlier: [], landed: LANDED, ...facts });
  return result;
}

describe('volume', () => {
  const volume: Expectation = {
    id: 'volume',
    severity: 'warn',
    about,
    kind: 'volume',
    minPercent: 80,
    maxPercent: 120,
  };

  it.each([
    [80, 'passed'],
    [79, 'failed'],
    [120, 'passed'],
    [121, 'failed'],
  ] as const)('of %i rows against a median of 100 has %s', (rows, status) => {
    expect(judge(volume, { rows, earlier: [90, 1_000, 100] })?.status).toBe(status);
  });

  it('shows the band in rows, exactly', () => {
    expect(judge(volume, { rows: 31_210, earlier: [31_701, 31_698] })).toMatchObject({
      status: 'passed',
      observed: '31,210 rows; the median of the last 2 files is 31,699.5',
      threshold: '80 % to 120 % of the median: 25,359.6 to 38,039.4 rows',
    });
  });

  it('may have no upper limit', () => {
    const collapse: Expectation = {
      ...volume,
      severity: 'block',
      minPercent: 50,
      maxPercent: Number.POSITIVE_INFINITY,
    };

    expect(judge(collapse, { rows: 5_000, earlier: [100] })).toMatchObject({
      status: 'passed',
      threshold: 'at least 50 % of the median: at least 50 rows',
    });
    expect(judge(collapse, { rows: 49, earlier: [100] })).toMatchObject({
      status: 'failed',
      severity: 'block',
      observed: '49 rows; the median of the last file is 100',
      code: 'volume-change',
    });
  });

  it('is not judged for the first file', () => {
    expect(judge(volume, { rows: 5 })).toMatchObject({
      status: 'not-evaluated',
      reason: 'No earlier file of the contract was accepted, so there is nothing to compare with.',
    });
  });

  it('looks at the newest ten files only', () => {
    const earlier = [...Array.from({ length: 10 }, () => 100), ...Array.from({ length: 30 }, () => 9_999)];

    expect(judge(volume, { rows: 100, earlier })?.status).toBe('passed');
  });
});

describe('a volume collapse', () => {
  it('is less than half of the median, and needs something to compare with', () => {
    expect(isVolumeCollapse(50, [100, 100])).toBe(false);
    expect(isVolumeCollapse(49, [100, 100])).toBe(true);
    expect(isVolumeCollapse(0, [])).toBe(false);
    expect(isVolumeCollapse(0, [0, 0, 0])).toBe(false);
  });
});

describe('earlier volumes', () => {
  const day = (n: number) => `2026-01-${String(n).padStart(2, '0')}T06:00:00.000Z`;
  const entry = (n: number, overrides = {}) =>
    aQualityEntry({ runId: aRunId(n), landedAt: day(n), rows: n * 100, ...overrides });

  it('are those of accepted files that had landed before, newest first, each run once', () => {
    const history = [
      entry(9),
      entry(5),
      entry(4, { attempt: 2, rows: 444 }),
      entry(4, { attempt: 1, rows: 4 }),
      entry(3, { verdict: 'block' }),
      entry(1),
      entry(2),
    ];

    expect(earlierVolumes(history, { runId: aRunId(5), landedAt: day(5) })).toEqual([444, 200, 100]);
  });

  it('leave out a run whose newest attempt was blocked', () => {
    const history = [entry(1, { attempt: 1 }), entry(1, { attempt: 2, verdict: 'block' })];

    expect(earlierVolumes(history, { runId: aRunId(5), landedAt: day(5) })).toEqual([]);
  });

  it('are ten at most', () => {
    const history = Array.from({ length: 20 }, (_, index) => entry(index + 1));

    expect(earlierVolumes(history, { runId: aRunId(25), landedAt: day(25) })).toHaveLength(10);
  });
});

describe('freshness', () => {
  const fresh: Expectation = { id: 'fresh', severity: 'warn', about, kind: 'fresh', maxDays: 5 };

  it('counts days from the as-of date to the day of landing', () => {
    expect(judge(fresh, { asOf: LocalDate.parse('2025-12-31') })).toMatchObject({
      status: 'passed',
      observed: 'as of 2025-12-31, landed 2026-01-05: 5 days',
      threshold: 'at most 5 days',
    });
    expect(judge(fresh, { asOf: LocalDate.parse('2025-12-30') })).toMatchObject({
      status: 'failed',
      code: 'stale-data',
    });
  });

  it('is not judged for a file that stands for no day', () => {
    expect(judge(fresh, {})).toMatchObject({
      status: 'not-evaluated',
      reason: 'The file stands for no day.',
    });
  });
});
