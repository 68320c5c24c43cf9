import type { Incident, IncidentStep } from '../ports/incidents.ts';

// What became of an incident, step by step: for whoever writes down afterwards how it went.

/** A row of the table holds no more than so much; what went before is rarely asked for. */
const MOST_STEPS = 40;

/** The incident with the step that the change is; as it is where the change is none that matters to people. */
export function withStep(found: Incident | undefined, next: Incident): Incident {
  const step = stepOf(found, next);
  if (step === undefined) return next;
  return { ...next, trail: [...(found?.trail ?? []), step].slice(-MOST_STEPS) };
}

function stepOf(found: Incident | undefined, next: Incident): IncidentStep | undefined {
  const { severity, updatedAt: at, acknowledged, muted } = next;
  if (found === undefined || next.change > found.change) return { at, what: next.news, severity };
  if (next.status !== found.status) return { at, what: 'back', severity };
  if (severity > found.severity) return { at, what: 'eased', severity };
  if (acknowledged !== undefined && acknowledged.at !== found.acknowledged?.at)
    return { at: acknowledged.at, what: 'acknowledged', severity, by: acknowledged.by };
  if (muted !== undefined && muted.until !== found.muted?.until)
    return { at, what: 'muted', severity, by: muted.by, until: muted.until };
  return undefined;
}
