import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES } from '../../../shared/domain/problem.ts';
import { type DecodeCounts, evaluateRows } from '../../../shared/expectations/evaluate-rows.ts';
import type { ExpectationResult } from '../../../shared/expectations/expectation-result.ts';
import { ExpectationResult as Schema } from '../../../shared/expectations/expectation-result.ts';
import { verdictOf } from '../../../shared/expectations/quality-score.ts';
import { suiteOf } from '../../../shared/expectations/suite.ts';
import { suiteResults } from '../../../shared/expectations/suite-results.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';

const contract = aContract({
  columns: [
    aColumn({ name: 'id' }),
    aMoneyColumn({ name: 'amount', min: '0', belowMin: 'negative-balance' }),
    aMoneyColumn({ name: 'limit', optional: true, nullable: true }),
    aColumn({ name: 'status', allowedValues: ['Current'], onUnknownValue: 'warn' }),
  ],
  rules: [
    {
      kind: 'at-most',
      code: 'balance-above-principal',
      severity: 'error',
      column: 'amount',
      limit: 'limit',
      within: '0.02',
    },
  ],
});

/** A thousand rows without a fault. */
function counts(overrides: Partial<DecodeCounts> = {}): DecodeCounts {
  return {
    isJudged: true,
    rows: { read: 1_000, rejected: 0 },
    duplicates: { identical: 0, conflicting: 0 },
    columns: { recognised: 4, missing: [], missingOptional: [], duplicated: [], unexpected: [] },
    problems: [],
    ...overrides,
  };
}

function evaluated(overrides: Partial<DecodeCounts> = {}, of = contract): ExpectationResult[] {
  return evaluateRows(suiteOf(of), counts(overrides));
}

function one(id: string, results: readonly ExpectationResult[]): ExpectationResult {
  const found = results.find((result) => result.id === id);
  if (found === undefined) throw new Error(`no result ${id}`);
  return found;
}

const statuses = (results: readonly ExpectationResult[], status: ExpectationResult['status']) =>
  results.filter((result) => result.status === status).map(({ id }) => id);

describe('a file without a fault', () => {
  it('meets every item, and each result fits the schema', () => {
    const results = evaluated();

    expect(statuses(results, 'passed')).toHaveLength(suiteOf(contract).length);
    expect(results.map((result) => Schema.parse(result))).toEqual(results);
    expect(one('row-count', results).observed).toBe('1,000 rows');
  });
});

describe('bad rows', () => {
  const bad: Partial<DecodeCounts> = {
    rows: { read: 1_000, rejected: 5 },
    problems: [
      { code: 'negative-balance', severity: 'error', column: 'amount', count: 3, firstRecords: [9, 4, 17] },
      { code: 'text-in-number', severity: 'error', column: 'amount', count: 2, firstRecords: [30, 31] },
    ],
  };

  it('within the tolerance are said as warnings and stop nothing', () => {
    const results = evaluated(bad);

    expect(one('range:amount', results)).toEqual({
      id: 'range:amount',
      about: 'amount is at least 0',
      severity: 'warn',
      status: 'failed',
      observed: '3 of 1,000 rows (0.30 %); set aside in quarantine',
      threshold: 'no row',
      failing: 3,
      firstRecords: [4, 9, 17],
      code: 'negative-balance',
    });
    expect(one('type:amount', results)).toMatchObject({ failing: 2, code: 'text-in-number' });
    expect(one('tolerance', results)).toMatchObject({
      status: 'passed',
      observed: '5 of 1,000 rows (0.50 %)',
      threshold: 'at most 1 %',
    });
    expect(verdictOf(results).kind).toBe('promote');
  });

  it('above the tolerance stop the file by the one item that counts them all', () => {
    const results = evaluated({ ...bad, rows: { read: 1_000, rejected: 11 } });

    expect(one('range:amount', results)).toMatchObject({
      severity: 'warn',
      observed: '3 of 1,000 rows (0.30 %); too many rows are bad: see tolerance',
    });
    expect(verdictOf(results)).toMatchObject({ kind: 'block', reasons: [{ id: 'tolerance', failing: 11 }] });
  });

  it('are tolerated exactly up to the limit', () => {
    expect(one('tolerance', evaluated({ rows: { read: 1_000, rejected: 10 } })).status).toBe('passed');
    expect(one('tolerance', evaluated({ rows: { read: 1_000, rejected: 11 } })).status).toBe('failed');
  });

  it('break the rule that they break, and no other', () => {
    const results = evaluated({
      rows: { read: 1_000, rejected: 1 },
      problems: [
        { code: 'balance-above-principal', severity: 'error', column: 'amount', count: 1, firstRecords: [7] },
      ],
    });

    expect(statuses(results, 'failed')).toEqual(['rule:balance-above-principal']);
  });

  it('that are merely odd are kept, and said', () => {
    const results = evaluated({
      problems: [
        { code: 'unknown-value', severity: 'warning', column: 'status', count: 40, firstRecords: [1] },
        { code: 'excess-scale', severity: 'notice', column: 'amount', count: 900 },
        { code: 'excess-scale', severity: 'warning', column: 'amount', count: 3 },
      ],
    });

    expect(statuses(results, 'failed')).toEqual(['values:status']);
    expect(one('values:status', results).observed).toBe('40 of 1,000 rows (4.00 %); kept as they are');
  });

  it('that no other item knows are found under the shape of rows', () => {
    const results = evaluated({
      rows: { read: 1_000, rejected: 2 },
      problems: [
        { code: 'ragged-row', severity: 'error', count: 1, firstRecords: [8] },
        { code: 'out-of-range', severity: 'error', column: 'status', count: 1, firstRecords: [3] },
        { code: 'malformed-row', severity: 'error', column: 'nobody', count: 1, firstRecords: [5] },
      ],
    });

    expect(one('row-shape', results)).toMatchObject({ failing: 2, firstRecords: [5, 8] });
    expect(one('type:status', results)).toMatchObject({ failing: 1, code: 'out-of-range' });
  });
});

