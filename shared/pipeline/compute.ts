import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contractOf } from '../contracts/registry.ts';
import type { RunId } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { bookIdOf } from '../kpis/book-id.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { martCsv, martJson, writeMartParquet } from '../kpis/mart-files.ts';
import type { Lake } from '../ports/lake.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import { runFacts } from '../runs/run-facts.ts';
import { attemptPath, bookMartPath, martPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { bookOf, readByKpis } from './book.ts';
import { type MartOfBookDeps, martOfBook } from './mart-of-book.ts';
import { refuseMismatch } from './prove-mart.ts';
import { asSeen, type SeenFiles, seenFiles } from './seen-files.ts';
import { messageFor, type StageMessage } from './stage-message.ts';
import { type WaitDeps, waitForTheBook } from './wait-for-files.ts';
import {
  AttemptOvertaken,
  amendAttempt,
  type StageDeps,
  type StageOutcome,
  withTrail,
  workStage,
} from './work-stage.ts';

// Staged snapshots -> KPIs. The result belongs to the book: a run whose book was computed before takes it over
// instead of computing it again.

export type ComputeDeps = StageDeps &
  MartOfBookDeps &
  WaitDeps & {
    registry: SnapshotRegistry;
    catalog(): Promise<Catalog>;
  };

export async function computeRun(message: StageMessage, deps: ComputeDeps): Promise<StageOutcome> {
  return await workStage(message, deps, {
    work: (run) => compute(run, deps),
    resend: (run) => Promise.resolve([messageFor(run, 'publish')]),
  });
}

async function compute(run: RunRecord, deps: ComputeDeps): Promise<readonly StageMessage[]> {
  const startedAt = deps.clock.now();
  const { asOf, runId } = run;
  if (asOf === undefined) throw new Error(`run ${runId} reached compute without an as-of date`);
  const { mart, failures } = await computeAndKeep(run, asOf, deps);

  const now = deps.clock.now();
  const notComputable = mart.kpis.filter(({ status }) => status === 'not-computable').length;
  const calculation = {
    kpisComputed: mart.kpis.length - notComputable,
    kpisNotComputable: notComputable,
    errors: failures,
    auditEntries: mart.series.length,
    durationMs: now.getTime() - startedAt.getTime(),
  };
  deps.log.debug('book.computed', {
    ...runFacts(run),
    bookId: mart.bookId,
    book: mart.book.map(({ dataset, runId: from }) => `${dataset} ${from}`),
    kpis: mart.kpis.length,
    notComputable: [
      ...new Set(mart.kpis.flatMap(({ id, status }) => (status === 'not-computable' ? [id] : []))),
    ],
  });
  const advanced = await amendAttempt(deps.ledger, run, (current) =>
    withTrail(
      { ...current, stage: 'publish', bookId: mart.bookId, phases: { ...current.phases, calculation } },
      'compute',
      startedAt,
      now,
    ),
  );
  return [messageFor(advanced, 'publish')];
}

type Computed = Awaited<ReturnType<typeof martOfBook>>;

/** Computes until its files could be written over exactly what was there when the book was looked up. */
async function computeAndKeep(run: RunRecord, asOf: LocalDate, deps: ComputeDeps): Promise<Computed> {
  const { lake, ledger, registry } = deps;
  const catalog = await deps.catalog();
  const isInBooks = ({ contract, contractVersion }: RunRecord): boolean => {
    const found = contractOf(contract, contractVersion);
    return found !== undefined && readByKpis([found], catalog).length > 0;
  };
  await waitForTheBook(run, isInBooks, deps);
  for (;;) {
    const current = await ledger.find(run.runId);
    if (current?.value.attempt !== run.attempt) throw new AttemptOvertaken(`attempt ${run.attempt} is over`);
    // Before the book is looked up: whoever writes these files later has seen a book at least as new as ours.
    const paths = MART_FILES.map(({ extension }) => martPath(asOf, run.runId, extension));
    const seen = await seenFiles(lake, 'marts', paths);
    const book = bookOf(run, readByKpis(await registry.all(), catalog));
    const path = bookMartPath(bookIdOf(book, catalog.sha256));
    const { mart, failures } = await martOfBook({ path, book, catalog, asOf, grain: 'month' }, deps);
    await keepParity(mart, run, lake);
    const json = martJson(mart);
    await lake.write('runs', attemptPath(run.runId, run.attempt, 'kpis.json'), json);
    if (await writeMarts({ mart, json }, { ...run, asOf }, seen, deps)) return { mart, failures };
  }
}

/** Where engine and twin differ, the run goes no further: what differs and by how much lies in parity.json. */
async function keepParity({ parity }: KpiMart, run: RunRecord, lake: Lake): Promise<void> {
  if (parity === undefined) return;
  const body = `${JSON.stringify(parity, null, 2)}\n`;
  await lake.write('runs', attemptPath(run.runId, run.attempt, 'parity.json'), body);
  refuseMismatch(parity);
}

const MART_FILES = [
  { extension: 'parquet', contentType: 'application/vnd.apache.parquet' },
  { extension: 'csv', contentType: 'text/csv; charset=utf-8' },
  { extension: 'json', contentType: 'application/json' },
] as const;

/** False when another worker wrote in between: then its book may be newer than ours, and nothing is forced. */
async function writeMarts(
  { mart, json }: { readonly mart: KpiMart; readonly json: string },
  { runId, asOf }: { readonly runId: RunId; readonly asOf: LocalDate },
  seen: SeenFiles,
  { lake, scratch, sql }: ComputeDeps,
): Promise<boolean> {
  await using folder = await scratch.open();
  await using session = await sql.open(folder.dir);
  const parquet = join(folder.dir, 'kpis.parquet');
  await writeMartParquet(mart, { sql: session, path: parquet });
  const bodies = { parquet: await readFile(parquet), csv: martCsv(mart), json };
  for (const { extension, contentType } of MART_FILES) {
    const path = martPath(asOf, runId, extension);
    const options = { contentType, onlyIf: asSeen(seen, path) };
    const outcome = await lake.write('marts', path, bodies[extension], options);
    if (outcome.kind === 'conflict') return false;
  }
  return true;
}
