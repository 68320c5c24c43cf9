import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLandingPath } from '../../../shared/pipeline/landing-path.ts';

describe('a path in landing', () => {
  it.each([
    ['looker/loans/loans.csv', 'looker/loans', 'csv'],
    ['looker/loan_par_balances/2025/12/par.CSV', 'looker/loan_par_balances', 'csv'],
    ['cascade/loan_tape/tape.xlsx', 'cascade/loan_tape', 'xlsx'],
    ['loans.csv', undefined, 'csv'],
    ['inbox/loans.csv', undefined, 'csv'],
    ['looker/loans_2025.csv', undefined, 'csv'],
    ['Looker/Loans/loans.csv', undefined, 'csv'],
    ['looker/loans/export', 'looker/loans', 'bin'],
    ['looker/loans/export.', 'looker/loans', 'bin'],
    ['looker/loans/export.tar.gz', 'looker/loans', 'gz'],
    ['looker/loans/export.csv ', 'looker/loans', 'bin'],
    ['looker/loans/export.averylongone', 'looker/loans', 'bin'],
    ['looker/loans/.csv', 'looker/loans', 'csv'],
  ])('%j belongs to %s and ends in %s', (path, dataset, extension) => {
    expect(parseLandingPath(path)).toEqual({ kind: 'usable', dataset, extension });
  });

  it.each([
    ['blanks', 'looker/loans/loans of  May.csv'],
    ['letters of any script', 'looker/loans/préstamos 貸款 😀.csv'],
    ['dots within a name', 'looker/loans/..loans...csv'],
    ['a lone per cent sign', 'looker/loans/100%.csv'],
    ['a per cent sign before what is no escape', 'looker/loans/5% up %zz.csv'],
    ['harmless escapes', 'looker/loans/May%20loans.csv'],
    ['an escape of an escape, which decoded once is a plain name', 'looker/%252e%252e/loans.csv'],
    ['1,024 characters', `looker/loans/${'x'.repeat(1_007)}.csv`],
  ])('may have %s', (_, path) => {
    expect(parseLandingPath(path).kind).toBe('usable');
  });

  it.each([
    ['no characters', '', 'it must have 1 to 1024 characters'],
    ['1,025 characters', 'x'.repeat(1_025), 'it must have 1 to 1024 characters'],
    ['a backslash', 'looker\\..\\x.csv', 'it has a backslash'],
    ['a NUL', 'looker/loans/a\0.csv', 'it has a control character'],
    ['a line end', 'looker/loans/a\n.csv', 'it has a control character'],
    ['DEL', 'looker/loans/a\u007f.csv', 'it has a control character'],
    ['a C1 control', 'looker/loans/a\u0085.csv', 'it has a control character'],
    [
      'a right-to-left override',
      'a\u202evsc.exe',
      'it has a character that changes the direction of writing',
    ],
    ['a right-to-left mark', 'a\u200f.csv', 'it has a character that changes the direction of writing'],
    ['an isolate', 'a\u2066.csv', 'it has a character that changes the direction of writing'],
    ['an Arabic letter mark', 'a\u061c.csv', 'it has a character that changes the direction of writing'],
    ['an escaped backslash', 'looker/..%5cx.csv', 'it has an unsafe escape'],
    ['an escaped NUL', 'looker/loans/a%00.csv', 'it has an unsafe escape'],
    ['an escaped line end', 'looker/loans/a%0D%0A.csv', 'it has an unsafe escape'],
    ['an escaped right-to-left override', 'a%E2%80%AEvsc.exe', 'it has an unsafe escape'],
    ['escapes that are not UTF-8', 'looker/loans/a%ff.csv', 'it has an unsafe escape'],
    ['a parent', '../loans.csv', 'it has a `.` or `..` segment'],
    ['a parent within', 'looker/../../loans.csv', 'it has a `.` or `..` segment'],
    ['a parent at the end', 'looker/loans/..', 'it has a `.` or `..` segment'],
    ['a current folder', 'looker/./loans.csv', 'it has a `.` or `..` segment'],
    ['a parent with a blank, which some programs drop', 'looker/loans/.. ', 'it has a `.` or `..` segment'],
    ['an escaped parent', 'looker/%2e%2e/loans.csv', 'it has a `.` or `..` segment'],
    ['a parent that is half escaped', 'looker/.%2E/loans.csv', 'it has a `.` or `..` segment'],
    ['an escaped slash beside a parent', 'looker/x%2f..%2f..%2floans.csv', 'it has a `.` or `..` segment'],
    ['a leading slash', '/looker/loans.csv', 'it has an empty segment'],
    ['a trailing slash', 'looker/loans/', 'it has an empty segment'],
    ['a doubled slash', 'looker//loans.csv', 'it has an empty segment'],
    ['a folder of blanks', 'looker/ /loans.csv', 'it has an empty segment'],
  ])('may not have %s', (_, path, why) => {
    expect(parseLandingPath(path)).toEqual({ kind: 'unsafe', why });
  });

  it('never climbs, whatever it is made of', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2E',
      '%2f',
      '/',
      '\\',
      '%5c',
      '%',
      '25',
      'a',
      ' ',
      '\u202e',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const path = pieces.join('');
        if (parseLandingPath(path).kind === 'unsafe') return;

        const decoded = decodeURIComponent(path.replaceAll(/%(?![0-9a-fA-F]{2})/g, '%25'));
        const { pathname } = new URL(`https://lake/landing/${decoded.replaceAll('%', '%25')}`);
        expect(pathname.startsWith('/landing/')).toBe(true);
        expect(pathname.split('/').length - 2).toBe(decoded.split('/').length);
      }),
      { seed: 20_251_210, numRuns: 2_000 },
    );
  });
});