describe('problem codes of rows', () => {
  const codes = PROBLEM_CODES.slice(
    PROBLEM_CODES.indexOf('ragged-row'),
    PROBLEM_CODES.indexOf('breaker-open'),
  );

  it('are all known as such, so that no bad row is taken for a bad file', () => {
    const results = evaluated({ problems: codes.map((code) => ({ code, severity: 'error', count: 1 })) });

    expect(codes.length).toBeGreaterThan(10);
    expect(one('readable', results).observed).toBe('no error');
  });
});

describe('repeated rows', () => {
  it('that are identical are dropped and break nothing', () => {
    expect(one('unique:id', evaluated({ duplicates: { identical: 3, conflicting: 0 } }))).toMatchObject({
      status: 'passed',
      observed: '3 identical repetitions were dropped',
    });
  });

  it('that differ where the first of their key counts are told apart from identical ones', () => {
    const observed = (duplicates: DecodeCounts['duplicates']) =>
      one('unique:id', evaluated({ duplicates })).observed;

    expect(observed({ identical: 0, conflicting: 0, dropped: 1 })).toBe(
      '1 row was dropped because the first of their key counts',
    );
    expect(observed({ identical: 2, conflicting: 0, dropped: 1_500 })).toBe(
      '2 identical repetitions were dropped; 1,498 rows were dropped because the first of their key counts',
    );
    expect(observed({ identical: 0, conflicting: 0, dropped: 0 })).toBe('no row is there twice');
  });

  it('that contradict each other are set aside', () => {
    const results = evaluated({
      rows: { read: 1_000, rejected: 2 },
      duplicates: { identical: 1, conflicting: 2 },
      problems: [{ code: 'conflicting-duplicate', severity: 'error', count: 2, firstRecords: [12, 6] }],
    });

    expect(one('unique:id', results)).toMatchObject({
      status: 'failed',
      failing: 2,
      firstRecords: [6, 12],
      code: 'conflicting-duplicate',
      observed: '2 rows contradict each other; set aside in quarantine; 1 identical repetition was dropped',
    });
    expect(statuses(results, 'failed')).toEqual(['unique:id']);
  });
});

