import { describe, expect, it } from '@jest/globals';
import { caseRecord, caseTable, table, verdictTable } from '../../bench/report.ts';
import { verdictOn } from '../../bench/targets.ts';
import { aCase, byName } from './a-case.ts';

describe('a table', () => {
  it('has the first column to the left and numbers to the right', () => {
    const printed = table(
      ['case', 'ms'],
      [
        ['a', '5'],
        ['long name', '1,000'],
      ],
    );

    expect(printed).toBe('case          ms\n---------  -----\na              5\nlong name  1,000\n');
  });

  it('lets a line end early', () => {
    expect(table(['case', 'ms', 'MB'], [['a', 'skipped: not installed']])).toBe(
      'case  ms  MB\n----  --  --\na     skipped: not installed\n',
    );
  });
});

describe('a case', () => {
  const found = { rows: 1_000, badRows: 5, violations: 6, centsSum: '123' };

  it('is printed with median, least, rates and what it found', () => {
    const record = caseRecord(
      aCase('a', { ms: [100, 300, 200], peakRssMb: [90, 110, 100], rows: 1_000, found }),
    );

    expect(record).toMatchObject({
      case: 'a',
      reps: 3,
      rows: 1_000,
      msMedian: 200,
      msMin: 100,
      cpuMsMedian: 100,
      rowsPerSec: 5_000,
      mbPerSec: 0.4,
      peakRssMb: 110,
      badRows: 5,
      violations: 6,
      centsSum: '123',
    });
  });

  it('says when its time is that of a tenth of the file, multiplied', () => {
    const scaled = aCase('a', { ms: [100], rows: 1_000, found, isScaled: true });

    expect(caseRecord(scaled)).toMatchObject({ rows: 1_000, scaledFromRows: 100 });
    expect(caseTable([scaled])).toContain('a (from a tenth)');
  });

  it('that did not run says why', () => {
    const skipped = aCase('a', { ms: [], skipped: 'not installed' });

    expect(caseRecord(skipped)).toEqual({ case: 'a', skipped: 'not installed' });
    expect(caseTable([skipped])).toContain('a     skipped: not installed');
  });
});

describe('a goal', () => {
  const target = {
    kind: 'ratio',
    about: 'ours / theirs',
    of: 'ours',
    to: 'theirs',
    limit: { atMost: 1.5 },
  } as const;

  it('is printed with its limit, verdict and spread', () => {
    const cases = byName(aCase('ours', { ms: [100, 200] }), aCase('theirs', { ms: [100, 100] }));

    const [, , line] = verdictTable([verdictOn(target, cases)]).split('\n');

    expect(line?.split(/\s{2,}/)).toEqual(['ours / theirs', '1.50x', '<= 1.5x', 'PASS', '1.00x to 2.00x']);
  });

  it('that was not measured is printed with the reason', () => {
    const [, , line] = verdictTable([verdictOn(target, byName())]).split('\n');

    expect(line).toMatch(/ours \/ theirs\s+<= 1.5x\s+skipped\s+not run/);
  });

  it('of memory is printed in whole megabytes', () => {
    const memory = { kind: 'peak', about: 'memory', of: 'a', limit: { atMost: 384 }, unit: 'MB' } as const;
    const cases = byName(aCase('a', { ms: [1], peakRssMb: [123.4] }));

    expect(verdictTable([verdictOn(memory, cases)])).toContain('123 MB  <= 384 MB     PASS');
  });
});
