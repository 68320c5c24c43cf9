import { formatScaled, rational } from '../domain/rational.ts';
import type { CellValue } from './cell-parser.ts';
import type { Column, Contract, RowRule } from './contract.ts';

// Rules over the typed cells of one row.

export type TypedRow = Readonly<Record<string, CellValue>>;
export type RuleBreach = { readonly column: string; readonly detail: string };

/** A function that says how a row breaks the rule, or undefined when it does not. Empty cells break nothing. */
export function ruleCheck(rule: RowRule, contract: Contract): (row: TypedRow) => RuleBreach | undefined {
  const amount = (row: TypedRow, name: string): number | undefined => {
    const value = row[name];
    return typeof value === 'number' ? value : undefined;
  };
  const shown = (name: string, units: number): string =>
    `${name} ${formatScaled(units, scaleOf(contract, name))}`;
  switch (rule.kind) {
    case 'descending':
      return (row) => {
        const present = rule.columns.flatMap((name) => {
          const units = amount(row, name);
          return units === undefined ? [] : [{ name, units }];
        });
        const index = present.findIndex(({ units }, at) => units > (present[at - 1]?.units ?? Infinity));
        const [above, below] = [present[index - 1], present[index]];
        if (above === undefined || below === undefined) return undefined;
        const detail = `${shown(below.name, below.units)} is more than ${shown(above.name, above.units)}`;
        return { column: below.name, detail };
      };
    case 'adds-up': {
      const within = unitsOf(rule.within, scaleOf(contract, rule.total));
      return (row) => {
        const total = amount(row, rule.total);
        const sum = rule.parts.reduce((running, name) => running + (amount(row, name) ?? 0), 0);
        if (total === undefined || Math.abs(total - sum) <= within) return undefined;
        const [first, last] = [rule.parts[0], rule.parts.at(-1)];
        const detail = `${first} to ${last} add up to ${formatScaled(sum, scaleOf(contract, rule.total))}, but ${shown(rule.total, total)} differs by more than ${rule.within}`;
        return { column: rule.total, detail };
      };
    }
    case 'present-when-positive':
      return (row) => {
        const of = amount(row, rule.of);
        if (of === undefined) return undefined;
        const positive = of > 0;
        const present = row[rule.column] !== null && row[rule.column] !== undefined;
        if (positive === present) return undefined;
        return {
          column: rule.column,
          detail: positive
            ? `${rule.column} is empty although ${rule.of} is above zero`
            : `${rule.column} has a value although ${rule.of} is zero`,
        };
      };
    case 'zero-when':
      return (row) => {
        if (row[rule.when] !== true) return undefined;
        const column = rule.columns.find((name) => (amount(row, name) ?? 0) !== 0);
        if (column === undefined) return undefined;
        const detail = `${shown(column, amount(row, column) ?? 0)} should be zero because ${rule.when} is true`;
        return { column, detail };
      };
    case 'includes':
      return (row) => {
        const [whole, part] = [amount(row, rule.column), amount(row, rule.part)];
        if (whole === undefined || part === undefined || whole >= part) return undefined;
        const detail = `${shown(rule.column, whole)} is less than ${shown(rule.part, part)}, which is part of it`;
        return { column: rule.column, detail };
      };
    case 'at-most': {
      const within = unitsOf(rule.within, scaleOf(contract, rule.column));
      return (row) => {
        const [value, limit] = [amount(row, rule.column), amount(row, rule.limit)];
        if (value === undefined || limit === undefined || value <= limit + within) return undefined;
        return {
          column: rule.column,
          detail: `${shown(rule.column, value)} is more than ${shown(rule.limit, limit)}`,
        };
      };
    }
  }
}

function scaleOf(contract: Contract, name: string): number {
  const column: Column | undefined = contract.columns.find((candidate) => candidate.name === name);
  return column?.type === 'decimal' ? (column.scale ?? 0) : 0;
}

/** A decimal as an integer count of 10^-scale. */
export function unitsOf(decimal: string, scale: number): number {
  const value = rational(decimal);
  return Number((value.numerator * 10n ** BigInt(scale)) / value.denominator);
}
