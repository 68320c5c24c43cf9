import { SERVICE_LEVELS } from '../alerting/conditions-of-runs.ts';
import { addDays, type LocalDate } from '../domain/local-date.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { ComplianceMonth } from './compliance-month.ts';
import type { DayKept } from './days-of-month.ts';

const MINUTE_MS = 60_000;
const LATE = ['data-late.', 'data-very-late.'];

type Levels = ComplianceMonth['serviceLevels'];
type Facts = {
  readonly runs: readonly RunRecord[];
  readonly days: readonly DayKept[];
  readonly incidents: ComplianceMonth['incidents'];
};

/** The promises that the product itself can see; availability and answers over HTTP are measured from outside. */
export function serviceLevelsOf({ runs, days, incidents }: Facts): Levels {
  const { latencyMinutes, freshnessHours, errors } = SERVICE_LEVELS;
  const times = runs.flatMap(timeOfFirstAttempt);
  // Of a day at whose end nobody looked nothing is promised to have been kept.
  const known = days.filter(({ duties }) => duties !== undefined);
  const isOnTime = ({ day }: DayKept): boolean => !incidents.some((incident) => isLateOn(day, incident));
  return [
    {
      level: 'latency',
      promise: `from the arrival of a file to its numbers in ${latencyMinutes.target} minutes`,
      met: times.filter((ms) => ms <= latencyMinutes.target * MINUTE_MS).length,
      of: times.length,
      unit: 'files',
    },
    {
      level: 'freshness',
      promise: `numbers that are never older than ${freshnessHours.warning} hours`,
      met: known.filter(isOnTime).length,
      of: known.length,
      unit: 'days',
    },
    {
      level: 'errors',
      promise: `errors in a day: at most ${errors.target}`,
      met: known.filter(({ lines }) => lines.filter(({ level }) => level === 'error').length <= errors.target)
        .length,
      of: known.length,
      unit: 'days',
    },
  ];
}

/**
 * From the first start to the end of the attempt that the drop began; later attempts begin at a later stage. A file that
 * the machinery failed has no numbers, and had none in time.
 */
function timeOfFirstAttempt({ startedAt, status, trail }: RunRecord): number[] {
  const published = trail.find(({ stage, attempt }) => stage === 'publish' && attempt === 1);
  if (published !== undefined) return [Date.parse(published.completedAt) - Date.parse(startedAt)];
  return status === 'failed' ? [Number.POSITIVE_INFINITY] : [];
}

function isLateOn(day: LocalDate, { id, openedAt, resolvedAt }: Facts['incidents'][number]): boolean {
  if (!LATE.some((kind) => id.startsWith(kind))) return false;
  const [from, to] = [`${day}T00:00:00.000Z`, `${addDays(day, 1)}T00:00:00.000Z`];
  return openedAt < to && (resolvedAt ?? to) >= from;
}
