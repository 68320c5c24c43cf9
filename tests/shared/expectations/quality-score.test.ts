import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExpectationResult } from '../../../shared/expectations/expectation-result.ts';
import { qualityScore, verdictOf } from '../../../shared/expectations/quality-score.ts';

function result(
  severity: ExpectationResult['severity'],
  status: ExpectationResult['status'],
): ExpectationResult {
  return { id: 'x', about: 'X.', severity, status, observed: '', threshold: '', failing: 0 };
}

const someResults = fc.array(
  fc
    .tuple(fc.constantFrom('block', 'warn'), fc.constantFrom('passed', 'failed', 'not-evaluated'))
    .map(([severity, status]) => result(severity, status)),
);

describe('the score', () => {
  it('is, worked by hand, the weight that passed times the rows that were kept', () => {
    // Passed: 2 block (6) and 3 warn (3) = 9. Evaluated: and 1 warn that failed = 10. Not evaluated: left out.
    // Rows: 995 of 1,000 kept. 100 x 9/10 x 995/1000 = 89.55, half to even 89.6 (the digit before is odd).
    const results = [
      result('block', 'passed'),
      result('block', 'passed'),
      result('warn', 'passed'),
      result('warn', 'passed'),
      result('warn', 'passed'),
      result('warn', 'failed'),
      result('block', 'not-evaluated'),
    ];

    expect(qualityScore(results, { read: 1_000, rejected: 5 })).toBe('89.6');
  });

  it('is 100.0 only where nothing failed and no row was rejected', () => {
    const results = [result('block', 'passed')];

    expect(qualityScore(results, { read: 10_000_000, rejected: 0 })).toBe('100.0');
    expect(qualityScore(results, { read: 10_000_000, rejected: 1 })).toBe('99.9');
  });

  it('takes a file without rows for one without bad rows', () => {
    expect(qualityScore([result('warn', 'passed')], { read: 0, rejected: 0 })).toBe('100.0');
  });

  it('is absent, not zero, where nothing was evaluated', () => {
    expect(qualityScore([result('block', 'not-evaluated')], { read: 3, rejected: 0 })).toBeUndefined();
    expect(qualityScore([result('block', 'failed')], { read: 3, rejected: 0 })).toBe('0.0');
  });

  it('lies between 0 and 100 and never rises when one more item fails', () => {
    fc.assert(
      fc.property(someResults, fc.nat(1_000), fc.nat(1_000), (results, kept, rejected) => {
        const rows = { read: kept + rejected, rejected };
        const score = Number(qualityScore(results, rows) ?? 0);
        const worse = Number(qualityScore([...results, result('warn', 'failed')], rows));

        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(worse).toBeLessThanOrEqual(score);
      }),
      { seed: 20_251_231 },
    );
  });
});

describe('the verdict', () => {
  it('lets a file on with its warnings', () => {
    const warning = result('warn', 'failed');

    expect(verdictOf([result('block', 'passed'), warning])).toEqual({ kind: 'promote', warnings: [warning] });
  });

  it('blocks for what may stop a file, and gives those reasons only', () => {
    const reason = result('block', 'failed');

    expect(verdictOf([result('warn', 'failed'), reason])).toEqual({ kind: 'block', reasons: [reason] });
  });

  it('does not block for what could not be evaluated', () => {
    expect(verdictOf([result('block', 'not-evaluated')])).toEqual({ kind: 'promote', warnings: [] });
  });
});
