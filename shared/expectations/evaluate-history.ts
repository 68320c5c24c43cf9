import { type LocalDate, toEpochDay } from '../domain/local-date.ts';
import { compare, multiply, type Rational, rational, toDecimal } from '../domain/rational.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { bandInWords, countInWords, rowsInWords } from './in-words.ts';
import type { ItemOf, SuiteItem } from './suite.ts';
import { notEvaluated, resultOf } from './suite-results.ts';

// The items that compare a file with the earlier ones of its contract, and with the calendar.

export type HistoryFacts = {
  /** Accepted rows of this file. */
  readonly rows: number;
  /** Accepted rows of the earlier accepted files that it is compared with, the newest ten at most. */
  readonly earlier: readonly number[];
  /** Absent for reference data, which stands for no day. */
  readonly asOf?: LocalDate | undefined;
  readonly landed: LocalDate;
};

export function evaluateHistory(suite: readonly SuiteItem[], facts: HistoryFacts): ExpectationResult[] {
  return suite.flatMap((item): ExpectationResult[] => {
    if (item.kind === 'volume') return [volumeResult(item, facts)];
    return item.kind === 'fresh' ? [freshResult(item, facts)] : [];
  });
}

/**
 * Fewer rows than the contract lets pass: no month is like that, an export that broke off is. Where the contract only
 * warns of it, or does not look, few rows are no collapse.
 */
export function hasCollapsed(
  suite: readonly SuiteItem[],
  { rows, earlier }: Pick<HistoryFacts, 'rows' | 'earlier'>,
): boolean {
  const median = medianOf(earlier);
  if (median === undefined) return false;
  return suite.some(
    (item) =>
      item.kind === 'volume' &&
      item.severity === 'block' &&
      compare(rational(rows), percentOf(item.expectation.minPercent, median)) < 0,
  );
}

function volumeResult(item: ItemOf<'volume'>, facts: HistoryFacts): ExpectationResult {
  const { expectation } = item;
  const { earlier } = facts;
  const median = medianOf(earlier);
  if (median === undefined) {
    const reason = 'No earlier file of the contract was accepted, so there is nothing to compare with.';
    return notEvaluated(item, reason);
  }
  const lowest = percentOf(expectation.minPercent, median);
  const highest = Number.isFinite(expectation.maxPercent)
    ? percentOf(expectation.maxPercent, median)
    : undefined;
  const value = rational(facts.rows);
  const isInside = compare(value, lowest) >= 0 && (highest === undefined || compare(value, highest) <= 0);
  const files = earlier.length === 1 ? 'the last file' : `the last ${earlier.length} files`;
  const band = highest === undefined ? `at least ${shown(lowest)}` : `${shown(lowest)} to ${shown(highest)}`;
  return resultOf(item, {
    status: isInside ? 'passed' : 'failed',
    observed: `${rowsInWords(facts.rows)}; the median of ${files} is ${shown(median)}`,
    threshold: `${bandInWords(expectation)} of the median: ${band} rows`,
    failing: isInside ? 0 : 1,
  });
}

function freshResult(item: ItemOf<'fresh'>, { asOf, landed }: HistoryFacts): ExpectationResult {
  if (asOf === undefined) return notEvaluated(item, 'The file stands for no day.');
  const days = toEpochDay(landed) - toEpochDay(asOf);
  const isFresh = days <= item.expectation.maxDays;
  return resultOf(item, {
    status: isFresh ? 'passed' : 'failed',
    observed: `as of ${asOf}, landed ${landed}: ${countInWords(days)} ${days === 1 ? 'day' : 'days'}`,
    failing: isFresh ? 0 : 1,
  });
}

/** Of an even number of files the mean of the middle two, exactly. */
function medianOf(values: readonly number[]): Rational | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (lower === undefined || upper === undefined) return undefined;
  return { numerator: BigInt(lower) + BigInt(upper), denominator: 2n };
}

function percentOf(percent: number, value: Rational): Rational {
  return multiply(
    { numerator: rational(percent).numerator, denominator: rational(percent).denominator * 100n },
    value,
  );
}

/** Half a row is shown as such: `25,360` or `25,360.5`. */
function shown(value: Rational): string {
  const [whole = '', fraction = ''] = toDecimal(value, 2).split('.');
  const rest = fraction.replace(/0+$/, '');
  return `${countInWords(Number(whole))}${rest === '' ? '' : `.${rest}`}`;
}
