import { compare, type Rational, rational, subtract } from '../domain/rational.ts';
import type { BookView, SqlFacts } from './evaluate-sql.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { identifier, STAGED } from './sql-values.ts';
import type { ItemOf } from './suite.ts';
import { notEvaluated, notInBook, resultOf } from './suite-results.ts';

/** The contract asks for a sum that is not exact: a mistake in the contract, not in the file. */
export class SumNotExact extends Error {
  override readonly name = 'SumNotExact';
}

/** A sum of the file against a sum of another relation of the book. */
export async function reconcile(item: ItemOf<'reconciles'>, facts: SqlFacts): Promise<ExpectationResult> {
  const { id, here, with: other, within, sameDay } = item.expectation;
  const view = facts.book.find(({ relation }) => relation === other.relation);
  const obstacle = sameDay ? otherDay(view, facts, other.dataset) : undefined;
  if (view === undefined) return notInBook(item, other.dataset);
  if (obstacle !== undefined) return notEvaluated(item, obstacle, 'reference-not-evaluated');

  const own = await exactSum(facts, id, here, STAGED);
  const theirs = await exactSum(facts, id, other.sum, identifier(other.relation));
  const difference = absolute(subtract(rational(own), rational(theirs)));
  const isMet = compare(difference, rational(within)) <= 0;
  return resultOf(item, {
    status: isMet ? 'passed' : 'failed',
    observed: `${own} here, ${theirs} in ${other.dataset}`,
    failing: isMet ? 0 : 1,
  });
}

function otherDay(view: BookView | undefined, { asOf }: SqlFacts, dataset: string): string | undefined {
  if (view === undefined || (asOf !== undefined && view.asOf === asOf)) return undefined;
  return `The two stand for different days: this file is as of ${asOf ?? 'no day'}, ${dataset} as of ${view.asOf ?? 'no day'}.`;
}

/** Decimal text. A sum over no rows is nothing at all: zero. */
async function exactSum({ sql }: SqlFacts, id: string, aggregate: string, relation: string): Promise<string> {
  const [row] = await sql.rows(
    `SELECT typeof(total) AS type, coalesce(total::VARCHAR, '0') AS total FROM (SELECT ${aggregate} AS total FROM ${relation})`,
  );
  const type = String(row?.['type']);
  if (!/^(?:DECIMAL\(.*|U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(type)) {
    throw new SumNotExact(
      `expectation ${id}: ${aggregate} is ${type}; only sums of decimals and integers are exact`,
    );
  }
  return String(row?.['total']);
}

function absolute(value: Rational): Rational {
  return value.numerator < 0n ? { ...value, numerator: -value.numerator } : value;
}
