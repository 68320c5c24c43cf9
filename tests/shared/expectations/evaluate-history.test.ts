import { describe, expect, it } from '@jest/globals';
import type { Expectation } from '../../../shared/contracts/contract.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import {
  evaluateHistory,
  type HistoryFacts,
  hasCollapsed,
} from '../../../shared/expectations/evaluate-history.ts';
import { suiteOf } from '../../../shared/expectations/suite.ts';
import { aContract } from '../../support/a-contract.ts';

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
});

describe('a volume collapse', () => {
  const limit = (severity: Expectation['severity'], minPercent: number): Expectation => ({
    id: `volume-${minPercent}`,
    severity,
    about,
    kind: 'volume',
    minPercent,
    maxPercent: Number.POSITIVE_INFINITY,
  });
  const collapses = (expectations: Expectation[], rows: number, earlier: readonly number[]): boolean =>
    hasCollapsed(suiteOf(aContract({ expectations })), { rows, earlier });

  it('is fewer rows than the contract lets pass, and needs something to compare with', () => {
    const half = [limit('warn', 80), limit('block', 50)];

    expect(collapses(half, 50, [100, 100])).toBe(false);
    expect(collapses(half, 49, [100, 100])).toBe(true);
    expect(collapses(half, 0, [])).toBe(false);
    expect(collapses(half, 0, [0, 0, 0])).toBe(false);
  });

  it('is known only to contracts that block on it, at their own limit', () => {
    expect(collapses([], 1, [100])).toBe(false);
    expect(collapses([limit('warn', 50)], 1, [100])).toBe(false);
    expect(collapses([limit('block', 20)], 20, [100])).toBe(false);
    expect(collapses([limit('block', 20)], 19, [100])).toBe(true);
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
