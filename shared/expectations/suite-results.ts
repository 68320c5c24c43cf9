import type { ExpectationResult } from './expectation-result.ts';
import type { SuiteItem } from './suite.ts';

/** What an evaluator found out about an item; the item's own words are put around it. */
export type Finding = Pick<ExpectationResult, 'status' | 'observed' | 'failing'> &
  Partial<Pick<ExpectationResult, 'firstRecords' | 'threshold' | 'code'>>;

export function resultOf(item: SuiteItem, finding: Finding): ExpectationResult {
  const { id, about, severity, threshold, codes } = item;
  const { firstRecords, code = codes[0], ...found } = finding;
  return {
    id,
    about,
    severity,
    threshold,
    ...found,
    ...(firstRecords !== undefined && firstRecords.length > 0 && { firstRecords }),
    ...(finding.status === 'failed' && code !== undefined && { code }),
  };
}

export function notEvaluated(
  item: SuiteItem,
  reason: string,
  code?: ExpectationResult['code'],
): ExpectationResult {
  const { id, about, severity, threshold } = item;
  const status = 'not-evaluated';
  return {
    id,
    about,
    severity,
    threshold,
    status,
    observed: 'not evaluated',
    failing: 0,
    reason,
    ...(code && { code }),
  };
}

/** The other side of a comparison is not there; with what to do about it. */
export function notInBook(item: SuiteItem, dataset: string): ExpectationResult {
  const reason = `No file of ${dataset} is in the book. Drop one: this file is checked again then.`;
  return notEvaluated(item, reason, 'reference-not-evaluated');
}

/**
 * One result for each item, in the order of the suite. Items that no evaluator has judged, because the file did not
 * get that far, say so: none is ever left out in silence.
 */
export function suiteResults(
  suite: readonly SuiteItem[],
  results: readonly ExpectationResult[],
  whyTheRestIsMissing: string,
): readonly ExpectationResult[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  return suite.map((item) => byId.get(item.id) ?? notEvaluated(item, whyTheRestIsMissing));
}
