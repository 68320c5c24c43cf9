import type { LocalDate } from '../domain/local-date.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import { evaluateRebuild } from './evaluate-rebuild.ts';
import { reconcile } from './evaluate-reconciles.ts';
import { evaluateReference, type Orphans } from './evaluate-reference.ts';
import { evaluateShares } from './evaluate-shares.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { identifier, STAGED } from './sql-values.ts';
import type { SuiteItem } from './suite.ts';

// The items that need a question to the staged file or to the book. Every sum and share is exact: DuckDB adds decimals
// and counts rows, and the division and the comparison with a limit happen on integers.

/** A relation of the book that is there as a view of that name. */
export type BookView = {
  readonly relation: string;
  /** Absent for reference data. */
  readonly asOf?: LocalDate | undefined;
};

export type SqlFacts = {
  /** The contract's own relation: in expectations it stands for the staged file, not for an earlier snapshot. */
  readonly relation: string;
  /** Holds the view `staged` (the columns of the contract and `record_number`) and one view for each of `book`. */
  readonly sql: SqlSession;
  readonly book: readonly BookView[];
  readonly asOf?: LocalDate | undefined;
};

export type SqlEvaluation = {
  readonly results: readonly ExpectationResult[];
  /** Rows to set aside, where the contract wants orphans in quarantine and there are not too many of them. */
  readonly orphans: readonly Orphans[];
};

export async function evaluateSql(suite: readonly SuiteItem[], facts: SqlFacts): Promise<SqlEvaluation> {
  await facts.sql.run(`CREATE OR REPLACE TEMP VIEW ${identifier(facts.relation)} AS SELECT * FROM ${STAGED}`);
  const results = await evaluateShares(
    suite.filter((item) => item.kind === 'share'),
    facts,
  );
  const orphans: Orphans[] = [];
  for (const item of suite) {
    if (item.kind === 'reconciles') results.push(await reconcile(item, facts));
    if (item.kind === 'rebuilds') results.push(await evaluateRebuild(item, facts));
    if (item.kind === 'references') {
      const limit = suite.find(
        (other) => other.kind === 'orphan-share' && other.reference === item.reference,
      );
      const evaluated = await evaluateReference(item, limit, facts);
      results.push(...evaluated.results);
      if (evaluated.orphans !== undefined) orphans.push(evaluated.orphans);
    }
  }
  return { results, orphans };
}
