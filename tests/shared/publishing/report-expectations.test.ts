import { describe, expect, it } from '@jest/globals';
import { openExpectations } from '../../../shared/publishing/report-expectations.ts';
import { anExpectationResult } from '../../support/a-quality-entry.ts';

const ofFile = (id: string, severity: 'block' | 'warn', status: 'failed' | 'not-evaluated' | 'passed') =>
  anExpectationResult({
    id,
    about: id,
    severity,
    status,
    observed: 'x',
    firstRecords: [],
    reason: 'No file.',
  });

const linesOf = (...results: Parameters<typeof openExpectations>[0]): string[] =>
  openExpectations(results).map(({ label, sentence }) => `${label}: ${sentence}`);

describe('openExpectations', () => {
  it('are none when everything is met', () => {
    expect(linesOf(ofFile('a', 'block', 'passed'), ofFile('b', 'warn', 'passed'))).toEqual([]);
  });

  it('put what is not met first, and of each kind what could stop the file', () => {
    const lines = linesOf(
      ofFile('a', 'warn', 'not-evaluated'),
      ofFile('b', 'block', 'not-evaluated'),
      ofFile('c', 'warn', 'failed'),
      ofFile('d', 'block', 'failed'),
    );

    expect(lines).toEqual([
      'Not met: d. Found: x.',
      'Not met: c. Found: x.',
      'Not evaluated: b. No file.',
      'Not evaluated: a. No file.',
    ]);
  });

  it('count the expectations of single rows when they are many, so that those of the file are seen', () => {
    const rows = ['a', 'b', 'c'].map((id) => anExpectationResult({ id, about: id }));

    expect(linesOf(...rows, ofFile('d', 'warn', 'failed'))).toEqual([
      'Not met: d. Found: x.',
      'Not met: 3 expectations of single rows, which are listed by problem below.',
    ]);
  });

  it.each([
    [6, 'And: 1 more that is not met or not evaluated.'],
    [9, 'And: 4 more that are not met or not evaluated.'],
  ])('of %i name five and say how many more there are', (count, last) => {
    const results = Array.from({ length: count }, (_, index) => ofFile(`e${index}`, 'warn', 'failed'));

    const lines = linesOf(...results);

    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe(last);
  });
});
