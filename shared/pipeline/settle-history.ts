import type { BookId, RunId } from '../domain/ids.ts';
import { addDays, type LocalDate } from '../domain/local-date.ts';
import { KpiMart } from '../kpis/kpi-result.ts';
import type {
  HistoryAttempt,
  HistoryPoint,
  HistoryWriter,
  KpiHistory,
  TakenBack,
} from '../ports/kpi-history.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SnapshotRegistry } from '../ports/snapshot-registry.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { standingOf, supersedes } from './book.ts';
import { hasNumbers } from './newest-mart.ts';
import { newestOfAttempts } from './read-of-attempts.ts';
import { isPublishedOrAbout } from './refresh-later-reports.ts';

export type SettleDeps = {
  lake: Lake;
  ledger: RunLedger;
  registry: SnapshotRegistry;
  history: KpiHistory;
};

type DatedRun = RunRecord & { readonly asOf: LocalDate };

/** The history says of the run what its mart says, as far as nobody knows better. Returns how many results changed. */
export async function recordInHistory(mart: KpiMart, run: DatedRun, deps: SettleDeps): Promise<number> {
  return await record(mart, run, deps, new Set());
}

/** The attempt and those before it have said nothing: what others know better than nothing stands again. */
export async function takeOutOfHistory(attempt: HistoryAttempt, deps: SettleDeps): Promise<void> {
  await takeOut(attempt, deps, new Set());
}

/** Runs whose stand-ins are looked after: two may stand in for each other. */
type LookedAfter = Set<RunId>;

async function record(mart: KpiMart, run: DatedRun, deps: SettleDeps, after: LookedAfter): Promise<number> {
  const writer = writerOf(run);
  const { changed, takenBack } = await deps.history.record(mart, writer);
  await settle(writer, takenBack, deps, after);
  return changed;
}

async function takeOut(attempt: HistoryAttempt, deps: SettleDeps, after: LookedAfter): Promise<void> {
  await settle(attempt, await deps.history.forget(attempt), deps, after);
}

/**
 * For the points that a run has taken back all runs that may have them are asked, the run itself included, those with the
 * newest day first: theirs are better founded. Whoever dies on the way asks again, and looks again after those who took them.
 */
async function settle(
  from: HistoryAttempt,
  { points, standIns }: TakenBack,
  deps: SettleDeps,
  after: LookedAfter,
): Promise<void> {
  // Of those that were asked before it is not known what they said then.
  const asked = new Map(after.has(from.runId) ? [] : standIns.map((runId) => [runId, 0]));
  after.add(from.runId);
  let open = points;
  for (const { asOf, runs } of await bestOfEachBook(open, deps)) {
    if (!open.some((point) => mayKnow(asOf, point))) break;
    const filled = new Set<HistoryPoint>();
    for (const run of runs) {
      const kpis = await newestOfAttempts(deps.lake, run, 'kpis.json');
      if (kpis === undefined) continue;
      for (const point of await deps.history.offer(KpiMart.parse(kpis.document), writerOf(run), open))
        filled.add(point);
      if (!asked.has(run.runId)) asked.set(run.runId, kpis.attempt);
    }
    // All of one day have been asked: no older one is better founded.
    open = open.filter((point) => !filled.has(point));
  }
  await deps.history.close(from, open);
  for (const [runId, attempt] of asked) await sayAsOfNow({ runId, attempt }, deps, after);
}

/**
 * One that was asked may have been withdrawn since it was listed, or say something else by now, of which whoever saw to
 * that did not find here what it had not taken yet. `attempt` is the one whose mart was asked.
 */
async function sayAsOfNow(
  { runId, attempt }: HistoryAttempt,
  deps: SettleDeps,
  after: LookedAfter,
): Promise<void> {
  const run = (await deps.ledger.find(runId))?.value;
  if (run === undefined) return;
  if ((await deps.registry.find(runId))?.isRemoved === true) {
    await takeOut(run, deps, after);
    return;
  }
  const { asOf } = run;
  if (asOf === undefined || !hasSaid(run)) return;
  const kpis = await newestOfAttempts(deps.lake, run, 'kpis.json');
  if (kpis !== undefined && kpis.attempt > attempt)
    await record(KpiMart.parse(kpis.document), { ...run, asOf }, deps, after);
}

/** A reporting date may be a label that lies weeks after the true day of its data. */
const MOST_DAYS_AHEAD = 62;

function mayKnow(asOf: LocalDate, { reportingDate }: HistoryPoint): boolean {
  return addDays(asOf, MOST_DAYS_AHEAD) >= reportingDate;
}

/**
 * Runs whose numbers count, by their days, the newest first. Of several with the same book the one that stands best: they
 * say the same.
 */
async function bestOfEachBook(
  points: readonly HistoryPoint[],
  { ledger, registry }: SettleDeps,
): Promise<readonly { readonly asOf: LocalDate; readonly runs: readonly DatedRun[] }[]> {
  if (points.length === 0) return [];
  const accepted = new Set((await registry.all()).map(({ runId }) => runId));
  const best = new Map<BookId | RunId, DatedRun>();
  for (const run of await ledger.list()) {
    const { asOf, bookId } = run;
    if (asOf === undefined || bookId === undefined || !hasSaid(run) || !accepted.has(run.runId)) continue;
    const dated = { ...run, asOf };
    const key = saysAllOfItsBook(run) ? bookId : run.runId;
    const other = best.get(key);
    if (other === undefined || supersedes(standingOf(dated), standingOf(other))) best.set(key, dated);
  }
  return [...Map.groupBy(best.values(), ({ asOf }) => asOf)]
    .map(([asOf, runs]) => ({ asOf, runs }))
    .sort((a, b) => (a.asOf < b.asOf ? 1 : -1));
}

/** Not where a KPI failed, nor while its newest mart may be of another book than the one that it has published. */
function saysAllOfItsBook({ status, phases }: RunRecord): boolean {
  return status === 'success' && Object.keys(phases.calculation?.errors ?? {}).length === 0;
}

function hasSaid(run: RunRecord): boolean {
  return hasNumbers(run) || isPublishedOrAbout(run);
}

function writerOf(run: DatedRun): HistoryWriter {
  return { ...standingOf(run), attempt: run.attempt };
}
