import { join } from 'node:path';
import { LocalDate } from '../domain/local-date.ts';
import { bookIdOf } from '../kpis/book-id.ts';
import type { Catalog } from '../kpis/catalog.ts';
import { type BookEntry, KpiMart, type PeriodGrain } from '../kpis/kpi-result.ts';
import { createModelViews } from '../kpis/model-views.ts';
import { resolveModels, withWhatTheyRead } from '../kpis/resolved-models.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { SqlValue } from '../ports/sql-engine.ts';
import { dayMartPath } from '../runs/run-paths.ts';
import { isReferenceData, readByKpis } from './book.ts';
import { bookOfDay, PAR_RELATION, spanOf } from './book-of-day.ts';
import { type MartOfBookDeps, martOfBook } from './mart-of-book.ts';
import { refuseMismatch } from './prove-mart.ts';

// The numbers of any day, in periods of any length, from the files that are there: blind to all that happened after it.
// No run is begun and none is changed; the result is kept, and gives the same bytes to whoever asks again.

const LOANS_RELATION = 'looker_loans';
/** The true day of each date of the PAR file. */
const PAR_DATES_MODEL = 'int_par_as_of';

export type RecomputeDeps = MartOfBookDeps & { registry: SnapshotRegistry; catalog(): Promise<Catalog> };

export type RecomputeInput = {
  readonly asOf: LocalDate;
  readonly grain: PeriodGrain;
  /** Of a day that has been computed: the same files again, for other periods. */
  readonly book?: readonly BookEntry[];
};

export type Recomputed =
  | { readonly kind: 'computed'; readonly mart: KpiMart }
  /** A sentence that says which days can be asked for. */
  | { readonly kind: 'no-data'; readonly reason: string };

/** Throws TwinDisagrees when the numbers could not be proved: nobody is to read them. */
export async function recomputeDay(input: RecomputeInput, deps: RecomputeDeps): Promise<Recomputed> {
  const { asOf, grain } = input;
  const catalog = await deps.catalog();
  const candidates = input.book ?? (await candidatesFor(asOf, catalog, deps));
  if ('reason' in candidates) return { kind: 'no-data', reason: candidates.reason };
  // By the files that were looked at, so that a kept result is found without looking at them again.
  const path = dayMartPath(bookIdOf(candidates, catalog.sha256), asOf, grain);
  const kept = await deps.lake.read('marts', path);
  if (kept !== undefined) return proved(KpiMart.parse(JSON.parse(kept.toString('utf8'))));
  const book = input.book ?? (await usableOn(asOf, candidates, catalog, deps));
  if ('reason' in book) return { kind: 'no-data', reason: book.reason };
  const { mart } = await martOfBook({ path, book, catalog, asOf, grain }, deps);
  return proved(mart);
}

function proved(mart: KpiMart): Recomputed {
  if (mart.parity !== undefined) refuseMismatch(mart.parity);
  return { kind: 'computed', mart };
}

type NoData = { readonly reason: string };

async function candidatesFor(
  asOf: LocalDate,
  catalog: Catalog,
  { registry }: RecomputeDeps,
): Promise<readonly BookEntry[] | NoData> {
  const snapshots = readByKpis(await registry.all(), catalog);
  const span = spanOf(snapshots);
  if (span === undefined) {
    return { reason: 'No file has been accepted yet that KPIs are computed from. Drop one into landing.' };
  }
  if (asOf > span.last) {
    return {
      reason: `There is no data after ${span.last}, so nothing can be said of ${asOf}. Ask for ${span.last} or a day before it, or drop a newer file.`,
    };
  }
  return bookOfDay(asOf, snapshots, catalog.models);
}

/**
 * The files of the day, less the PAR file where none of its dates is that day: the newest before it would be shown as if
 * it were. Balances are rebuilt from loans and payments then.
 */
async function usableOn(
  asOf: LocalDate,
  candidates: readonly BookEntry[],
  catalog: Catalog,
  deps: RecomputeDeps,
): Promise<readonly BookEntry[] | NoData> {
  const { firstLoan, hasBalances } = await lookedUp(asOf, candidates, catalog, deps);
  if (firstLoan !== undefined && asOf < firstLoan) {
    return {
      reason: `The first loan was disbursed on ${firstLoan}, so there is nothing to compute as of ${asOf}. Ask for ${firstLoan} or a later day.`,
    };
  }
  const book = hasBalances ? candidates : candidates.filter(({ relation }) => relation !== PAR_RELATION);
  if (!book.every(isReferenceData)) return book;
  return {
    reason: `No file speaks of ${asOf}. Any day can be computed once looker/loans, looker/schedules and looker/transactions are there; without them only the days of the files that came.`,
  };
}

/** What the files themselves say: the day of the first loan, and whether the PAR file has balances of the day. */
async function lookedUp(
  asOf: LocalDate,
  candidates: readonly BookEntry[],
  { models }: Catalog,
  { lake, scratch, sql }: RecomputeDeps,
): Promise<{ firstLoan: LocalDate | undefined; hasBalances: boolean }> {
  const entries = candidates.filter(
    ({ relation }) => relation === PAR_RELATION || relation === LOANS_RELATION,
  );
  const relations = new Set(entries.map(({ relation }) => relation));
  if (relations.size === 0) return { firstLoan: undefined, hasBalances: false };
  await using folder = await scratch.open();
  const files = new Map<string, string>();
  for (const { relation, stagingPath } of entries) {
    files.set(relation, join(folder.dir, `${relation}.parquet`));
    await lake.download('staging', stagingPath, join(folder.dir, `${relation}.parquet`));
  }
  await using session = await sql.open(folder.dir);
  const needed = withWhatTheyRead([PAR_DATES_MODEL], resolveModels(models, relations).ready);
  const failures = await createModelViews(
    session,
    { entries, files, asOf, grain: 'month' },
    { models: needed },
  );
  for (const error of failures.values()) throw error;
  const one = async (query: string): Promise<SqlValue | undefined> =>
    (await session.rows(query))[0]?.['answer'];
  const first = relations.has(LOANS_RELATION)
    ? await one(
        // No loan runs for 50 years: a disbursement before that is a typing error.
        `SELECT min(disburse_date) AS answer FROM ${LOANS_RELATION}, book_entries AS snapshot
        WHERE snapshot.relation = '${LOANS_RELATION}' AND disburse_date >= snapshot.as_of - INTERVAL 50 YEAR`,
      )
    : undefined;
  const hasBalances =
    needed.length > 0 &&
    (await one(`SELECT count(*) > 0 AS answer FROM ${PAR_DATES_MODEL} WHERE as_of = DATE '${asOf}'`)) ===
      true;
  return { firstLoan: first == null ? undefined : LocalDate.parse(first), hasBalances };
}
