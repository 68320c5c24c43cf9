import { join } from 'node:path';
import type { LocalDate } from '../domain/local-date.ts';
import { limitsFor } from '../kpis/book-size.ts';
import type { Catalog } from '../kpis/catalog.ts';
import { checkCatalog } from '../kpis/check-catalog.ts';
import { computeKpis } from '../kpis/compute-kpis.ts';
import { type BookEntry, KpiMart, type PeriodGrain } from '../kpis/kpi-result.ts';
import { martJson } from '../kpis/mart-files.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import type { ScratchSpace } from '../ports/scratch-space.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { SqlEngine } from '../ports/sql-engine.ts';
import { pseudonymiser } from '../privacy/pseudonym.ts';
import { proveMart } from './prove-mart.ts';
import { describeError } from './work-stage.ts';

// The KPIs of a book, computed once: whoever has the same book, day and periods takes them over.

export type MartOfBookDeps = {
  lake: Lake;
  scratch: ScratchSpace;
  sql: SqlEngine;
  secrets: SecretStore;
  log: Log;
  /** What this process is computing, by the path that it will lie at. */
  martsUnderWay: Map<string, Promise<ComputedMart>>;
};

export type MartOfBookInput = {
  /** Where the result is kept, in marts. It must follow from the book, the day and the grain. */
  readonly path: string;
  readonly book: readonly BookEntry[];
  readonly catalog: Catalog;
  readonly asOf: LocalDate;
  readonly grain: PeriodGrain;
};

export type ComputedMart = {
  /** It carries what the twin said of it: whoever publishes looks at that first. */
  readonly mart: KpiMart;
  /** The KPIs and tables that an SQL error kept from being computed, with the error. */
  readonly failures: Readonly<Record<string, string>>;
};

/** Files that arrive together have the same book at the same moment: who comes while it is computed waits for it. */
export async function martOfBook(input: MartOfBookInput, deps: MartOfBookDeps): Promise<ComputedMart> {
  const { martsUnderWay } = deps;
  const underWay = martsUnderWay.get(input.path);
  if (underWay !== undefined) return await underWay;
  const made = findOrCompute(input, deps).finally(() => martsUnderWay.delete(input.path));
  martsUnderWay.set(input.path, made);
  return await made;
}

async function findOrCompute(
  { path, ...input }: MartOfBookInput,
  deps: MartOfBookDeps,
): Promise<ComputedMart> {
  const cached = await deps.lake.read('marts', path);
  if (cached !== undefined) return { mart: KpiMart.parse(JSON.parse(cached.toString('utf8'))), failures: {} };
  const { mart, failures } = await computeMart(input, deps);
  // A result with a failed KPI is not kept for others: the failure may pass. Nor is one that is not proved.
  if (Object.keys(failures).length === 0 && mart.parity?.mismatches.length === 0) {
    await deps.lake.write('marts', path, martJson(mart), { onlyIf: 'absent' });
  }
  return { mart, failures };
}

/** The same computed whether or not it is kept, and not kept. */
export async function computeMart(
  { book, catalog, asOf, grain }: Omit<MartOfBookInput, 'path'>,
  { lake, scratch, sql, secrets, log }: Omit<MartOfBookDeps, 'martsUnderWay'>,
): Promise<ComputedMart> {
  await using folder = await scratch.open();
  const files = new Map<string, string>();
  for (const { relation, stagingPath } of book) {
    const local = join(folder.dir, `${relation}.parquet`);
    await lake.download('staging', stagingPath, local);
    files.set(relation, local);
  }
  await checkCatalog(catalog, { sql, dir: folder.dir });
  await using session = await sql.open(folder.dir, limitsFor(book));
  const failures: Record<string, string> = {};
  const computed = await computeKpis({
    book,
    files,
    catalog,
    sql: session,
    asOf,
    grain,
    tokenOf: pseudonymiser(await secrets.get('pseudonym-key')),
    onFailure: ({ kpis, error }) => {
      for (const kpi of kpis) failures[kpi] = describeError(error);
      log.error('stage.failed', { stage: 'compute', kpis, error: describeError(error) });
    },
  });
  const failed = new Set(Object.keys(failures));
  const parity = await proveMart({ mart: computed, files, sql: session, failed });
  return { mart: { ...computed, parity }, failures };
}
