import { z } from 'zod';
import { addDays, type LocalDate } from '../domain/local-date.ts';
import { type DailyDuties, dailyLogPath } from '../duties/daily-duties.ts';
import { keptDuties } from '../duties/look-at-duties.ts';
import type { Incident as LivingIncident } from '../ports/incidents.ts';
import type { Lake } from '../ports/lake.ts';
import { severalAtOnce } from '../resilience/several-at-once.ts';
import type { ComplianceMonth } from './compliance-month.ts';

// What each morning of a month left in runs/logs. An incident that came back has written over what it was before: its
// newest steps and the logs of those days still have it.

const AT_ONCE = 8;

export type DayKept = {
  readonly day: LocalDate;
  readonly duties: DailyDuties | undefined;
  readonly lines: readonly LogLine[];
};

type LogLine = z.infer<typeof LogLine>;
const LogLine = z.looseObject({
  at: z.iso.datetime(),
  level: z.enum(['info', 'warn', 'error']),
  event: z.string(),
});

const Severity = z.enum(['P1', 'P2', 'P3', 'P4']);
const IncidentLine = z.object({
  at: z.iso.datetime(),
  event: z.string().startsWith('incident.'),
  incident: z.string(),
  severity: Severity,
  /** Absent from logs of before it was noted. */
  gravest: Severity.optional(),
  openedAt: z.iso.datetime(),
});

export async function daysKept(days: readonly LocalDate[], lake: Lake): Promise<readonly DayKept[]> {
  return await severalAtOnce(days, AT_ONCE, async (day) => {
    const log = await lake.read('runs', dailyLogPath(day));
    const lines = (log?.toString('utf8') ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => LogLine.parse(JSON.parse(line)));
    return { day, duties: await keptDuties(day, lake), lines };
  });
}

type Span = { readonly from: string; readonly to: string };
type Incidents = ComplianceMonth['incidents'];

/** Those that were open at some time of the month, the oldest first. */
export function incidentsOf(
  span: Span,
  living: readonly LivingIncident[],
  days: readonly DayKept[],
): Incidents {
  const found = new Map<string, Incidents[number]>();
  const add = (incident: Incidents[number]): void => {
    found.set(`${incident.openedAt} ${incident.id}`, incident);
  };
  for (const line of days.flatMap(({ lines }) => lines)) {
    const { data } = IncidentLine.safeParse(line);
    if (data === undefined) continue;
    const { incident: id, severity, gravest = severity, openedAt, at, event } = data;
    add({ id, severity: gravest, openedAt, ...(event === 'incident.resolved' && { resolvedAt: at }) });
  }
  for (const incident of living) for (const time of timesOf(incident)) add(time);
  // The living one knows best how it stands.
  for (const { id, gravest, severity, openedAt, status, resolvedAt } of living)
    add({
      id,
      severity: gravest ?? severity,
      openedAt,
      ...(status === 'resolved' && resolvedAt !== undefined && { resolvedAt }),
    });
  return [...found.values()]
    .filter(({ openedAt, resolvedAt }) => openedAt < span.to && (resolvedAt ?? span.to) >= span.from)
    .toSorted((a, b) => a.openedAt.localeCompare(b.openedAt) || a.id.localeCompare(b.id));
}

/** The times that it was there, as far back as its steps go; one whose beginning is not among them is not told. */
function timesOf({ id, trail = [] }: LivingIncident): Incidents {
  const times: Incidents = [];
  for (const { at, what, severity } of trail) {
    const time = times.pop();
    if (time !== undefined) {
      const { resolvedAt, ...rest } = time;
      // A test may be opened anew before it is over.
      const ends = what === 'resolved' || (what === 'opened' && resolvedAt === undefined);
      const over = ends ? at : what === 'back' ? undefined : resolvedAt;
      const gravest = what !== 'opened' && severity < time.severity ? severity : time.severity;
      times.push({ ...rest, severity: gravest, ...(over !== undefined && { resolvedAt: over }) });
    }
    if (what === 'opened') times.push({ id, severity, openedAt: at });
  }
  return times;
}

const DUTIES = ['health', 'errors', 'kpis', 'backups'] as const;

export function dutiesOf(days: readonly DayKept[]): ComplianceMonth['duties'] {
  const all = days.flatMap(({ duties }) => duties?.duties ?? []);
  const count = (duty: string, verdict: string): number =>
    all.filter((one) => one.duty === duty && one.verdict === verdict).length;
  return {
    days: days.length,
    missing: days.flatMap(({ day, duties }) => (duties === undefined ? [day] : [])),
    found: DUTIES.map((duty) => ({
      duty,
      fine: count(duty, 'fine'),
      look: count(duty, 'look'),
      unknown: count(duty, 'unknown'),
    })),
  };
}

/** A log is written at 07:30 and tells of the 24 hours before, so that of the first day is of the month before as well. */
export function daysOf(first: LocalDate, last: LocalDate): LocalDate[] {
  const days: LocalDate[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
