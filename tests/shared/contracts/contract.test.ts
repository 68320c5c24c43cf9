import { describe, expect, it } from '@jest/globals';
import { cellParser } from '../../../shared/contracts/cell-parser.ts';
import { type Contract, contractLabel, type RowRule } from '../../../shared/contracts/contract.ts';
import { EXAMPLE_ROWS } from '../../../shared/contracts/example-rows.ts';
import { foldName } from '../../../shared/contracts/match-header.ts';
import { CONTRACTS, newestVersionOf } from '../../../shared/contracts/registry.ts';
import { rowJudge } from '../../../shared/contracts/row-schema.ts';
import { PROBLEM_CODES } from '../../../shared/domain/problem.ts';
import { compare, rational } from '../../../shared/domain/rational.ts';
import { datasetOfRelation, STAGED_RELATIONS } from '../../../shared/kpis/relations.ts';

// What every contract must be in itself, before any file is held against it.

const IN_FORCE = CONTRACTS.filter((contract) => contract === newestVersionOf(contract.name));
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

/** Columns of a key that a file may lack, and what then tells its rows apart. */
const MAY_LACK: Readonly<Record<string, readonly string[]>> = {
  // An aggregate has no loan: the measurement date.
  loan_tape: ['loan_id'],
  // A file without a date is one statement, and its day comes with the drop.
  financial_statements: ['reporting_date'],
  financial_statements_long: ['reporting_date'],
  // Figures of a whole campaign have no ad.
  meta_insights: ['adset_id', 'ad_id'],
};

/** Figures that Cascade computes, kept with the digits that it gives them. */
const TAPE_SURPLUS = ['surplus_usd'];

