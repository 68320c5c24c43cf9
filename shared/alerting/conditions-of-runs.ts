import type { RunRecord } from '../runs/run-record.ts';
import type { Condition } from './condition.ts';
import { brokeItsSchema, conditionsOfDrift } from './conditions-of-drift.ts';

// What the ledger tells: not a timer's own memory, which may be dead when it matters.

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Hours since data last came to numbers, minutes from drop to report, errors in a day: warning, then critical. */
export const SERVICE_LEVELS = {
  freshnessHours: { target: 6, warning: 8, critical: 12 },
  latencyMinutes: { target: 10, warning: 12, critical: 15 },
  errors: { target: 0, warning: 5, critical: 10 },
} as const;
/** Errors are counted over a day. */
const ERRORS_OF_MS = 24 * HOUR_MS;

export function conditionsOfRuns(
  runs: readonly RunRecord[],
  failedPulls: readonly { readonly at: string }[],
  now: Date,
): Condition[] {
  return [
    ...newestOfEach(runs).flatMap(conditionOfNewest),
    ...conditionsOfDrift(runs),
    ...lateness(runs, now),
    ...slowness(runs, now),
    ...errors(runs, failedPulls, now),
  ];
}

/** The run of the file that landed last, for each dataset: a good one after a bad one resolves what the bad one opened. */
function newestOfEach(runs: readonly RunRecord[]): readonly RunRecord[] {
  const ended = runs.filter(({ status }) => status !== 'running' && status !== 'canceled');
  return [...Map.groupBy(ended, ({ dataset }) => dataset).values()].flatMap((own) =>
    own.toSorted((a, b) => (a.drop.landedAt < b.drop.landedAt ? 1 : -1)).slice(0, 1),
  );
}

function conditionOfNewest(run: RunRecord): Condition[] {
  const { runId, dataset, status, lastError, problems, stage } = run;
  if (status === 'failed') {
    const facts = { run: runId, stage: lastError?.stage ?? stage, error: lastError?.code ?? 'stage-failed' };
    return [
      {
        kind: 'pipeline-failed',
        of: dataset,
        title: `The newest file of ${dataset} could not be worked: the machinery failed.`,
        facts,
      },
    ];
  }
  if (status !== 'rejected' || brokeItsSchema(run)) return [];
  const code = problems[0]?.code ?? 'rejected';
  const facts = { run: runId, problem: code };
  if (code === 'undeclared-personal-data')
    return [
      {
        kind: 'compliance-violation',
        of: dataset,
        title: `A file of ${dataset} held personal data that nobody declared. It was refused.`,
        facts,
      },
    ];
  return [
    {
      kind: 'file-rejected',
      of: dataset,
      title: `The newest file of ${dataset} was rejected (${code}).`,
      facts,
    },
  ];
}

/** Nothing is late before anything has ever come. */
function lateness(runs: readonly RunRecord[], now: Date): Condition[] {
  const { warning, critical, target } = SERVICE_LEVELS.freshnessHours;
  const newest = runs.reduce(
    (latest, { succeededAt = '' }) => (succeededAt > latest ? succeededAt : latest),
    '',
  );
  if (newest === '') return [];
  const hours = (now.getTime() - Date.parse(newest)) / HOUR_MS;
  if (hours <= warning) return [];
  const facts = {
    value: `${Math.floor(hours)} hours`,
    limits: `target ${target}, warning ${warning}, critical ${critical} hours`,
    'newest success': newest,
  };
  const kind = hours > critical ? 'data-very-late' : 'data-late';
  return [{ kind, of: 'all-data', title: `No new numbers for ${Math.floor(hours)} hours.`, facts }];
}

/**
 * The slowest run of the day, from its drop to its report, with the stage that took longest. One that is still under way
 * counts as well: what never ends would never be told otherwise.
 */
function slowness(runs: readonly RunRecord[], now: Date): Condition[] {
  const { warning, critical, target } = SERVICE_LEVELS.latencyMinutes;
  const slow = runs
    .flatMap((run) => {
      const tookMs = timeOf(run, now);
      return tookMs === undefined ? [] : [{ run, minutes: tookMs / MINUTE_MS }];
    })
    .filter(({ minutes }) => minutes > warning)
    .toSorted((a, b) => b.minutes - a.minutes)
    .slice(0, 1);
  return slow.map(({ run, minutes }) => {
    const isUnderWay = run.status === 'running';
    const [longest] = run.trail
      .map(({ stage, startedAt, completedAt }) => ({
        stage,
        ms: Date.parse(completedAt) - Date.parse(startedAt),
      }))
      .toSorted((a, b) => b.ms - a.ms);
    const facts = {
      value: `${minutes.toFixed(1)} minutes`,
      limits: `target ${target}, warning ${warning}, critical ${critical} minutes`,
      ...(longest && { 'slowest stage': `${longest.stage}, ${(longest.ms / MINUTE_MS).toFixed(1)} minutes` }),
      ...(isUnderWay && { 'waits in': run.stage }),
      run: run.runId,
    };
    return {
      kind: minutes > critical ? ('run-very-slow' as const) : ('run-slow' as const),
      of: run.dataset,
      title: isUnderWay
        ? `A file of ${run.dataset} is under way for ${minutes.toFixed(1)} minutes, and there is no report yet.`
        : `A file of ${run.dataset} took ${minutes.toFixed(1)} minutes from drop to report.`,
      facts,
    };
  });
}

/** Undefined for what is not measured: later attempts that have ended, since they began at a later stage. */
function timeOf(
  { status, attempt, startedAt, updatedAt, completedAt }: RunRecord,
  now: Date,
): number | undefined {
  if (status === 'running') return now.getTime() - Date.parse(attempt === 1 ? startedAt : updatedAt);
  if (status !== 'success' || attempt !== 1 || !isWithinADay(completedAt, now)) return undefined;
  return Date.parse(completedAt ?? '') - Date.parse(startedAt);
}

function errors(
  runs: readonly RunRecord[],
  failedPulls: readonly { readonly at: string }[],
  now: Date,
): Condition[] {
  const { warning, critical, target } = SERVICE_LEVELS.errors;
  const failed = runs.filter(
    ({ status, completedAt }) => status === 'failed' && isWithinADay(completedAt, now),
  ).length;
  const pulls = failedPulls.filter(({ at }) => isWithinADay(at, now)).length;
  const count = failed + pulls;
  if (count <= warning) return [];
  const facts = {
    value: `${count} in 24 hours: ${failed} runs, ${pulls} pulls`,
    limits: `target ${target}, warning above ${warning}, critical above ${critical}`,
  };
  return [
    {
      kind: count > critical ? 'errors-very-many' : 'errors-many',
      of: 'all-runs',
      title: `${count} errors within a day.`,
      facts,
    },
  ];
}

function isWithinADay(at: string | undefined, now: Date): boolean {
  return at !== undefined && now.getTime() - Date.parse(at) < ERRORS_OF_MS;
}
