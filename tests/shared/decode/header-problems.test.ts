import { describe, expect, it } from '@jest/globals';
import { matchHeader } from '../../../shared/contracts/match-header.ts';
import { headerOnly, headerProblems } from '../../../shared/decode/header-problems.ts';
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

  it('may have columns without a name, even where the contract knows all columns', () => {
    const header = ['', 'loan_id', 'saldo', ' '];

    expect(problemsOf(header, { ...CONTRACT, mode: 'freeze' })).toEqual([
      {
        code: 'unexpected-column',
        severity: 'notice',
        count: 2,
        message: 'Contract loans@3: column 1, column 4 of the header have no name. They were ignored.',
      },
    ]);
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

  it('is told which columns are enough, when one of several is needed and none is there', () => {
    const contract = aContract({
      name: 'statements',
      columns: [
        aColumn({ name: 'month' }),
        aColumn({ name: 'revenue', optional: true }),
        aColumn({ name: 'cost', optional: true }),
      ],
      needsOneOf: ['revenue', 'cost'],
    });

    expect(problemsOf(['month', 'cost'], contract)).toEqual([]);
    expect(problemsOf(['month'], contract)).toEqual([
      {
        code: 'missing-column',
        severity: 'error',
        column: 'revenue',
        message:
          'Contract statements@1: at least one of the columns revenue, cost has to be there, and none is. Nothing was promoted. Add one of them and drop the file again, or release a new version of the contract.',
      },
    ]);
  });

  it('is told of all names that stand for one column', () => {
    expect(problemsOf(['loan_id', 'saldo', 'Outstanding_Balance', 'SALDO'])).toEqual([
      {
        code: 'duplicate-column',
        severity: 'error',
        column: 'outstanding_balance',
        message:
          'Contract loans@3: the names "saldo", "Outstanding_Balance", "SALDO" of the header all stand for column outstanding_balance, so it is unclear which one counts. Nothing was promoted. Keep one of them and drop the file again.',
      },
    ]);
  });

  it('is told of each column that has several names', () => {
    const problems = problemsOf(['loan_id', 'saldo', 'Loan ID', 'outstanding_balance']);

    expect(problems.map(({ column }) => column)).toEqual(['loan_id', 'outstanding_balance']);
  });

  it('is told how often a name is there that comes again as it is', () => {
    const [problem] = problemsOf(['loan_id', 'saldo', 'saldo']);

    expect(problem?.message).toContain(
      'the name "saldo" is in the header 2 times and stands for column outstanding_balance, so it is unclear',
    );
  });

  it('does not list dozens of spellings of one column', () => {
    const spellings = Array.from({ length: 40 }, (_, index) => `loan${'-'.repeat(index + 1)}id`);

    const problems = problemsOf([...spellings, 'saldo']);

    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(' and 20 more of the header all stand for column loan_id');
    expect(problems[0]?.message.length).toBeLessThan(1_500);
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

  it('shows a name once that comes often, cut short whatever surrounds it', () => {
    const padded = `saldo${' '.repeat(10_000)}`;

    const problems = problemsOf(['loan_id', 'saldo', ...Array.from({ length: 50 }, () => padded)]);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'duplicate-column', column: 'outstanding_balance' });
    expect(problems[0]?.message).toContain('the name "saldo" is in the header 51 times');
    expect(problems[0]?.message.length).toBeLessThan(300);
  });

  it('without a row after it says which contract it was read by', () => {
    expect(headerOnly(CONTRACT)).toEqual({
      code: 'header-only',
      severity: 'error',
      message:
        'The file has the header of loans@3 and no row. Nothing was promoted. Check the filter of the export and drop the file again.',
    });
  });
});
