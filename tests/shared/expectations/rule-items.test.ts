import { expect, it } from '@jest/globals';
import type { RowRule } from '../../../shared/contracts/contract.ts';
import { isJudgeable } from '../../../shared/expectations/rule-items.ts';

const [severity, code, within] = ['error', 'does-not-add-up', '0.00'] as const;

const RULES: Readonly<Record<RowRule['kind'], RowRule>> = {
  descending: { kind: 'descending', code, severity, columns: ['a', 'b', 'c'] },
  'adds-up': { kind: 'adds-up', code, severity, parts: ['a', 'b'], total: 'c', within },
  'present-when-positive': { kind: 'present-when-positive', code, severity, column: 'a', of: 'b' },
  'zero-when': { kind: 'zero-when', code, severity, columns: ['a'], when: 'b' },
  includes: { kind: 'includes', code, severity, column: 'a', part: 'b' },
  'at-most': { kind: 'at-most', code, severity, column: 'a', limit: 'b', within },
};

it.each([
  ['descending', 'two columns to compare', ['a'], ['a', 'b']],
  ['adds-up', 'the total', ['a', 'b'], ['c']],
  ['present-when-positive', 'the amount', ['a'], ['b']],
  ['zero-when', 'the flag', ['a'], ['b']],
  ['includes', 'both columns', ['c'], ['b']],
  ['at-most', 'both columns', ['c'], ['a']],
] as const)('a rule of kind %s can be judged with %s', (kind, _what, absent, decisive) => {
  const rule = RULES[kind];

  expect(isJudgeable(rule, [])).toBe(true);
  expect(isJudgeable(rule, absent)).toBe(true);
  expect(isJudgeable(rule, decisive)).toBe(false);
});
