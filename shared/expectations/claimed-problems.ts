import type { ProblemCode } from '../domain/problem.ts';
import type { CountedProblem } from './evaluate-rows.ts';
import type { ItemOf, SuiteItem } from './suite.ts';

// Which counted problem breaks which item. An error that no item claims goes to one of the two that take all the
// rest, so that none passes unseen.

type Claimant = ItemOf<'cells' | 'rule'>;

/** The problems by which the item is broken. */
export function claimedBy(item: Claimant, problems: readonly CountedProblem[]): CountedProblem[] {
  return problems.filter((problem) => claims(item, problem));
}

/** Ragged and malformed rows, and every row error that no cell, rule or key claims. */
export function unclaimedRowProblems(
  suite: readonly SuiteItem[],
  problems: readonly CountedProblem[],
): CountedProblem[] {
  const claimants = suite.filter((item) => item.kind === 'cells' || item.kind === 'rule');
  return problems.filter(
    (problem) =>
      problem.severity === 'error' &&
      ROW_CODES.has(problem.code) &&
      problem.code !== 'orphan' &&
      problem.code !== 'conflicting-duplicate' &&
      !claimants.some((item) => claims(item, problem)),
  );
}

/** Errors of the file as a whole that no other item knows. */
export function unclaimedFileProblems(
  suite: readonly SuiteItem[],
  problems: readonly CountedProblem[],
): CountedProblem[] {
  const known = new Set(suite.filter(({ kind }) => kind !== 'readable').flatMap(({ codes }) => codes));
  return problems.filter(
    ({ code, severity }) => severity === 'error' && !ROW_CODES.has(code) && !known.has(code),
  );
}

/** Float residue and the rounding that a contract allows are counted as remarks: they break no type. */
function claims(item: Claimant, { code, severity, column = '' }: CountedProblem): boolean {
  if (severity === 'notice' || !item.codes.includes(code)) return false;
  if (item.kind === 'rule') return item.columns.includes(column);
  return item.column === column && (severity === 'error' || item.check !== 'type');
}

/** Problems of single rows and cells. All other codes are about the file. */
const ROW_CODES: ReadonlySet<ProblemCode> = new Set([
  'ragged-row',
  'malformed-row',
  'missing-value',
  'text-in-number',
  'excess-scale',
  'impossible-date',
  'unknown-value',
  'out-of-range',
  'negative-balance',
  'par-nesting',
  'writeoff-with-balance',
  'dpd-date-mismatch',
  'tape-buckets',
  'tape-90-plus',
  'balance-above-principal',
  'does-not-add-up',
  'orphan',
  'conflicting-duplicate',
  'identical-duplicate',
  'repeated-key',
]);
