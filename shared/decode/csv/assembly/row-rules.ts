// The row rules, as in row-checks.ts, over the cells of the row under way.

@unmanaged
class Rule {
  kind: i32;
  /** Cells that it looks at. */
  count: i32;
  within: f64;
  cells: usize;
}

@unmanaged
class RuleCell {
  values: usize;
  nulls: usize;
  isDecimal: i32;
}

const RULE_BYTES: usize = 24;
const RULE_CELL_BYTES: usize = 12;

const DESCENDING = 0;
const ZERO_WHEN = 1;
const PRESENT_WHEN_POSITIVE = 2;
const ADDS_UP = 3;
const AT_MOST = 4;

let rules: usize = 0;
let ruleCount: i32 = 0;

export function beginRules(rulesAt: usize, count: i32): void {
  rules = rulesAt;
  ruleCount = count;
}

export function keepsRules(row: i32): bool {
  for (let index = 0; index < ruleCount; index += 1) {
    if (!keeps(changetype<Rule>(rules + <usize>index * RULE_BYTES), row)) return false;
  }
  return true;
}

@inline
function isNull(cell: RuleCell, row: i32): bool {
  return load<u8>(cell.nulls + row) != 0;
}

@inline
function valueOf(cell: RuleCell, row: i32): f64 {
  return cell.isDecimal
    ? load<f64>(cell.values + (<usize>row << 3))
    : <f64>load<i32>(cell.values + (<usize>row << 2));
}

@inline
function cellOf(rule: Rule, index: i32): RuleCell {
  return changetype<RuleCell>(rule.cells + <usize>index * RULE_CELL_BYTES);
}

/** As in row-checks.ts. */
function keeps(rule: Rule, row: i32): bool {
  const first = cellOf(rule, 0);
  switch (rule.kind) {
    case DESCENDING: {
      let above: f64 = Infinity;
      for (let index = 0; index < rule.count; index += 1) {
        const cell = cellOf(rule, index);
        if (isNull(cell, row)) continue;
        const value = valueOf(cell, row);
        if (value > above) return false;
        above = value;
      }
      return true;
    }
    case ZERO_WHEN: {
      if (isNull(first, row) || valueOf(first, row) != 1) return true;
      for (let index = 1; index < rule.count; index += 1) {
        const cell = cellOf(rule, index);
        if (!isNull(cell, row) && valueOf(cell, row) != 0) return false;
      }
      return true;
    }
    case PRESENT_WHEN_POSITIVE:
      return isNull(first, row) || valueOf(first, row) > 0 == !isNull(cellOf(rule, 1), row);
    case ADDS_UP: {
      if (isNull(first, row)) return true;
      let sum: f64 = 0;
      for (let index = 1; index < rule.count; index += 1) {
        const cell = cellOf(rule, index);
        if (!isNull(cell, row)) sum += valueOf(cell, row);
      }
      return abs(valueOf(first, row) - sum) <= rule.within;
    }
    default: {
      const limit = cellOf(rule, 1);
      return isNull(first, row) || isNull(limit, row) || valueOf(first, row) <= valueOf(limit, row) + rule.within;
    }
  }
}
