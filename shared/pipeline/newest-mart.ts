import type { LocalDate } from '../domain/local-date.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { standingOf, supersedes } from './book.ts';
import { type DatedRun, MartShelf } from './mart-shelf.ts';

export type NewestNumbers = { readonly run: RunRecord; readonly mart: KpiMart };

/** The KPIs to show: those of the newest as-of date, and of several runs for it the one with the fullest book. */
export async function newestMart(
  filter: { asOf?: LocalDate | undefined },
  { lake, ledger }: { lake: Lake; ledger: RunLedger },
): Promise<NewestNumbers | undefined> {
  const dated = (await ledger.list())
    .filter(hasNumbers)
    .flatMap((run) => (run.asOf === undefined ? [] : [{ ...run, asOf: run.asOf }]))
    .filter(({ asOf }) => filter.asOf === undefined || asOf === filter.asOf);
  const newest = dated.reduce((latest, { asOf }) => (asOf > latest ? asOf : latest), '');
  const runs = dated.filter(({ asOf }) => asOf === newest).filter(isNotSuperseded);
  const shelf = MartShelf.of(lake);
  const fullestFirst: { run: DatedRun; files: number }[] = [];
  for (const run of runs) {
    const files = await shelf.filesInBook(run);
    if (files !== undefined) fullestFirst.push({ run, files });
  }
  fullestFirst.sort((a, b) => b.files - a.files || (isLater(a.run, b.run) ? -1 : 1));
  for (const { run } of fullestFirst) {
    const mart = await shelf.martOf(run);
    if (mart !== undefined) return { run, mart };
  }
  return undefined;
}

/** A correction for the same day leaves the run that it corrects without a say. */
function isNotSuperseded(run: DatedRun, _: number, runs: readonly DatedRun[]): boolean {
  return !runs.some((other) => other.relation === run.relation && isLater(other, run));
}

function isLater(a: DatedRun, b: DatedRun): boolean {
  return supersedes(standingOf(a), standingOf(b));
}

/**
 * KPIs were computed and published, now or before: while they are computed again, or after that failed, the last ones
 * stand. A run of rows that no KPI reads has none, however new its day is.
 */
export function hasNumbers({ status, succeededAt, bookId }: RunRecord): boolean {
  return succeededAt !== undefined && bookId !== undefined && status !== 'rejected' && status !== 'canceled';
}
