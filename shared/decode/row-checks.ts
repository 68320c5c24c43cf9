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
  const probes = ruleProbes(contract, batch);
  return (row) => {
    for (const probe of probes) if (probe.breachAt(row) !== -1) return false;
    return true;
  };
}

/** One rule over columns, without words. */
export type RuleProbe = {
  /** Columns that may be to blame. */
  readonly blamed: readonly string[];
  /** Which of them is, in this row; -1 when the rule holds. */
  breachAt(row: number): number;
};

/** One for each rule of the contract, in its order. */
export function ruleProbes(
  contract: Pick<Contract, 'columns' | 'rules'>,
  batch: BatchBuilder,
): readonly RuleProbe[] {
  return contract.rules.map((rule) => ruleProbe(rule, contract, batch));
}

/** The arrays of a column: a rule runs for every row of a file, so it looks into them without a call. */
type Cells = { readonly values: Float64Array | Int32Array; readonly nulls: Uint8Array };

function ruleProbe(rule: RowRule, contract: Pick<Contract, 'columns'>, batch: BatchBuilder): RuleProbe {
  const column = (name: string): ColumnBuilder => {
    const found = batch.columns[contract.columns.findIndex((candidate) => candidate.name === name)];
    if (found === undefined)
      throw new RangeError(`rule ${rule.code} names column ${name}, which is not there`);
    return found;
  };
  const cells = (name: string): Cells => {
    const { type, decimals, integers, nulls } = column(name);
    return { values: type === 'decimal' ? decimals : integers, nulls };
  };
  const whenNot = (name: string, holds: (row: number) => boolean): RuleProbe => ({
    blamed: [name],
    breachAt: (row) => (holds(row) ? -1 : 0),
  });
  switch (rule.kind) {
    case 'descending':
      return { blamed: rule.columns, breachAt: descending(rule.columns.map(cells)) };
    case 'adds-up': {
      const scale = column(rule.total).type === 'decimal' ? scaleOf(contract, rule.total) : 0;
      const holds = addsUp(rule.parts.map(cells), cells(rule.total), unitsOf(rule.within, scale));
      return whenNot(rule.total, holds);
    }
    case 'present-when-positive': {
      const [of, present] = [cells(rule.of), cells(rule.column)];
      return whenNot(
        rule.column,
        (row) => of.nulls[row] === 1 || (of.values[row] as number) > 0 === (present.nulls[row] === 0),
      );
    }
    case 'zero-when':
      return { blamed: rule.columns, breachAt: zeroWhen(cells(rule.when), rule.columns.map(cells)) };
    case 'includes':
      return whenNot(rule.column, atMost(cells(rule.part), cells(rule.column), 0));
    case 'at-most': {
      const within = unitsOf(rule.within, scaleOf(contract, rule.column));
      return whenNot(rule.column, atMost(cells(rule.column), cells(rule.limit), within));
    }
  }
}

function descending(columns: readonly Cells[]): (row: number) => number {
  return (row) => {
    let above = Infinity;
    for (let index = 0; index < columns.length; index += 1) {
      const { values, nulls } = columns[index] as Cells;
      if (nulls[row] === 1) continue;
      const value = values[row] as number;
      if (value > above) return index;
      above = value;
    }
    return -1;
  };
}

function zeroWhen(when: Cells, columns: readonly Cells[]): (row: number) => number {
  return (row) => {
    if (when.nulls[row] === 1 || when.values[row] !== 1) return -1;
    // A loop: a closure over the row would be a third of all garbage.
    for (let index = 0; index < columns.length; index += 1) {
      const { values, nulls } = columns[index] as Cells;
      if (nulls[row] === 0 && values[row] !== 0) return index;
    }
    return -1;
  };
}

function addsUp(parts: readonly Cells[], total: Cells, within: number): (row: number) => boolean {
  return (row) => {
    if (total.nulls[row] === 1) return true;
    let sum = 0;
    for (const { values, nulls } of parts) if (nulls[row] === 0) sum += values[row] as number;
    return Math.abs((total.values[row] as number) - sum) <= within;
  };
}

function atMost(value: Cells, limit: Cells, within: number): (row: number) => boolean {
  return (row) =>
    value.nulls[row] === 1 ||
    limit.nulls[row] === 1 ||
    (value.values[row] as number) <= (limit.values[row] as number) + within;
}

function scaleOf({ columns }: Pick<Contract, 'columns'>, name: string): number {
  const column = columns.find((candidate) => candidate.name === name);
  return column?.type === 'decimal' ? (column.scale ?? 0) : 0;
}
