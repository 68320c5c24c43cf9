import { describe, expect, it } from '@jest/globals';
import { CASES } from '../../bench/case-list.ts';
import { TARGETS, type Target, verdictOn } from '../../bench/targets.ts';
import { aCase, byName } from './a-case.ts';

const ATMOST: Target = { kind: 'ratio', about: 'a / b', of: 'a', to: 'b', limit: { atMost: 1.5 } };
const ATLEAST: Target = { kind: 'ratio', about: 'a / b', of: 'a', to: 'b', limit: { atLeast: 1.5 } };

describe('a ratio', () => {
  it('passes at its limit', () => {
    const cases = byName(aCase('a', { ms: [150, 300, 150] }), aCase('b', { ms: [100, 100, 100] }));

    expect(verdictOn(ATMOST, cases)).toMatchObject({ verdict: 'PASS', value: { median: 1.5, max: 3 } });
  });

  it('fails beyond its limit', () => {
    const cases = byName(aCase('a', { ms: [151] }), aCase('b', { ms: [100] }));

    expect(verdictOn(ATMOST, cases).verdict).toBe('FAIL');
  });

  it('that has to be large fails when it is small', () => {
    const cases = byName(aCase('a', { ms: [149] }), aCase('b', { ms: [100] }));

    expect(verdictOn(ATLEAST, cases).verdict).toBe('FAIL');
  });

  it('is skipped when one of its cases could not run, and says why', () => {
    const cases = byName(aCase('a', { ms: [1] }), aCase('b', { ms: [], skipped: 'not installed' }));

    expect(verdictOn(ATMOST, cases)).toMatchObject({ verdict: 'skipped', reason: 'not installed' });
  });

  it('is skipped when one of its cases was not asked for', () => {
    expect(verdictOn(ATMOST, byName(aCase('a', { ms: [1] })))).toMatchObject({
      verdict: 'skipped',
      reason: 'not run',
    });
  });
});

describe('memory', () => {
  const target: Target = { kind: 'peak', about: 'memory of a', of: 'a', limit: { atMost: 384 } };

  it('is judged by the largest round', () => {
    const cases = byName(aCase('a', { ms: [1, 1, 1], peakRssMb: [200, 385, 200] }));

    expect(verdictOn(target, cases)).toMatchObject({ verdict: 'FAIL', value: { median: 385 } });
  });

  it('grows by the ratio of the largest rounds', () => {
    const growth: Target = { kind: 'peak-ratio', about: 'growth', of: 'a', to: 'b', limit: { atMost: 2 } };
    const cases = byName(
      aCase('a', { ms: [1, 1], peakRssMb: [150, 300] }),
      aCase('b', { ms: [1, 1], peakRssMb: [200, 100] }),
    );

    expect(verdictOn(growth, cases)).toMatchObject({ verdict: 'PASS', value: { median: 1.5 } });
  });
});

describe('time', () => {
  it('is judged per million rows where that is the goal', () => {
    const target: Target = {
      kind: 'time',
      about: 'KPIs',
      of: 'a',
      perMillionRows: true,
      limit: { atMost: 1_000 },
    };
    const cases = byName(aCase('a', { ms: [400], rows: 200_000 }));

    expect(verdictOn(target, cases)).toMatchObject({ verdict: 'FAIL', value: { median: 2_000 } });
  });

  it('is judged by scans where that is the goal', () => {
    const target: Target = { kind: 'per-scan', about: 'KPIs', of: 'a', limit: { atMost: 1.5 } };
    const found = { rows: 1, more: { scanMs: 50, groups: 4 } };

    expect(verdictOn(target, byName(aCase('a', { ms: [300], found })))).toMatchObject({
      verdict: 'PASS',
      value: { median: 1.5 },
    });
  });

  it('grows by the rows that its cases really have', () => {
    const target: Target = {
      kind: 'exponent',
      about: 'growth',
      small: 'a',
      large: 'b',
      limit: { atMost: 1.05 },
    };
    const cases = byName(
      aCase('a', { ms: [10], rows: 20_000 }),
      aCase('b', { ms: [1_000], rows: 2_000_000 }),
    );

    expect(verdictOn(target, cases)).toMatchObject({ verdict: 'PASS', value: { median: 1 } });
  });
});

describe('the goals', () => {
  it('name cases that there are', () => {
    const names = new Set(CASES.map(({ name }) => name));
    const named = TARGETS.flatMap((target) =>
      'small' in target
        ? [target.small, target.large]
        : 'to' in target
          ? [target.of, target.to]
          : [target.of],
    );

    expect(named.filter((name) => !names.has(name))).toEqual([]);
  });

  it('have words of their own', () => {
    expect(new Set(TARGETS.map(({ about }) => about)).size).toBe(TARGETS.length);
  });
});

describe('a fact that a case found', () => {
  const target: Target = {
    kind: 'fact',
    about: 'size',
    of: 'a',
    fact: 'packageMb',
    limit: { atMost: 60 },
    unit: 'MB',
  };

  it.each([
    [60, 'PASS'],
    [60.1, 'FAIL'],
  ])('of %d against 60 is a %s', (packageMb, verdict) => {
    const cases = byName(aCase('a', { ms: [1, 1, 1], found: { rows: 0, more: { packageMb } } }));

    expect(verdictOn(target, cases)).toMatchObject({ verdict, value: { median: packageMb } });
  });

  it('is skipped when it was not found', () => {
    expect(verdictOn(target, byName(aCase('a', { ms: [1] }))).verdict).toBe('skipped');
  });
});
