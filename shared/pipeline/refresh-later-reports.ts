import { createHash } from 'node:crypto';
import { Sha256 } from '../domain/ids.ts';
import { KpiMart } from '../kpis/kpi-result.ts';
import type { Clock } from '../ports/clock.ts';
import type { KpiHistory } from '../ports/kpi-history.ts';
import type { Lake } from '../ports/lake.ts';
import type { Log } from '../ports/log.ts';
import { amendRun, type RunLedger } from '../ports/run-ledger.ts';
import { runFacts } from '../runs/run-facts.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { standingOf, supersedes } from './book.ts';
import { continueSeries, readOnce } from './continue-series.ts';
import { readOfAttempts } from './read-of-attempts.ts';
import { messageFor, type StageMessage } from './stage-message.ts';

export type LaterReportDeps = {
  lake: Lake;
  ledger: RunLedger;
  history: Pick<KpiHistory, 'seriesOf'>;
  clock: Clock;
  log: Log;
};

/** What a report says of the past follows from this. */
export function seriesHash(mart: KpiMart): Sha256 {
  return Sha256.parse(createHash('sha256').update(JSON.stringify(mart.series)).digest('hex'));
}

/**
 * A snapshot of the past that arrives late, or is withdrawn, changes what later reports compare with: of each feed the one
 * after it and the newest are published again, each as a new attempt. So is one of its own day that counts once more: as
 * long as it did not, nobody came back to it. Reports whose past did not change are left alone, so that this comes to an
 * end, and doing it twice does no harm.
 */
export async function refreshLaterReports(
  run: Pick<RunRecord, 'dataset' | 'asOf'>,
  deps: LaterReportDeps,
  happened: 'arrived' | 'was withdrawn' = 'arrived',
  runs?: readonly RunRecord[],
): Promise<readonly StageMessage[]> {
  const { asOf } = run;
  // Reference data stands for no day, so that nothing is later than it.
  if (asOf === undefined) return [];
  const later = (runs ?? (await deps.ledger.list()))
    .filter(isPublishedOrAbout)
    .flatMap((other) => (other.asOf === undefined ? [] : [{ ...other, asOf: other.asOf }]))
    .filter((other) => other.asOf > asOf || (other.asOf === asOf && happened === 'was withdrawn'))
    .sort((a, b) => (supersedes(standingOf(a), standingOf(b)) ? 1 : -1));
  // Of every feed: a report shows the KPIs of its whole book. And for each day the last one, which is the one that counts.
  const ends = new Set(
    [...Map.groupBy(later, ({ relation }) => relation).values()].flatMap((feed) => {
      const counting = [...new Map(feed.map((other) => [other.asOf, other])).values()];
      const ofThatDay = counting.filter((other) => other.asOf === asOf);
      const after = counting.slice(ofThatDay.length);
      return [...ofThatDay, ...after.slice(0, 1), ...after.slice(-1)];
    }),
  );
  const snapshot = `${run.dataset} as of ${asOf} `;
  const cause = `${snapshot}${happened}`;
  const read = { ...deps, history: readOnce(deps.history) };
  const messages: StageMessage[] = [];
  for (const other of later) {
    const begun = ends.has(other) ? await beginAttempt(other, cause, read) : undefined;
    const waiting = begun ?? (await publishingBecauseOf(other, snapshot, deps));
    if (waiting !== undefined) messages.push(messageFor(waiting, 'publish'));
  }
  return messages;
}

async function beginAttempt(
  other: RunRecord,
  cause: string,
  deps: LaterReportDeps,
): Promise<RunRecord | undefined> {
  return (await hasAnotherPast(other, deps)) ? await publishAgain(other, cause, deps) : undefined;
}

/** A new attempt of a run from publish on; undefined when somebody else has begun one since it was looked at. */
export async function publishAgain(
  other: RunRecord,
  cause: string,
  deps: Pick<LaterReportDeps, 'ledger' | 'clock' | 'log'>,
): Promise<RunRecord | undefined> {
  const amended = await amendRun(deps.ledger, other.runId, (current) =>
    isPublishedOrAbout(current) && current.attempt === other.attempt
      ? publishedAgain(current, cause, deps.clock)
      : undefined,
  );
  if (amended?.amended !== true) return undefined;
  deps.log.info('run.refreshed', { ...runFacts(amended.run), cause });
  return amended.run;
}

/**
 * An earlier delivery may have begun the attempt and died before its message left. The report may have caught up
 * since, so that nothing about it looks stale any more, and the snapshot may have come or gone, yet its run still waits for
 * that message.
 */
export async function publishingBecauseOf(
  { runId, status }: RunRecord,
  causeBegins: string,
  { ledger }: Pick<LaterReportDeps, 'ledger'>,
): Promise<RunRecord | undefined> {
  if (status === 'success') return undefined;
  const run = (await ledger.find(runId))?.value;
  return run?.status === 'running' && run.stage === 'publish' && run.cause.startsWith(causeBegins)
    ? run
    : undefined;
}

/** Its report is there, or is the next thing that is made. */
export function isPublishedOrAbout({ status, stage }: RunRecord): boolean {
  return status === 'success' || (status === 'running' && stage === 'publish');
}

async function hasAnotherPast(run: RunRecord, { lake, history }: LaterReportDeps): Promise<boolean> {
  const body = await readOfAttempts(lake, run, 'kpis.json');
  if (body === undefined) return false;
  return seriesHash(await continueSeries(KpiMart.parse(body), history)) !== run.seriesSha256;
}

function publishedAgain(run: RunRecord, cause: string, clock: Clock): RunRecord {
  const { completedAt: _completedAt, ...rest } = run;
  const updatedAt = clock.now().toISOString();
  return { ...rest, status: 'running', stage: 'publish', attempt: run.attempt + 1, cause, updatedAt };
}
