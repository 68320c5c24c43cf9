import { describe, expect, it } from '@jest/globals';
import { parseLocalDate } from '../../../shared/domain/local-date.ts';
import { chooseModel, reasonFor } from '../../../shared/kpis/model-choice.ts';
import { orderModels } from '../../../shared/kpis/model-graph.ts';
import { resolveModels, withWhatTheyRead } from '../../../shared/kpis/resolved-models.ts';

const MODELS = orderModels([
  { name: 'int_balances.1_par', sql: 'SELECT * FROM looker_loan_par_balances' },
  { name: 'int_balances.2_rebuilt', sql: 'SELECT * FROM looker_transactions, looker_schedules' },
  { name: 'int_segments.1_data', sql: 'SELECT * FROM looker_customer_data' },
  { name: 'int_segments.2_none', sql: 'SELECT 1 WHERE false' },
  {
    name: 'mart_par',
    sql: 'SELECT * FROM int_balances JOIN looker_loans JOIN int_segments, book_entries, report',
  },
  { name: 'mart_tape', sql: 'SELECT * FROM cascade_loan_tape' },
]);
const DAY = parseLocalDate('2025-12-10') ?? never();

describe('the models of a book', () => {
  it.each([
    [
      'the first variant',
      ['looker_loan_par_balances', 'looker_transactions', 'looker_schedules', 'looker_loans'],
      'int_balances.1_par',
      ['looker_loan_par_balances', 'looker_loans'],
    ],
    [
      'the next one without its inputs',
      ['looker_transactions', 'looker_schedules', 'looker_loans'],
      'int_balances.2_rebuilt',
      ['looker_loans', 'looker_schedules', 'looker_transactions'],
    ],
  ])('take %s', (_what, relations, variant, behind) => {
    const { ready } = resolveModels(MODELS, new Set(relations));

    expect(ready.get('int_balances')?.variant.file).toBe(variant);
    expect(ready.get('mart_par')?.relations).toEqual(behind);
  });

  it('take an optional input when it is there, and do without when it is not', () => {
    const variants = [['looker_customer_data'], []].map(
      (relations) => resolveModels(MODELS, new Set(relations)).ready.get('int_segments')?.variant.file,
    );

    expect(variants).toEqual(['int_segments.1_data', 'int_segments.2_none']);
  });

  it('say every way to what is missing, without the ways that ask for more than another', () => {
    const { lacks } = resolveModels(MODELS, new Set(['looker_schedules']));

    expect(lacks.get('mart_par')).toEqual([
      ['looker_loan_par_balances', 'looker_loans'],
      ['looker_loans', 'looker_transactions'],
    ]);
  });

  it('that a mart needs come each after what it reads', () => {
    const { ready } = resolveModels(
      MODELS,
      new Set(['looker_loan_par_balances', 'looker_loans', 'cascade_loan_tape']),
    );

    expect(withWhatTheyRead(['mart_par'], ready).map(({ name }) => name)).toEqual([
      'int_balances',
      'int_segments',
      'mart_par',
    ]);
  });
});

describe('the model of a KPI', () => {
  const kpi = { models: ['mart_par', 'mart_tape'] };

  it('is the first that can be had', () => {
    const resolved = resolveModels(MODELS, new Set(['cascade_loan_tape']));

    expect(chooseModel(kpi, resolved, DAY)).toEqual({
      kind: 'readable',
      model: 'mart_tape',
      inputs: ['cascade/loan_tape'],
    });
  });

  it('is missing with a sentence that names every way', () => {
    expect(chooseModel(kpi, resolveModels(MODELS, new Set(['looker_loans'])), DAY)).toEqual({
      kind: 'missing',
      model: 'mart_par',
      reason:
        'needs looker/loan_par_balances or looker/schedules with looker/transactions or cascade/loan_tape, none of which is in the book as of 2025-12-10',
    });
  });

  it.each([
    [[['looker_loans']], 'needs looker/loans, which is not in the book as of 2025-12-10'],
    [
      [['looker_loans', 'looker_customers']],
      'needs looker/customers and looker/loans, which are not in the book as of 2025-12-10',
    ],
  ])('lacks %j in words', (ways, words) => {
    expect(reasonFor(ways, DAY)).toBe(words);
  });
});

function never(): never {
  throw new Error('not a day');
}
