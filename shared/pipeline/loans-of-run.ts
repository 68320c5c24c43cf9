import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { REFERENCE_DAY } from '../domain/local-date.ts';
import { limitsFor } from '../kpis/book-size.ts';
import type { Catalog } from '../kpis/catalog.ts';
import { tokenisedCell } from '../kpis/derived-tables.ts';
import type { BookEntry } from '../kpis/kpi-result.ts';
import { relationsBehind } from '../kpis/model-graph.ts';
import { createModelViews } from '../kpis/model-views.ts';
import { resolveModels, withWhatTheyRead } from '../kpis/resolved-models.ts';
import type { DeliverySubject } from '../ports/deliveries.ts';
import type { Lake } from '../ports/lake.ts';
import {
  LOAN_FACT_COLUMNS,
  type LoanFact,
  type LoanFactColumn,
  type LoansOfDay,
  type LoanTotals,
  type OpenLoans,
} from '../ports/loans-of-day.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { SqlEngine, SqlRow, SqlSession } from '../ports/sql-engine.ts';
import { pseudonymiser, type TokenMaker, tokensOf } from '../privacy/pseudonym.ts';
import { Manifest } from '../runs/documents.ts';
import { attemptPath } from '../runs/run-paths.ts';
import { bookOf, supersedes } from './book.ts';

// The loans behind a run's numbers, one row for each: read from the same staged files by the same models as the KPIs.

export type LoansOfRunDeps = {
  readonly lake: Pick<Lake, 'read' | 'download'>;
  readonly registry: Pick<SnapshotRegistry, 'all'>;
  readonly scratch: ScratchSpace;
  readonly sql: SqlEngine;
  readonly secrets: SecretStore;
  readonly catalog: () => Promise<Catalog>;
};

const LOANS = 'int_loan_snapshots';
const DATES = 'int_balance_dates';

/**
 * Undefined for an attempt that came to no numbers, for one whose file says nothing of loans, and for a book that has no
 * balances to read or rebuild. Nothing is opened before it is asked for.
 */
export async function loansOfRun(
  { runId, attempt }: Extract<DeliverySubject, { kind: 'run' }>,
  deps: LoansOfRunDeps,
): Promise<LoansOfDay | undefined> {
  const body = await deps.lake.read('runs', attemptPath(runId, attempt, 'manifest.json'));
  if (body === undefined) return undefined;
  const { book, bookId, asOf } = Manifest.parse(JSON.parse(body.toString('utf8')));
  if (bookId === undefined || asOf === undefined || asOf === REFERENCE_DAY) return undefined;
  const catalog = await deps.catalog();
  const relations = relationsBehind(LOANS, catalog.models);
  const read = book.filter(({ relation }) => relations.includes(relation));
  const { ready } = resolveModels(catalog.models, new Set(book.map(({ relation }) => relation)));
  const own = read.find((entry) => entry.runId === runId);
  if (own === undefined || !ready.has(LOANS)) return undefined;
  const tokenOf = pseudonymiser(await deps.secrets.get('pseudonym-key'));
  return {
    asOf,
    inputsHash: createHash('sha256').update(identityOf(read)).digest('hex'),
    configVersion: catalog.sha256,
    keyMark: tokenOf('key', 'mark'),
    isCurrent: async () => await isCurrent(own, read, { ...deps, relations }),
    open: async () => await openLoans({ book: read, asOf, catalog }, tokensOf(tokenOf), deps),
  };
}

/** Of the files that loans are read from, each is the newest for the day, the run's own included. */
async function isCurrent(
  own: BookEntry,
  read: readonly BookEntry[],
  { registry, relations }: Pick<LoansOfRunDeps, 'registry'> & { readonly relations: readonly string[] },
): Promise<boolean> {
  const snapshots = (await registry.all()).filter(({ relation }) => relations.includes(relation));
  const standing = snapshots.find(({ runId }) => runId === own.runId);
  if (standing === undefined) return false;
  const isReplaced = snapshots.some(
    (other) => other.relation === own.relation && other.asOf <= standing.asOf && supersedes(other, standing),
  );
  const now = bookOf(own, snapshots);
  return !isReplaced && identityOf(now) === identityOf(read);
}

/** The rows that were staged; where they lie does not matter. */
function identityOf(book: readonly BookEntry[]): string {
  return book
    .map(({ relation, runId, stagedSha256 }) => `${relation} ${runId} ${stagedSha256}`)
    .toSorted()
    .join('\n');
}

type OpenInput = Pick<LoansOfDay, 'asOf'> & {
  readonly book: readonly BookEntry[];
  readonly catalog: Catalog;
};

