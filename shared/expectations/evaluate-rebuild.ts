import { addDays, type LocalDate } from '../domain/local-date.ts';
import { loadCatalog } from '../kpis/catalog.ts';
import { BOOK_RELATION, REPORT_RELATION } from '../kpis/relations.ts';
import { type ResolvedModel, resolveModels, withWhatTheyRead } from '../kpis/resolved-models.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import type { SqlFacts } from './evaluate-sql.ts';
import type { ExpectationResult } from './expectation-result.ts';
import { countInWords, rowsInWords } from './in-words.ts';
import { countIn, firstRecords, STAGED, textLiteral } from './sql-values.ts';
import type { ItemOf } from './suite.ts';
import { notEvaluated, resultOf } from './suite-results.ts';

// The PAR file, row by row, against what loans, schedules and payments give. The KPI models work both out, so that there
// is one rule only for what a loan owes and how late it is.

const DIFFERENCES = 'int_par_differences';
const COMPARED_DATES = 'int_par_compared_dates';
/** A file of events is dated by the last of them, which is often a day or two before it was exported. */
const DAYS_AFTER_EVENTS = 7;

export async function evaluateRebuild(item: ItemOf<'rebuilds'>, facts: SqlFacts): Promise<ExpectationResult> {
  const { asOf, relation, sql } = facts;
  const obstacle = asOf === undefined ? 'The file stands for no day.' : obstacleTo(item, asOf, facts);
  // No more than a remark in the suite: most files come before or without the others.
  if (asOf === undefined || obstacle !== undefined) return notEvaluated(item, obstacle ?? '');

  const models = await modelsOver([relation, ...item.expectation.from.map((from) => from.relation)]);
  await createModels(models, { ...facts, asOf });
  try {
    return await compared(item, sql);
  } finally {
    // Tables hold memory that the rest of the check needs.
    for (const { name, variant } of models.toReversed()) {
      await sql.run(`DROP ${variant.isStored ? 'TABLE' : 'VIEW'} IF EXISTS temp.${name}`);
    }
  }
}

function obstacleTo(item: ItemOf<'rebuilds'>, asOf: LocalDate, { book }: SqlFacts): string | undefined {
  for (const { dataset, relation } of item.expectation.from) {
    const view = book.find((each) => each.relation === relation);
    if (view === undefined) return `No file of ${dataset} is in the book.`;
    if (view.asOf !== undefined && addDays(view.asOf, DAYS_AFTER_EVENTS) < asOf) {
      return `The two stand for different days: this file is as of ${asOf}, ${dataset} as of ${view.asOf}.`;
    }
  }
  return undefined;
}

async function modelsOver(relations: readonly string[]): Promise<readonly ResolvedModel[]> {
  const { models } = await loadCatalog();
  return withWhatTheyRead([DIFFERENCES, COMPARED_DATES], resolveModels(models, new Set(relations)).ready);
}

async function createModels(
  models: readonly ResolvedModel[],
  { sql, book, relation, asOf }: SqlFacts & { readonly asOf: LocalDate },
): Promise<void> {
  const entries = [...book.filter((view) => view.relation !== relation), { relation, asOf }];
  const rows = entries.map((view) => {
    const day = view.asOf === undefined ? 'NULL' : textLiteral(view.asOf);
    return `(${textLiteral(view.relation)}, CAST(${day} AS DATE))`;
  });
  await sql.run(
    `CREATE OR REPLACE TEMP VIEW ${BOOK_RELATION} AS SELECT * FROM (VALUES ${rows.join(', ')}) AS entry (relation, as_of)`,
  );
  await sql.run(
    `CREATE OR REPLACE TEMP VIEW ${REPORT_RELATION} AS SELECT DATE ${textLiteral(asOf)} AS as_of, 'month' AS grain`,
  );
  for (const { name, variant } of models) {
    await sql.run(`CREATE OR REPLACE TEMP ${variant.isStored ? 'TABLE' : 'VIEW'} ${name} AS ${variant.sql}`);
  }
}

async function compared(item: ItemOf<'rebuilds'>, sql: SqlSession): Promise<ExpectationResult> {
  const [row] = await sql.rows(
    `SELECT
       (SELECT count(*) FROM ${STAGED} WHERE reporting_date IN (SELECT reporting_date FROM ${COMPARED_DATES})) AS total,
       count(*) AS failing,
       coalesce(sum(amount), 0)::VARCHAR AS amount
     FROM ${DIFFERENCES}`,
  );
  const [total, failing] = [countIn(row, 'total'), countIn(row, 'failing')];
  if (total === 0)
    return notEvaluated(item, 'No date of the file is one that balances can be worked out for.');
  if (failing === 0) {
    return resultOf(item, { status: 'passed', observed: `${rowsInWords(total)} agree`, failing });
  }
  const differing =
    `${STAGED} JOIN ${DIFFERENCES} AS difference ON difference.loan_id = ${STAGED}.loan_id_raw ` +
    `AND difference.reporting_date = ${STAGED}.reporting_date`;
  return resultOf(item, {
    status: 'failed',
    observed: `${countInWords(failing)} ${failing === 1 ? 'difference' : 'differences'} in ${rowsInWords(total)}, by ${String(row?.['amount'])} in all`,
    failing,
    firstRecords: await firstRecords(sql, differing),
  });
}
