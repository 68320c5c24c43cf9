import type { RowRule } from '../contracts/contract.ts';
import type { ItemOf } from './suite.ts';

/** What a contract expects of the cells of a row together. */
export function ruleItems(rules: readonly RowRule[]): ItemOf<'rule'>[] {
  const isShared = (rule: RowRule): boolean => rules.filter(({ code }) => code === rule.code).length > 1;
  return rules.map((rule) => {
    const columns = blamedColumns(rule);
    return {
      kind: 'rule',
      rule,
      columns,
      id: `rule:${rule.code}${isShared(rule) ? `:${columns.join('+')}` : ''}`,
      about: aboutRule(rule),
      severity: 'warn',
      threshold: 'no row',
      codes: [rule.code],
    };
  });
}

/** Does the file have the columns that the rule compares? Empty cells break no rule, so it would always pass. */
export function isJudgeable(rule: RowRule, absent: readonly string[]): boolean {
  const has = (...columns: readonly string[]): boolean => columns.every((name) => !absent.includes(name));
  switch (rule.kind) {
    case 'descending':
      return rule.columns.filter((name) => has(name)).length > 1;
    case 'adds-up':
      return has(rule.total);
    case 'present-when-positive':
      return has(rule.of);
    case 'zero-when':
      return has(rule.when);
    case 'includes':
      return has(rule.column, rule.part);
    case 'at-most':
      return has(rule.column, rule.limit);
  }
}

/** The columns that a breach can be reported under. */
function blamedColumns(rule: RowRule): readonly string[] {
  switch (rule.kind) {
    case 'descending':
    case 'zero-when':
      return rule.columns;
    case 'adds-up':
      return [rule.total];
    case 'present-when-positive':
    case 'includes':
    case 'at-most':
      return [rule.column];
  }
}

function aboutRule(rule: RowRule): string {
  switch (rule.kind) {
    case 'descending':
      return `None of these is more than the one before it: ${rule.columns.join(', ')}`;
    case 'adds-up':
      return `${rule.parts.join(', ')} add up to ${rule.total}, give or take ${rule.within}`;
    case 'present-when-positive':
      return `${rule.column} has a value exactly when ${rule.of} is above zero`;
    case 'zero-when':
      return `Zero where ${rule.when} is true: ${rule.columns.join(', ')}`;
    case 'includes':
      return `${rule.column} is at least as much as ${rule.part}, which is part of it`;
    case 'at-most':
      return `${rule.column} is at most ${rule.limit}, give or take ${rule.within}`;
  }
}