async function openLoans(
  { book, asOf, catalog }: OpenInput,
  tokenOf: TokenMaker,
  { lake, scratch, sql }: LoansOfRunDeps,
): Promise<OpenLoans> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await scratch.open());
  const files = new Map<string, string>();
  for (const { relation, stagingPath } of book) {
    const local = join(folder.dir, `${relation}.parquet`);
    await lake.download('staging', stagingPath, local);
    files.set(relation, local);
  }
  const session = opened.use(await sql.open(folder.dir, limitsFor(book)));
  const { ready } = resolveModels(catalog.models, new Set(book.map(({ relation }) => relation)));
  const models = withWhatTheyRead([LOANS, DATES], ready);
  const failures = await createModelViews(
    session,
    { entries: book, files, asOf, grain: 'month' },
    { models },
  );
  if (failures.size > 0)
    throw new LoansNotReadable([...failures.keys()], { cause: [...failures.values()][0] });
  const totals = await totalsOf(session);
  const kept = opened.move();
  return {
    totals,
    batches: () => batchesOf(session, tokenOf),
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

class LoansNotReadable extends Error {
  override readonly name = 'LoansNotReadable';
  constructor(models: readonly string[], options: ErrorOptions) {
    super(`the models ${models.join(', ')} could not be made of the book`, options);
  }
}

/** What a column is where it is not simply the column of the same name. */
const WORKED_OUT: Partial<Record<LoanFactColumn, string>> = {
  loan_token: 'snapshot.loan_id',
  customer_token: 'snapshot.customer_id',
  payer_token: "nullif(snapshot.payer, 'unknown')",
  // As mart_portfolio has it.
  status: `CASE
    WHEN snapshot.is_writeoff THEN 'Written off'
    WHEN NOT snapshot.is_live THEN 'Complete'
    WHEN snapshot.dpd > 0 THEN 'Default'
    ELSE 'Current'
  END`,
  dpd: 'greatest(snapshot.dpd, 0)',
  // As table_ageing has it.
  bucket: `CASE
    WHEN snapshot.is_writeoff THEN 'written_off'
    WHEN snapshot.dpd < 7 THEN '0_7'
    WHEN snapshot.dpd < 30 THEN '7_30'
    WHEN snapshot.dpd < 60 THEN '30_60'
    WHEN snapshot.dpd < 90 THEN '60_90'
    ELSE '90_plus'
  END`,
};

/** The name of a column of ids is also the domain of its tokens, so that they are those of the KPIs' contributors. */
const TOKENS = { loan_token: 'loan_id', customer_token: 'customer_id', payer_token: 'payer' } as const;

const NEWEST = `${LOANS} AS snapshot
  JOIN ${DATES} AS day ON day.reporting_date = snapshot.reporting_date AND day.is_newest`;

const FACTS = `
  SELECT ${LOAN_FACT_COLUMNS.map((column) => `${WORKED_OUT[column] ?? `snapshot.${column}`} AS ${column}`).join(', ')}
  FROM ${NEWEST}`;

async function totalsOf(session: SqlSession): Promise<LoanTotals> {
  const [row] = await session.rows(`
    SELECT
      max(snapshot.reporting_date) AS reporting_date,
      max(snapshot.as_of) AS as_of,
      CAST(count(*) AS INTEGER) AS loans,
      CAST(coalesce(sum(snapshot.outstanding), 0) AS DECIMAL(38, 2)) AS outstanding,
      CAST(coalesce(sum(snapshot.written_off), 0) AS DECIMAL(38, 2)) AS written_off
    FROM ${NEWEST}`);
  const { reporting_date: reportingDate, as_of: balancesAsOf, loans, outstanding, written_off } = row ?? {};
  return {
    reportingDate: reportingDate == null ? null : String(reportingDate),
    balancesAsOf: balancesAsOf == null ? null : String(balancesAsOf),
    loans: Number(loans),
    outstanding: String(outstanding),
    writtenOff: String(written_off),
  };
}

async function* batchesOf(session: SqlSession, tokenOf: TokenMaker): AsyncGenerator<readonly LoanFact[]> {
  for await (const rows of session.batches(FACTS)) yield rows.map((row) => factOf(row, tokenOf));
}

function factOf(row: SqlRow, tokenOf: TokenMaker): LoanFact {
  const tokens = Object.entries(TOKENS).map(([column, domain]) => [
    column,
    tokenisedCell(domain, row[column] ?? null, tokenOf),
  ]);
  return { ...row, ...Object.fromEntries(tokens) };
}
