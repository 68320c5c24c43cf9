import type { Reference } from '../contracts/contract.ts';
import { compare, rational } from '../domain/rational.ts';
import type { SqlFacts } from './evaluate-sql.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { shareInWords, shareOf } from './in-words.ts';
import { countIn, firstRecords, identifier, STAGED, textLiteral } from './sql-values.ts';
import type { ItemOf, SuiteItem } from './suite.ts';
import { notInBook, resultOf } from './suite-results.ts';

export type Orphans = {
  readonly reference: Reference;
  /** Record numbers, lowest first: at most the share of rows that the contract lets be orphans. */
  readonly records: readonly number[];
};

/** Do the rows name rows of another relation? A row that names nothing at all is no orphan. */
export async function evaluateReference(
  item: ItemOf<'references'>,
  limit: SuiteItem | undefined,
  { sql, book }: SqlFacts,
): Promise<{ results: ExpectationResult[]; orphans?: Orphans }> {
  const { reference } = item;
  const items = limit === undefined ? [item] : [item, limit];
  if (!book.some(({ relation }) => relation === reference.to.relation)) {
    return { results: items.map((each) => notInBook(each, reference.to.dataset)) };
  }
  const orphaned = orphanRows(reference);
  const [row] = await sql.rows(
    `SELECT (SELECT count(*) FROM ${STAGED}) AS total, (SELECT count(*) FROM ${orphaned}) AS orphans`,
  );
  const [total, failing] = [countIn(row, 'total'), countIn(row, 'orphans')];
  const isWithin = compare(shareOf(failing, total), rational(reference.maxShare)) <= 0;
  const setsAside = reference.orphans === 'quarantine' && isWithin;
  // Above the limit the whole file is set aside, so a few of its orphans are enough to look at.
  const records = failing === 0 ? [] : await firstRecords(sql, orphaned, setsAside ? failing : undefined);

  const found = { observed: shareInWords(failing, total), failing, firstRecords: records.slice(0, 10) };
  const results = items.map((each) => {
    const isMet = each === item ? failing === 0 : isWithin;
    return resultOf(each, { status: isMet ? 'passed' : 'failed', ...found });
  });
  return setsAside && failing > 0 ? { results, orphans: { reference, records } } : { results };
}

/**
 * The rows whose id is not in the other relation, as a FROM clause. An id whose prefix cannot be told is equal to
 * nothing, so it is among them. An anti join holds the ids of the other relation only, however long the file is.
 */
function orphanRows({ column, to, prefix }: Reference): string {
  const id = `${STAGED}.${identifier(column)}`;
  const full = prefix === undefined ? `${id}::VARCHAR` : `${prefixOf(prefix)} || ${id}::VARCHAR`;
  const other = `${identifier(to.relation)} AS other ON other.${identifier(to.column)}::VARCHAR = ${full}`;
  return `${STAGED} ANTI JOIN ${other} WHERE ${id} IS NOT NULL`;
}

/** `ABF - ` for `... Financiera`: by the first letter of the last word. */
function prefixOf({ from, byInitial, separator }: NonNullable<Reference['prefix']>): string {
  const name = `${STAGED}.${identifier(from)}`;
  const cases = Object.entries(byInitial).map(
    ([initial, prefix]) => `WHEN ${textLiteral(initial)} THEN ${textLiteral(`${prefix}${separator}`)}`,
  );
  return `CASE regexp_extract(${name}, '(\\S)\\S*\\s*$', 1) ${cases.join(' ')} END`;
}
