import { listedNames } from '../contracts/match-header.ts';
import type { DecodeCounts } from './evaluate-rows.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { countInWords } from './in-words.ts';
import type { ItemOf } from './suite.ts';
import { notEvaluated, resultOf } from './suite-results.ts';

/** The header against the contract: what is missing, there twice or unknown. */
export function columnsResult(item: ItemOf<'columns'>, counts: DecodeCounts): ExpectationResult {
  const { recognised, missing, missingOptional, duplicated, unexpected } = counts.columns;
  if (recognised === 0 && missing.length === 0) {
    return counts.isJudged
      ? resultOf(item, { status: 'passed', observed: 'no column is required', failing: 0 })
      : notEvaluated(item, 'No header was read.');
  }
  if (recognised === 0) {
    // The first row is most likely data, and its cells may name people: they are not repeated.
    const observed = 'the first row names none of the columns';
    return resultOf(item, { status: 'failed', observed, failing: missing.length });
  }
  const refused = item.mode === 'freeze' ? unexpected : [];
  const code =
    missing.length > 0 ? 'missing-column' : duplicated.length > 0 ? 'duplicate-column' : 'unexpected-column';
  const observed = [
    named('missing', missing),
    named('there twice', duplicated),
    named(item.mode === 'freeze' ? 'unknown' : 'unknown and ignored', unexpected),
    named('optional and absent', missingOptional),
  ].filter((part) => part !== '');
  const failing = missing.length + duplicated.length + refused.length;
  return resultOf(item, {
    status: failing > 0 ? 'failed' : 'passed',
    observed: observed.length === 0 ? `${countInWords(recognised)} columns` : observed.join('; '),
    failing,
    code,
  });
}

function named(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const { listed, more } = listedNames(names);
  return `${what}: ${listed.join(', ')}${more > 0 ? ` and ${countInWords(more)} more` : ''}`;
}
