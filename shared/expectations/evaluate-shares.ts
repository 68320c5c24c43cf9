import { compare, rational } from '../domain/rational.ts';
import type { SqlFacts } from './evaluate-sql.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { shareInWords, shareOf } from './in-words.ts';
import { countIn, firstRecords, STAGED } from './sql-values.ts';
import type { ItemOf } from './suite.ts';
import { resultOf } from './suite-results.ts';

/** All shares in one pass over the file, and one more for each that has rows to name. */
export async function evaluateShares(
  items: readonly ItemOf<'share'>[],
  { sql }: Pick<SqlFacts, 'sql'>,
): Promise<ExpectationResult[]> {
  if (items.length === 0) return [];
  const counts = items.map(
    ({ expectation }, index) => `count(*) FILTER (WHERE (${expectation.where})) AS failing_${index}`,
  );
  const [row] = await sql.rows(`SELECT count(*) AS total, ${counts.join(', ')} FROM ${STAGED}`);
  const total = countIn(row, 'total');
  const results: ExpectationResult[] = [];
  for (const [index, item] of items.entries()) {
    const { where, maxShare } = item.expectation;
    const failing = countIn(row, `failing_${index}`);
    const isMet = compare(shareOf(failing, total), rational(maxShare)) <= 0;
    results.push(
      resultOf(item, {
        status: isMet ? 'passed' : 'failed',
        observed: shareInWords(failing, total),
        failing,
        firstRecords: failing === 0 ? [] : await firstRecords(sql, `${STAGED} WHERE (${where})`),
      }),
    );
  }
  return results;
}
