import { describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { contractLabel } from '../../../shared/contracts/contract.ts';
import { loansV1 } from '../../../shared/contracts/loans.v1.ts';
import * as registry from '../../../shared/contracts/registry.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { suiteOf } from '../../../shared/expectations/suite.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';

const LOANS = DatasetId.parse('looker/loans');

const idsOf = (contract: Contract) => suiteOf(contract).map(({ id }) => id);
const itemOf = (contract: Contract, id: string) => suiteOf(contract).find((item) => item.id === id);

const contractsIn = (value: unknown): Contract[] =>
  Array.isArray(value)
    ? value.filter((item) => typeof item === 'object' && item !== null && 'columns' in item)
    : [];
const IN_FORCE = Object.values(registry).flatMap(contractsIn);

describe('the suite of a contract', () => {
  it('says what becomes of a file with too many bad rows', () => {
    expect(itemOf(loansV1, 'tolerance')?.about).toMatch(/above it the file is rejected$/);
  });

  it('asks of every part of a small contract', () => {
    const contract = aContract({
      columns: [
        aColumn({ name: 'id' }),
        aMoneyColumn({ name: 'amount', min: '0', belowMin: 'negative-balance', nullable: true }),
        aColumn({ name: 'currency', allowedValues: ['USD'], onUnknownValue: 'warn' }),
      ],
      references: [
        {
          column: 'id',
          to: { dataset: LOANS, relation: 'looker_loans', column: 'loan_id' },
          orphans: 'quarantine',
          maxShare: '0.005',
        },
      ],
      expectations: [
        {
          id: 'rows-like-before',
          severity: 'warn',
          about: 'As many rows as usual',
          kind: 'volume',
          minPercent: 80,
          maxPercent: 120,
        },
      ],
    });

    expect(idsOf(contract)).toEqual([
      'readable',
      'columns',
      'row-count',
      'as-of',
      'row-shape',
      'not-null:id',
      'type:id',
      'type:amount',
      'range:amount',
      'not-null:currency',
      'type:currency',
      'values:currency',
      'unique:id',
      'tolerance',
      'references:id->looker_loans',
      'orphan-share:id->looker_loans',
      'rows-like-before',
    ]);
    expect(itemOf(contract, 'range:amount')).toMatchObject({
      about: 'amount is at least 0',
      severity: 'warn',
      codes: ['out-of-range', 'negative-balance'],
    });
    expect(itemOf(contract, 'tolerance')).toMatchObject({ severity: 'block', threshold: 'at most 1 %' });
    expect(itemOf(contract, 'orphan-share:id->looker_loans')).toMatchObject({ threshold: 'at most 0.5 %' });
  });

  it('does not ask for rows where a file may be empty, nor for a day of reference data', () => {
    const ids = idsOf(aContract({ mayBeEmpty: true, asOf: { kind: 'always' } }));

    expect(ids).not.toContain('row-count');
    expect(ids).not.toContain('as-of');
  });

  it('says what a column may be, in the words of its type', () => {
    const about = (overrides: Parameters<typeof aColumn>[0], check = 'type') =>
      itemOf(aContract({ columns: [aColumn({ name: 'x', ...overrides })], key: ['x'] }), `${check}:x`)?.about;

    expect(about({ type: 'text' })).toBe('x is text of at most 1,000 characters');
    expect(about({ type: 'date' })).toBe('x is a day of the calendar');
    expect(about({ type: 'integer' })).toBe('x is a whole number');
    expect(about({ type: 'boolean' })).toBe('x is true or false');
    expect(about({ type: 'decimal', scale: 2 })).toBe('x is a number with at most 2 digits after the point');
    expect(about({ type: 'decimal', scale: 6, excessScale: 'round' })).toBe(
      'x is a number, rounded to 6 digits after the point',
    );
    expect(about({ type: 'integer', min: '0', max: '12', unit: 'days' }, 'range')).toBe(
      'x is between 0 and 12 (days)',
    );
    expect(about({ type: 'date', max: '2100-01-01' }, 'range')).toBe('x is at most 2100-01-01');
  });

  it('tells every kind of rule in words', () => {
    const [severity, code] = ['error', 'does-not-add-up'] as const;
    const contract = aContract({
      rules: [
        { kind: 'descending', code: 'par-nesting', severity, columns: ['a', 'b'] },
        { kind: 'adds-up', code, severity, parts: ['a', 'b'], total: 'c', within: '1.00' },
        { kind: 'adds-up', code, severity, parts: ['d', 'e'], total: 'f', within: '0.02' },
        { kind: 'present-when-positive', code: 'dpd-date-mismatch', severity, column: 'day', of: 'dpd' },
        { kind: 'zero-when', code: 'writeoff-with-balance', severity, columns: ['a', 'b'], when: 'off' },
        { kind: 'includes', code: 'tape-90-plus', severity, column: 'a', part: 'b' },
        {
          kind: 'at-most',
          code: 'balance-above-principal',
          severity,
          column: 'a',
          limit: 'b',
          within: '0.02',
        },
      ],
    });

    const rules = suiteOf(contract).filter(({ kind }) => kind === 'rule');

    expect(rules.map(({ id, about }) => [id, about])).toEqual([
      ['rule:par-nesting', 'None of these is more than the one before it: a, b'],
      ['rule:does-not-add-up:c', 'a, b add up to c, give or take 1.00'],
      ['rule:does-not-add-up:f', 'd, e add up to f, give or take 0.02'],
      ['rule:dpd-date-mismatch', 'day has a value exactly when dpd is above zero'],
      ['rule:writeoff-with-balance', 'Zero where off is true: a, b'],
      ['rule:tape-90-plus', 'a is at least as much as b, which is part of it'],
      ['rule:balance-above-principal', 'a is at most b, give or take 0.02'],
    ]);
  });

  it('keeps the words of declared expectations and states their limits', () => {
    const about = 'As the owner wrote it';
    const contract = aContract({
      expectations: [
        { id: 'share', severity: 'warn', about, kind: 'share', where: 'x > 3', maxShare: '0.2' },
        {
          id: 'sum',
          severity: 'block',
          about,
          kind: 'reconciles',
          here: 'sum(amount)',
          with: { dataset: LOANS, relation: 'looker_loans', sum: 'sum(outstanding_balance)' },
          sameDay: true,
          within: '50.00',
        },
        { id: 'volume', severity: 'warn', about, kind: 'volume', minPercent: 80, maxPercent: 120 },
        {
          id: 'collapse',
          severity: 'block',
          about,
          kind: 'volume',
          minPercent: 50,
          maxPercent: Number.POSITIVE_INFINITY,
        },
        { id: 'fresh', severity: 'warn', about, kind: 'fresh', maxDays: 1 },
      ],
    });

    const declared = suiteOf(contract).slice(-5);

    expect(declared.map(({ id, severity, threshold }) => [id, severity, threshold])).toEqual([
      ['share', 'warn', 'at most 20 %'],
      ['sum', 'block', 'equal within 50.00'],
      ['volume', 'warn', '80 % to 120 % of the median'],
      ['collapse', 'block', 'at least 50 % of the median'],
      ['fresh', 'warn', 'at most 1 day'],
    ]);
    expect(declared.every((item) => item.about === about)).toBe(true);
  });

  it('knows the contracts in force', () => {
    expect(idsOf(loansV1)).toEqual(
      expect.arrayContaining(['not-null:dpd', 'range:interest_rate', 'values:currency', 'unique:loan_id']),
    );
  });

  it.each(IN_FORCE.map((contract) => [contractLabel(contract), contract] as const))(
    'has each id once, and a sentence for each item: %s',
    (_label, contract) => {
      const suite = suiteOf(contract);

      expect(new Set(suite.map(({ id }) => id)).size).toBe(suite.length);
      expect(suite.every(({ about }) => /^\S.*[^.]$/.test(about))).toBe(true);
    },
  );
});
