import { describe, expect, it } from '@jest/globals';
import { cellParser } from '../../../shared/contracts/cell-parser.ts';
import { type Contract, contractLabel, type RowRule } from '../../../shared/contracts/contract.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { PROBLEM_CODES } from '../../../shared/domain/problem.ts';
import { compare, rational } from '../../../shared/domain/rational.ts';

// What every contract must be in itself, before any file is held against it.

const byLabel = CONTRACTS.map((contract) => [contractLabel(contract), contract] as const);

/** Columns that a rule reads. */
function columnsOf(rule: RowRule): readonly string[] {
  switch (rule.kind) {
    case 'descending':
      return rule.columns;
    case 'adds-up':
      return [...rule.parts, rule.total];
    case 'present-when-positive':
      return [rule.column, rule.of];
    case 'zero-when':
      return [...rule.columns, rule.when];
    case 'includes':
      return [rule.column, rule.part];
    case 'at-most':
      return [rule.column, rule.limit];
  }
}

/** Columns whose amounts a rule compares or adds, so that they need one scale. */
function comparedBy(rule: RowRule): readonly string[] {
  return rule.kind === 'present-when-positive' || rule.kind === 'zero-when' ? [] : columnsOf(rule);
}

const columnOf = (contract: Contract, name: string) =>
  contract.columns.find((column) => column.name === name);

describe.each(byLabel)('contract %s', (_, contract) => {
  it('names its dataset, relation and columns so that SQL and paths can use them as they are', () => {
    for (const name of [contract.name, contract.relation, ...contract.columns.map((column) => column.name)]) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    }
    expect(contract.dataset).toMatch(/^[a-z_]+\/[a-z_]+$/);
    expect(contract.version).toBeGreaterThan(0);
  });

  it('has no name for two columns, neither as a name nor as an alias', () => {
    const names = contract.columns.flatMap(({ name, aliases = [] }) => [name, ...aliases]);

    const normalised = names.map((name) => name.trim().toLowerCase());
    expect(new Set(normalised).size).toBe(normalised.length);
  });

  it('has a key of columns that it knows', () => {
    expect(contract.key.length).toBeGreaterThan(0);
    for (const name of contract.key) expect(columnOf(contract, name)).toBeDefined();
    expect(contract.key.some((name) => columnOf(contract, name)?.nullable !== true)).toBe(true);
  });

  it('reads the as-of date from columns of the right type', () => {
    const { asOf } = contract;
    const dates = asOf.kind === 'newest' ? [asOf.column] : [asOf.date, ...(asOf.label ? [asOf.label] : [])];

    for (const name of dates) expect(columnOf(contract, name)?.type).toBe('date');
    if (asOf.kind === 'date-plus-days') expect(columnOf(contract, asOf.days)?.type).toBe('integer');
    const label = asOf.kind === 'newest' ? asOf.column : asOf.label;
    if (label !== undefined) expect(columnOf(contract, label)?.nullable).not.toBe(true);
  });

  it('has rules over columns that it knows, with codes that have a runbook', () => {
    for (const rule of contract.rules) {
      for (const name of columnsOf(rule)) expect(columnOf(contract, name)).toBeDefined();
      expect(PROBLEM_CODES).toContain(rule.code);
      if (rule.kind === 'zero-when') expect(columnOf(contract, rule.when)?.type).toBe('boolean');
    }
  });

  it('compares and adds only columns of one type and scale', () => {
    for (const rule of contract.rules) {
      const kinds = comparedBy(rule).map((name) => {
        const column = columnOf(contract, name);
        return `${column?.type} ${column?.scale}`;
      });

      expect(new Set(kinds).size).toBeLessThanOrEqual(1);
    }
  });

  it('shows amounts in the messages of its rules, so none of them may name a person', () => {
    for (const rule of contract.rules) {
      for (const name of columnsOf(rule)) expect(columnOf(contract, name)?.pii).toBe('none');
    }
  });

  it('classifies and describes every column', () => {
    for (const { description, classification, pii } of contract.columns) {
      expect(description).not.toBe('');
      expect(['public', 'internal', 'confidential', 'restricted']).toContain(classification);
      expect(['none', 'quasi', 'direct']).toContain(pii);
      if (pii !== 'none') expect(['confidential', 'restricted']).toContain(classification);
    }
  });

  it('lets a column be absent only where a cell may be empty', () => {
    for (const column of contract.columns) if (column.optional) expect(column.nullable).toBe(true);
  });

  it('says for each decimal how many digits it keeps and what becomes of more', () => {
    for (const { type, scale, excessScale } of contract.columns) {
      expect(scale !== undefined).toBe(type === 'decimal');
      expect(excessScale !== undefined).toBe(type === 'decimal');
    }
  });

  it('has limits that its own cells can meet', () => {
    for (const column of contract.columns) {
      const { min, max } = column;
      if (min !== undefined && max !== undefined) {
        if (column.type === 'date') expect(min < max).toBe(true);
        else expect(compare(rational(min), rational(max))).toBe(-1);
      }
      for (const limit of [min, max]) {
        if (limit !== undefined) expect(cellParser(column)(limit)).toMatchObject({ kind: 'value' });
      }
    }
  });

  it('says what becomes of a value outside a list', () => {
    for (const { allowedValues, onUnknownValue } of contract.columns) {
      expect(onUnknownValue !== undefined).toBe(allowedValues !== undefined);
    }
  });

  it('tolerates a share of bad rows between none and all', () => {
    const share = rational(contract.maxRejectedShare);

    expect(compare(share, rational(0))).toBeGreaterThanOrEqual(0);
    expect(compare(share, rational(1))).toBe(-1);
  });
});

describe('all contracts together', () => {
  it('have one relation, and one name and version, each', () => {
    expect(new Set(CONTRACTS.map(({ relation }) => relation)).size).toBe(CONTRACTS.length);
    expect(new Set(CONTRACTS.map(contractLabel)).size).toBe(CONTRACTS.length);
  });

  it('are cited by name and version', () => {
    expect(contractLabel({ name: 'loans', version: 3 })).toBe('loans@3');
  });
});