function asOfDates({ asOf }: Contract): readonly string[] {
  switch (asOf.kind) {
    case 'newest':
      return [asOf.column];
    case 'newest-event':
      return asOf.until === undefined ? [asOf.column] : [asOf.column, asOf.until];
    case 'date-plus-days':
      return asOf.label === undefined ? [asOf.date] : [asOf.date, asOf.label];
    case 'given':
    case 'always':
      return [];
  }
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

    const folded = names.map(foldName);
    expect(folded).not.toContain('');
    expect(new Set(folded).size).toBe(folded.length);
  });

  it('has a key of columns that every file has and every row fills, or says why not', () => {
    for (const name of contract.key) {
      expect(columnOf(contract, name)).toBeDefined();
      const mayLack = MAY_LACK[contract.name]?.includes(name) === true;
      expect([name, columnOf(contract, name)?.nullable === true]).toEqual([name, mayLack]);
    }
    expect(new Set(contract.key).size).toBe(contract.key.length);
    if (contract.repeatedKeys === 'keep-first') expect(contract.key.length).toBeGreaterThan(0);
  });

  it('reads the as-of date from columns of the right type', () => {
    const { asOf } = contract;

    for (const name of asOfDates(contract)) expect(columnOf(contract, name)?.type).toBe('date');
    if (asOf.kind === 'date-plus-days') expect(columnOf(contract, asOf.days)?.type).toBe('integer');
    const label = asOf.kind === 'newest' ? asOf.column : 'label' in asOf ? asOf.label : undefined;
    if (label !== undefined) expect(columnOf(contract, label)?.nullable).not.toBe(true);
  });

  it('masks exactly what names or describes a person, which is always text', () => {
    for (const { pii, mask, type, allowedValues } of contract.columns) {
      expect(mask !== undefined).toBe(pii === 'direct');
      if (mask === undefined) continue;
      expect(type).toBe('text');
      expect(allowedValues).toBeUndefined();
    }
  });

  it('gives each column only what its type knows', () => {
    for (const column of contract.columns) {
      const { type, min, max, unit, allowedValues, decimalMark, maxCharacters } = column;
      const isNumber = type === 'integer' || type === 'decimal';

      if (min !== undefined || max !== undefined) expect(isNumber || type === 'date').toBe(true);
      if (unit !== undefined || decimalMark !== undefined) expect(isNumber).toBe(true);
      if (allowedValues !== undefined || maxCharacters !== undefined) expect(type).toBe('text');
      if (type === 'date') expect([min, max]).toEqual(['2000-01-01', '2100-12-31']);
      if (type === 'decimal') expect(unit).toBeDefined();
    }
  });

  it('keeps money to the cent', () => {
    const prices = ['cpc', 'cpp'];
    for (const { name, unit, scale } of contract.columns) {
      if (unit !== 'USD' || prices.includes(name) || TAPE_SURPLUS.includes(name)) continue;
      expect([name, scale]).toEqual([name, 2]);
    }
  });

  it('needs one of several columns only where each alone is optional', () => {
    for (const name of contract.needsOneOf ?? []) expect(columnOf(contract, name)?.optional).toBe(true);
  });

  it('refers to columns of contracts that are there', () => {
    for (const { column, to, prefix, maxShare } of contract.references ?? []) {
      const target = CONTRACTS.find(({ relation }) => relation === to.relation);

      expect(columnOf(contract, column)?.type).toBe('text');
      expect(columnOf(contract, column)?.nullable).not.toBe(true);
      expect(target?.dataset).toBe(to.dataset);
      expect(target?.key).toEqual([to.column]);
      expect(datasetOfRelation(to.relation)).toBe(to.dataset);
      expect(compare(rational(maxShare), rational(1))).not.toBe(1);
      if (prefix !== undefined) expect(columnOf(contract, prefix.from)?.type).toBe('text');
    }
  });

  it('has expectations that each have their own name and can be met', () => {
    const expectations = contract.expectations ?? [];

    expect(new Set(expectations.map(({ id }) => id)).size).toBe(expectations.length);
    for (const expectation of expectations) {
      expect(expectation.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(expectation.about).toMatch(/^[A-Z].*[^.]$/);
      if (expectation.kind === 'volume') {
        expect(expectation.minPercent).toBeLessThan(100);
        expect(expectation.maxPercent).toBeGreaterThan(100);
      }
      if (expectation.kind === 'fresh') expect(expectation.maxDays).toBeGreaterThan(0);
      if (expectation.kind === 'fresh') expect(contract.asOf.kind).not.toBe('always');
      // Two files may be compared with each other: if a difference kept one out, the other had nothing to differ from, and
      // the two would be checked again for ever.
      if (['reconciles', 'rebuilds'].includes(expectation.kind)) expect(expectation.severity).toBe('warn');
      if (expectation.kind !== 'reconciles') continue;
      const other = CONTRACTS.find(({ relation }) => relation === expectation.with.relation);
      expect(other?.dataset).toBe(expectation.with.dataset);
    }
  });

  it('accepts the row that its page shows, without a remark', () => {
    const example = EXAMPLE_ROWS.get(contract.name);

    for (const name of Object.keys(example ?? {})) expect(columnOf(contract, name)).toBeDefined();
    expect(rowJudge(contract)(example ?? {})).toMatchObject({ kind: 'accepted', remarks: [] });
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
  it('have one relation each, which is that of their older versions, and one name and version', () => {
    expect(new Set(IN_FORCE.map(({ relation }) => relation)).size).toBe(IN_FORCE.length);
    expect(new Set(CONTRACTS.map(contractLabel)).size).toBe(CONTRACTS.length);
    for (const { name, relation } of CONTRACTS) expect(newestVersionOf(name)?.relation).toBe(relation);
  });

  it('are what models may read, each relation under its own dataset', () => {
    const relations = IN_FORCE.map(({ relation }) => relation);

    expect(STAGED_RELATIONS).toEqual(relations.toSorted());
    for (const { relation, dataset } of CONTRACTS) expect(datasetOfRelation(relation)).toBe(dataset);
  });

  it('have an invented row each, and there is none for a contract that is not there', () => {
    expect([...EXAMPLE_ROWS.keys()].toSorted()).toEqual(IN_FORCE.map(({ name }) => name).toSorted());
  });

  it('name customers and payers alike, so that they join wherever they are masked', () => {
    const names = CONTRACTS.flatMap(({ columns }) =>
      columns.filter(({ mask }) => mask === 'name').map(({ name }) => name),
    );

    expect(new Set(names)).toEqual(
      new Set(['cliente', 'pagador', 'payor_name', 'firstname', 'lastname', 'company', 'name', 'dealname']),
    );
  });

  it('mask no name of a campaign, a list or a product', () => {
    for (const [label, column] of [
      ['meta_insights', 'campaign_name'],
      ['meta_insights', 'adset_name'],
      ['meta_insights', 'ad_name'],
      ['hubspot_lists', 'name'],
    ]) {
      const contract = CONTRACTS.find(({ name }) => name === label);
      expect(contract?.columns.find(({ name }) => name === column)?.pii).toBe('none');
    }
  });

  it('are cited by name and version', () => {
    expect(contractLabel({ name: 'loans', version: 3 })).toBe('loans@3');
  });
});