describe('columns', () => {
  const columns = (overrides: Partial<DecodeCounts['columns']>) => ({ ...counts().columns, ...overrides });

  it('that are missing or there twice stop the file, and nothing is said of its rows', () => {
    const results = evaluated({
      isJudged: false,
      rows: { read: 0, rejected: 0 },
      columns: columns({ recognised: 3, missing: ['amount'], duplicated: ['ID'] }),
      problems: [{ code: 'missing-column', severity: 'error', column: 'amount' }],
    });

    expect(verdictOf(results)).toMatchObject({
      kind: 'block',
      reasons: [{ id: 'columns', observed: 'missing: amount; there twice: ID', failing: 2 }],
    });
    expect(one('not-null:id', results)).toMatchObject({
      status: 'not-evaluated',
      reason: 'The rows were not judged, because the file could not be read or lacks columns.',
    });
    expect(one('readable', results).status).toBe('passed');
  });

  it('that are unknown are ignored or refused, as the contract says', () => {
    const unknown = { columns: columns({ unexpected: ['note', 'x'.repeat(90)] }) };

    const evolving = one('columns', evaluated(unknown));
    const frozen = one('columns', evaluated(unknown, { ...contract, mode: 'freeze' }));

    expect(evolving).toMatchObject({ status: 'passed', failing: 0 });
    expect(evolving.observed).toBe(`unknown and ignored: note, ${'x'.repeat(59)}…`);
    expect(frozen).toMatchObject({ status: 'failed', failing: 2, code: 'unexpected-column' });
  });

  it('are named up to twenty, and the rest counted', () => {
    const unexpected = Array.from({ length: 1_023 }, (_, index) => `c${index}`);

    const { observed } = one('columns', evaluated({ columns: columns({ unexpected }) }));

    expect(observed).toMatch(/ c19 and 1,003 more$/);
  });

  it('are not repeated where the first row may be data', () => {
    const results = evaluated({
      isJudged: false,
      columns: columns({ recognised: 0, missing: ['id', 'amount'], unexpected: ['Jane Doe'] }),
    });

    expect(one('columns', results)).toMatchObject({ status: 'failed', failing: 2 });
    expect(JSON.stringify(results)).not.toContain('Jane');
  });

  it('that are optional and absent leave their items unjudged', () => {
    const results = evaluated({ columns: columns({ recognised: 3, missingOptional: ['limit'] }) });

    expect(statuses(results, 'not-evaluated')).toEqual(['type:limit', 'rule:balance-above-principal']);
    expect(one('type:limit', results).reason).toBe('The file has no column limit, which is optional.');
    expect(one('columns', results)).toMatchObject({
      status: 'passed',
      observed: 'optional and absent: limit',
    });
  });
});

describe('the file as a whole', () => {
  it('is stopped by an error that no other item knows', () => {
    const results = evaluated({
      isJudged: false,
      columns: { ...counts().columns, recognised: 0 },
      problems: [{ code: 'unclosed-quote', severity: 'error' }],
    });

    expect(verdictOf(results)).toMatchObject({
      kind: 'block',
      reasons: [{ id: 'readable', observed: 'unclosed-quote', code: 'unclosed-quote' }],
    });
    expect(one('columns', results)).toMatchObject({ status: 'not-evaluated', reason: 'No header was read.' });
  });

  it('needs rows, unless its contract says otherwise', () => {
    const empty: Partial<DecodeCounts> = { rows: { read: 0, rejected: 0 } };
    const headerOnly: Partial<DecodeCounts> = {
      ...empty,
      isJudged: false,
      problems: [{ code: 'header-only', severity: 'error' }],
    };

    expect(one('row-count', evaluated(empty)).status).toBe('failed');
    expect(one('row-count', evaluated(headerOnly))).toMatchObject({ status: 'failed', code: 'header-only' });
    expect(verdictOf(evaluated(empty, { ...contract, mayBeEmpty: true })).kind).toBe('promote');
  });

  it('needs a day that it stands for, with or without a doubt', () => {
    const doubtful = evaluated({ problems: [{ code: 'as-of-conflict', severity: 'warning' }] });
    const absurd = evaluated({ problems: [{ code: 'future-as-of', severity: 'error' }] });

    expect(one('as-of', doubtful).status).toBe('passed');
    expect(one('as-of', absurd)).toMatchObject({ status: 'failed', severity: 'block', code: 'future-as-of' });
    expect(one('readable', absurd).status).toBe('passed');
  });
});

describe('suite results', () => {
  it('has every item in order, and says why the rest is not there', () => {
    const suite = suiteOf({
      ...contract,
      expectations: [{ id: 'new', severity: 'warn', about: 'Is new', kind: 'fresh', maxDays: 3 }],
    });

    const all = suiteResults(suite, evaluated().toReversed(), 'The file was rejected before.');

    expect(all.map(({ id }) => id)).toEqual(suite.map(({ id }) => id));
    expect(all.at(-1)).toMatchObject({ status: 'not-evaluated', reason: 'The file was rejected before.' });
  });
});
