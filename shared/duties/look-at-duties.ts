import { type LocalDate, localDateOf } from '../domain/local-date.ts';
import type { Health } from '../pipeline/health.ts';
import { newestMart } from '../pipeline/newest-mart.ts';
import { describeError } from '../pipeline/work-stage.ts';
import type { Clock } from '../ports/clock.ts';
import type { Deliveries } from '../ports/deliveries.ts';
import type { Incidents } from '../ports/incidents.ts';
import type { Lake } from '../ports/lake.ts';
import type { LakeProtection } from '../ports/lake-protection.ts';
import type { Log } from '../ports/log.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import type { SourceStates } from '../ports/source-states.ts';
import { backupDuty } from './backup-duty.ts';
import { DailyDuties, type Duty, dailyLogPath, dutiesPath } from './daily-duties.ts';
import { type DayFacts, dailyLog } from './daily-log.ts';
import { errorDuty } from './error-duty.ts';
import { healthDuty } from './health-duty.ts';
import { kpiDuty } from './kpi-duty.ts';
import { plannedFor } from './planned-duties.ts';

export type DutyDeps = {
  readonly lake: Lake;
  readonly ledger: RunLedger;
  readonly sourceStates: SourceStates;
  readonly deliveries: Deliveries;
  readonly incidents: Incidents;
  readonly protection: LakeProtection;
  readonly clock: Clock;
  readonly log: Log;
};

const LOOKED_BACK_MS = 24 * 3_600_000;

/**
 * Does the four duties of the day, and keeps what was found with the log of the day. Once: a second time on the same day
 * finds what was kept. Where one of them cannot be looked at, the others are all the same.
 */
export async function lookAtDuties(health: () => Promise<Health>, deps: DutyDeps): Promise<DailyDuties> {
  const now = deps.clock.now();
  const day = localDateOf(now);
  const kept = await keptDuties(day, deps.lake);
  if (kept !== undefined) return kept;
  const facts = await factsSince(new Date(now.getTime() - LOOKED_BACK_MS), deps);
  const duties = await Promise.all([
    looked('health', async () => healthDuty(await health()), deps.log),
    looked('errors', async () => errorDuty(await wentWrong(facts, deps)), deps.log),
    looked('kpis', async () => kpiDuty(await newestMart({}, deps)), deps.log),
    looked('backups', async () => await backupDuty(facts.landed, deps), deps.log),
  ]);
  const found: DailyDuties = { day, lookedAt: now.toISOString(), duties, planned: [...plannedFor(day)] };
  const log = dailyLog(facts, found);
  // First the log: where the duties are, everything is.
  await deps.lake.write('runs', dailyLogPath(day), log, { contentType: 'application/x-ndjson' });
  const options = { contentType: 'application/json', onlyIf: 'absent' } as const;
  const outcome = await deps.lake.write('runs', dutiesPath(day), JSON.stringify(found, null, 2), options);
  return outcome.kind === 'written' ? found : ((await keptDuties(day, deps.lake)) ?? found);
}

/** What was found on that day. */
export async function keptDuties(day: LocalDate, lake: Lake): Promise<DailyDuties | undefined> {
  const body = await lake.read('runs', dutiesPath(day));
  return body && DailyDuties.parse(JSON.parse(body.toString('utf8')));
}

type Facts = DayFacts & { readonly landed: DayFacts['runs'] };

async function factsSince(since: Date, deps: DutyDeps): Promise<Facts> {
  const isRecent = (at: string | undefined): boolean => at !== undefined && Date.parse(at) >= since.getTime();
  const [runs, sources, deliveries, incidents] = await Promise.all([
    deps.ledger.list(),
    deps.sourceStates.all(),
    deps.deliveries.all(),
    deps.incidents.all(),
  ]);
  return {
    runs: runs.filter(({ completedAt, updatedAt }) => isRecent(completedAt ?? updatedAt)),
    landed: runs.filter(({ drop }) => isRecent(drop.landedAt)),
    pulls: sources.flatMap(({ dataset, pulls }) =>
      pulls.filter(({ at }) => isRecent(at)).map((pull) => ({ ...pull, dataset })),
    ),
    deliveries: deliveries.filter(({ since: at }) => isRecent(at)),
    incidents: incidents.filter(({ status, updatedAt }) => status === 'open' || isRecent(updatedAt)),
  };
}

async function wentWrong({ runs, pulls, incidents }: Facts, { deliveries }: DutyDeps) {
  return {
    runs,
    pulls,
    refused: await deliveries.all({ status: 'refused' }),
    open: incidents.filter(({ status }) => status === 'open'),
  };
}

async function looked(duty: Duty['duty'], look: () => Promise<Duty>, log: Log): Promise<Duty> {
  try {
    return await look();
  } catch (error) {
    log.error('stage.failed', { stage: 'duties', error: describeError(error) });
    const reason = error instanceof Error ? error.name : 'error';
    return { duty, verdict: 'unknown', sentence: `It could not be looked at (${reason}).`, details: [] };
  }
}
