import type { Contract, RowRule } from '../contracts/contract.ts';
import { unitsOf } from '../contracts/row-rules.ts';
import type { BatchBuilder, ColumnBuilder } from './column-batch.ts';

// The row rules over columns, for rows that need no words. A check is true when the row breaks no rule; anything else
// is left to the rules of row-rules.ts, which say what is wrong.

/** A function that tells whether the row under way breaks no rule, warnings included. */
export function rowCheck(
  contract: Pick<Contract, 'columns' | 'rules'>,
  batch: BatchBuilder,
): (row: number) => boolean {
  const checks = contract.rules.map((rule) => ruleCheck(rule, contract, batch));
  return (row) => {
    for (const check of checks) if (!check(row)) return false;
    return true;
  };
}

function ruleCheck(
  rule: RowRule,
  contract: Pick<Contract, 'columns'>,
  batch: BatchBuilder,
): (row: number) => boolean {
  const column = (name: string): ColumnBuilder => {
    const found = batch.columns[contract.columns.findIndex((candidate) => candidate.name === name)];
    if (found === undefined)
      throw new RangeError(`rule ${rule.code} names column ${name}, which is not there`);
    return found;
  };
  switch (rule.kind) {
    case 'descending': {
      const columns = rule.columns.map(column);
      return (row) => {
        let above = Infinity;
        for (const next of columns) {
          if (next.isNull(row)) continue;
          const value = next.numberAt(row);
          if (value > above) return false;
          above = value;
        }
        return true;
      };
    }
    case 'adds-up': {
      const parts = rule.parts.map(column);
      const total = column(rule.total);
      const within = unitsOf(rule.within, total.type === 'decimal' ? scaleOf(contract, rule.total) : 0);
      return (row) => {
        if (total.isNull(row)) return true;
        let sum = 0;
        for (const part of parts) if (!part.isNull(row)) sum += part.numberAt(row);
        return Math.abs(total.numberAt(row) - sum) <= within;
      };
    }
    case 'present-when-positive': {
      const of = column(rule.of);
      const present = column(rule.column);
      return (row) => of.isNull(row) || of.numberAt(row) > 0 === !present.isNull(row);
    }
    case 'zero-when': {
      const when = column(rule.when);
      const columns = rule.columns.map(column);
      return (row) => {
        if (when.isNull(row) || when.numberAt(row) !== 1) return true;
        for (const zero of columns) if (!zero.isNull(row) && zero.numberAt(row) !== 0) return false;
        return true;
      };
    }
    case 'includes': {
      const [whole, part] = [column(rule.column), column(rule.part)];
      return (row) => whole.isNull(row) || part.isNull(row) || whole.numberAt(row) >= part.numberAt(row);
    }
    case 'at-most': {
      const [value, limit] = [column(rule.column), column(rule.limit)];
      const within = unitsOf(rule.within, scaleOf(contract, rule.column));
      return (row) =>
        value.isNull(row) || limit.isNull(row) || value.numberAt(row) <= limit.numberAt(row) + within;
    }
  }
}

function scaleOf({ columns }: Pick<Contract, 'columns'>, name: string): number {
  const column = columns.find((candidate) => candidate.name === name);
  return column?.type === 'decimal' ? (column.scale ?? 0) : 0;
}
