import type { LocalDate } from '../domain/local-date.ts';
import { KpiMart } from '../kpis/kpi-result.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { martPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';

/** The KPIs to show: those of the newest as-of date, and of several runs for it the one with the fullest book. */
export async function newestMart(
  filter: { asOf?: LocalDate | undefined },
  { lake, ledger }: { lake: Lake; ledger: RunLedger },
): Promise<{ run: RunRecord; mart: KpiMart } | undefined> {
  const runs = (await ledger.list())
    .filter(hasNumbers)
    .filter(({ asOf }) => asOf !== undefined && (filter.asOf === undefined || asOf === filter.asOf));
  const asOf = runs.map((run) => run.asOf).reduce((a, b) => ((a ?? '') > (b ?? '') ? a : b), undefined);
  let best: { run: RunRecord; mart: KpiMart } | undefined;
  for (const run of runs) {
    if (asOf === undefined || run.asOf !== asOf) continue;
    const body = await lake.read('marts', martPath(asOf, run.runId, 'json'));
    if (body === undefined) continue;
    const mart = KpiMart.parse(JSON.parse(body.toString('utf8')));
    if (best === undefined || mart.book.length > best.mart.book.length) best = { run, mart };
  }
  return best;
}

/** Succeeded, now or before: while it is computed again, or after that failed, its last numbers stand. */
function hasNumbers({ status, succeededAt }: RunRecord): boolean {
  return succeededAt !== undefined && status !== 'rejected' && status !== 'canceled';
}
