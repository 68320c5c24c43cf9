import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES, Problem, runbookOf } from '../../../shared/domain/problem.ts';

describe('a problem', () => {
  it('has a code that names its runbook', () => {
    expect(runbookOf('missing-column')).toBe('docs/runbooks/missing-column.md');
  });

  it('has one code for each kind, in words that fit a file name', () => {
    expect(new Set(PROBLEM_CODES).size).toBe(PROBLEM_CODES.length);
    for (const code of PROBLEM_CODES) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('counts records from one', () => {
    const problem = { code: 'ragged-row', severity: 'error', message: 'row 1 has 3 cells' };

    expect(Problem.safeParse({ ...problem, record: 1 }).success).toBe(true);
    expect(Problem.safeParse({ ...problem, record: 0 }).success).toBe(false);
    expect(Problem.safeParse({ ...problem, code: 'odd' }).success).toBe(false);
  });
});
