import { describe, expect, it } from '@jest/globals';
import { matchHeader } from '../../../shared/contracts/match-header.ts';
import { headerProblems, wrongDelimiter } from '../../../shared/decode/header-problems.ts';
import { aColumn, aContract } from '../../support/a-contract.ts';

const CONTRACT = aContract({
  name: 'loans',
  version: 3,
  columns: [aColumn({ name: 'loan_id' }), aColumn({ name: 'outstanding_balance', aliases: ['saldo'] })],
});
const problemsOf = (header: readonly string[], contract = CONTRACT) =>
  headerProblems(contract, matchHeader(contract, header));

describe('a header', () => {
  it('has no problem when every column is there', () => {
    expect(problemsOf(['LOAN_ID', 'saldo'])).toEqual([]);
  });

  it('is not repeated when none of its names is known: it may be the first row of the data', () => {
    const [problem, ...others] = problemsOf(['DSB0007-001', 'Ana Beatriz Ejemplo']);

    expect(others).toEqual([]);
    expect(problem?.code).toBe('missing-column');
    expect(problem?.message).toContain('does not look like a header');
    expect(problem?.message).not.toContain('Ana');
  });

  it('is told which column is missing, what the file has instead, and what to do', () => {
    expect(problemsOf(['loan_id', 'outstanding_bal'])[0]).toEqual({
      code: 'missing-column',
      severity: 'error',
      column: 'outstanding_balance',
      message:
        'Contract loans@3: column outstanding_balance is missing (the file has "outstanding_bal"). Nothing was promoted. Rename "outstanding_bal" to outstanding_balance and drop the file again, or release a new version of the contract.',
    });
  });

  it('is told to add a column that nothing in the file resembles', () => {
    expect(problemsOf(['loan_id'])).toEqual([
      {
        code: 'missing-column',
        severity: 'error',
        column: 'outstanding_balance',
        message:
          'Contract loans@3: column outstanding_balance is missing. Nothing was promoted. Add the column and drop the file again, or release a new version of the contract.',
      },
    ]);
  });

  it('is told of a column that is there twice, also by its alias', () => {
    expect(problemsOf(['loan_id', 'saldo', 'Outstanding_Balance'])).toEqual([
      {
        code: 'duplicate-column',
        severity: 'error',
        column: 'Outstanding_Balance',
        message:
          'Contract loans@3: column "Outstanding_Balance" is there twice, so it is unclear which one counts. Nothing was promoted. Remove one of them and drop the file again.',
      },
    ]);
  });

  it('may have columns that the contract does not know: they are listed and ignored', () => {
    expect(problemsOf(['loan_id', 'saldo', 'colour', 'shape'])).toEqual([
      {
        code: 'unexpected-column',
        severity: 'notice',
        count: 2,
        message: 'Contract loans@3 does not know these columns: "colour", "shape". They were ignored.',
      },
    ]);
  });

  it('may not have them when the contract is frozen', () => {
    const [problem] = problemsOf(['loan_id', 'saldo', 'colour'], { ...CONTRACT, mode: 'freeze' });

    expect(problem).toMatchObject({ code: 'unexpected-column', severity: 'error' });
    expect(problem?.message).toContain(
      'Nothing was promoted. Remove them or release a new version of the contract.',
    );
  });

  it('lists twenty unknown columns at most, each cut short, and counts the rest', () => {
    const unknown = Array.from({ length: 25 }, (_, index) => `${index}${'x'.repeat(200)}`);

    const [problem] = problemsOf(['loan_id', 'saldo', ...unknown]);

    expect(problem?.count).toBe(25);
    expect(problem?.message).toContain(`"19${'x'.repeat(57)}…" and 5 more. They were ignored.`);
    expect(problem?.message).not.toContain('"20');
  });

  it('names a column once that comes often, cut short whatever surrounds it', () => {
    const padded = `saldo${' '.repeat(10_000)}`;

    const problems = problemsOf(['loan_id', 'saldo', ...Array.from({ length: 50 }, () => padded)]);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'duplicate-column', column: 'saldo' });
    expect(problems[0]?.message.length).toBeLessThan(300);
  });
});

describe('a delimiter', () => {
  it.each([
    ['loan_id;saldo', 'semicolons'],
    ['loan_id\tsaldo', 'tabs'],
    ['loan_id|saldo', 'vertical bars'],
  ])('that is not the comma is recognised: %j', (name, called) => {
    expect(wrongDelimiter([name])).toEqual({
      code: 'wrong-delimiter',
      severity: 'error',
      message: `The columns are separated by ${called}, not by commas. Nothing was read. Export the file with commas and drop it again.`,
    });
  });

  it.each([[[]], [['loan_id']], [['loan_id', 'a;b']], [['']]])('is not suspected in %j', (header) => {
    expect(wrongDelimiter(header)).toBeUndefined();
  });
});
