import { type Delivery, subjectId } from '../ports/deliveries.ts';
import type { Incident } from '../ports/incidents.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { DailyDuties } from './daily-duties.ts';
import type { PullOf } from './error-duty.ts';

// The log of a day in one file, a line of JSON for each fact, in the order of time: for whoever looks at a folder rather
// than asks a service. Codes, counts and names; never a message that could hold what a file holds.

export type DayFacts = {
  readonly runs: readonly RunRecord[];
  readonly pulls: readonly PullOf[];
  readonly deliveries: readonly Delivery[];
  readonly incidents: readonly Incident[];
};

type Line = { readonly at: string; readonly level: 'info' | 'warn' | 'error'; readonly event: string };

export function dailyLog(facts: DayFacts, { lookedAt, duties }: DailyDuties): string {
  const lines: (Line & Readonly<Record<string, unknown>>)[] = [
    ...facts.runs.map(lineOfRun),
    ...facts.pulls.map(lineOfPull),
    ...facts.deliveries.map(lineOfDelivery),
    ...facts.incidents.map(lineOfIncident),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const checked = duties.map(({ duty, verdict, sentence }) => ({
    at: lookedAt,
    level: verdict === 'fine' ? 'info' : 'warn',
    event: 'duty.checked',
    duty,
    verdict,
    sentence,
  }));
  return [...lines, ...checked].map((line) => `${JSON.stringify(line)}\n`).join('');
}

const LEVELS = {
  running: 'info',
  success: 'info',
  canceled: 'warn',
  rejected: 'warn',
  failed: 'error',
} as const;

function lineOfRun(run: RunRecord): Line & Readonly<Record<string, unknown>> {
  const { runId, attempt, dataset, status, stage, rows, rejectedRows, asOf, cause, problems, lastError } =
    run;
  return {
    at: run.completedAt ?? run.updatedAt,
    level: LEVELS[status],
    event: `run.${status}`,
    runId,
    attempt,
    dataset,
    stage,
    cause,
    ...(asOf !== undefined && { asOf }),
    ...(rows !== undefined && { rows, rejectedRows: rejectedRows ?? 0 }),
    ...(problems.length > 0 && { problems: [...new Set(problems.map(({ code }) => code))] }),
    ...(status === 'failed' && lastError !== undefined && { error: lastError.code }),
  };
}

function lineOfPull({ at, dataset, outcome, records, requests, retries, durationMs }: PullOf) {
  const level = outcome === 'failed' ? ('error' as const) : ('info' as const);
  return { at, level, event: `pull.${outcome}`, dataset, records, requests, retries, durationMs };
}

function lineOfDelivery({ since, destination, subject, status, tries }: Delivery) {
  const level =
    status === 'refused'
      ? ('error' as const)
      : status === 'due' && tries > 0
        ? ('warn' as const)
        : ('info' as const);
  return { at: since, level, event: `delivery.${status}`, destination, subject: subjectId(subject), tries };
}

function lineOfIncident(incident: Incident) {
  const { updatedAt, id, severity, gravest = severity, status, news, openedAt, resolvedAt } = incident;
  const level = status === 'open' ? ('warn' as const) : ('info' as const);
  const at = resolvedAt ?? updatedAt;
  return { at, level, event: `incident.${news}`, incident: id, severity, gravest, openedAt };
}
