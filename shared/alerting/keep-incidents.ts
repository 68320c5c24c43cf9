import type { Clock } from '../ports/clock.ts';
import type { Incident, Incidents } from '../ports/incidents.ts';
import { ALERT_ROUTES, FAMILIES, type Family, RESPONSES } from './alert-routes.ts';
import type { Condition } from './condition.ts';
import { withStep } from './incident-trail.ts';

// Conditions come and go; an incident lives from the first to the last of them. People are told when it opens, grows
// worse, is answered by nobody, and is over: once each.

export type IncidentDeps = { readonly incidents: Incidents; readonly clock: Clock };

/** Until then a condition that is gone for a moment and back is the same incident, and nobody is told twice. */
export const COOLDOWN_MS = 15 * 60_000;

/** Brings the incidents up to what is wrong now. Those of a family that could not be looked for stay as they are. */
export async function keepIncidents(
  conditions: readonly Condition[],
  deps: IncidentDeps,
  blind: ReadonlySet<Family> = new Set(),
): Promise<void> {
  const open = await deps.incidents.all({ status: 'open' });
  const now = new Set(conditions.map(incidentId));
  for (const condition of conditions)
    await amendIncident(incidentId(condition), deps, (found) => still(found, condition, deps));
  for (const { id } of open) {
    const isBlind = [...blind].some((family) => id.startsWith(`${family}.`));
    if (!now.has(id) && !isBlind) await amendIncident(id, deps, (found) => over(found, deps));
  }
}

/** `kpi.risk.par_90`: a warning that becomes critical is the same incident grown worse. */
export function incidentId({ kind, of }: Pick<Condition, 'kind' | 'of'>): string {
  return `${FAMILIES[kind]}.${of.replaceAll(/[^\w.-]/g, '.')}`;
}

function still(found: Incident | undefined, condition: Condition, { clock }: IncidentDeps): Incident {
  const { kind, of, title, facts } = condition;
  const now = clock.now();
  const at = now.toISOString();
  const { severity } = ALERT_ROUTES[kind];
  const said = { kind, of, title, facts: { ...facts }, severity, updatedAt: at } as const;
  if (found === undefined || (found.status === 'resolved' && !isRecent(found.resolvedAt, now)))
    return {
      id: incidentId(condition),
      status: 'open',
      openedAt: at,
      change: (found?.change ?? 0) + 1,
      told: found?.told ?? 0,
      news: 'opened',
      gravest: severity,
      // Who said until when he wants to hear nothing of it need not say so again each time it comes back.
      ...(isMuted(found, now) && { muted: found?.muted }),
      ...said,
    };
  const { resolvedAt: _, ...rest } = found;
  const { gravest = found.severity } = found;
  const open = {
    ...rest,
    ...said,
    status: 'open' as const,
    gravest: severity < gravest ? severity : gravest,
  };
  if (severity < found.severity) {
    // Who was called when it was less grave is not who is to be called now.
    const { escalatedAt: _escalated, ...again } = open;
    return { ...again, change: found.change + 1, news: 'worse', worseAt: at };
  }
  if (isUnanswered(open, now))
    return { ...open, change: found.change + 1, news: 'escalated', escalatedAt: at };
  // It was gone for a moment, which nobody was told of: what was told before stands.
  return found.status === 'resolved' ? { ...open, news: 'opened', change: Math.max(1, found.told) } : open;
}

function over(found: Incident | undefined, { clock }: IncidentDeps): Incident | undefined {
  if (found === undefined || found.status === 'resolved') return undefined;
  // Nothing is wrong that a test could be seen by: it is over once it has been told, and not before.
  if (found.kind === 'test' && found.told < found.change) return undefined;
  const at = clock.now().toISOString();
  return {
    ...found,
    status: 'resolved',
    resolvedAt: at,
    updatedAt: at,
    change: found.change + 1,
    news: 'resolved',
  };
}

function isMuted(incident: Pick<Incident, 'muted'> | undefined, now: Date): boolean {
  return incident?.muted !== undefined && Date.parse(incident.muted.until) > now.getTime();
}

function isRecent(at: string | undefined, now: Date): boolean {
  return at !== undefined && now.getTime() - Date.parse(at) < COOLDOWN_MS;
}

/**
 * Nobody has answered within the time that its severity gives: since it opened or grew worse, or since the end of its
 * muting, for who mutes it knows of it. Once: then it is with those who were told next.
 */
function isUnanswered(incident: Incident, now: Date): boolean {
  const { severity, openedAt, worseAt = openedAt, muted, acknowledged, escalatedAt } = incident;
  const { withinMinutes } = RESPONSES[severity];
  if (withinMinutes === undefined || acknowledged !== undefined || escalatedAt !== undefined) return false;
  const since = Math.max(Date.parse(worseAt), Date.parse(muted?.until ?? openedAt));
  return now.getTime() - since > withinMinutes * 60_000;
}

/** Reads, changes and saves until no other writer came between; undefined leaves it as it is. */
async function amendIncident(
  id: string,
  { incidents }: Pick<IncidentDeps, 'incidents'>,
  change: (found: Incident | undefined) => Incident | undefined,
): Promise<Incident | undefined> {
  for (;;) {
    const found = await incidents.get(id);
    const next = change(found?.value);
    if (next === undefined) return found?.value;
    const kept = withStep(found?.value, next);
    if ((await incidents.save(kept, found?.version)) === 'saved') return kept;
  }
}

/** Somebody has answered: it does not go further up. Undefined for one that is not there. */
export async function acknowledgeIncident(
  id: string,
  by: string,
  deps: IncidentDeps,
): Promise<Incident | undefined> {
  const at = deps.clock.now().toISOString();
  return await amendIncident(id, deps, (found) => found && { ...found, acknowledged: { by, at } });
}

/** Nobody is told of it until then. It is kept all the same. */
export async function muteIncident(
  id: string,
  muted: NonNullable<Incident['muted']>,
  deps: IncidentDeps,
): Promise<Incident | undefined> {
  const updatedAt = deps.clock.now().toISOString();
  return await amendIncident(id, deps, (found) => found && { ...found, muted, updatedAt });
}

/** Somebody wants to see whether alerts arrive: an incident that is told and is over at the next look. */
export async function openTestIncident(by: string, deps: IncidentDeps): Promise<Incident> {
  const condition: Condition = {
    kind: 'test',
    of: 'alerts',
    title: `A test of alerts, asked for by ${by}.`,
    facts: { 'asked for by': by },
  };
  const at = deps.clock.now().toISOString();
  const opened = await amendIncident(incidentId(condition), deps, (found) => ({
    id: incidentId(condition),
    kind: condition.kind,
    of: condition.of,
    severity: ALERT_ROUTES.test.severity,
    title: condition.title,
    facts: condition.facts,
    status: 'open',
    openedAt: at,
    updatedAt: at,
    change: (found?.change ?? 0) + 1,
    told: found?.told ?? 0,
    news: 'opened',
  }));
  if (opened === undefined) throw new Error('the test incident was not kept');
  return opened;
}

/**
 * Incidents with news that people are to be told of now. That something is over is told after the cooldown, so that
 * what comes back at once is not told at all. What is muted waits for the end of its muting.
 */
export async function incidentsToTell({ incidents, clock }: IncidentDeps): Promise<readonly Incident[]> {
  const now = clock.now();
  return (await incidents.all()).filter((incident) => {
    const { change, told, news, resolvedAt } = incident;
    const isTooEarly = news === 'resolved' && isRecent(resolvedAt, now);
    // Whoever never heard that it began need not hear that it is over.
    const isMoot = news === 'resolved' && told === 0;
    return change > told && !isMuted(incident, now) && !isTooEarly && !isMoot;
  });
}

/** This change was told; a newer one is still to be. */
export async function markTold(
  { id, change }: Pick<Incident, 'id' | 'change'>,
  deps: IncidentDeps,
): Promise<void> {
  await amendIncident(id, deps, (found) =>
    found === undefined || found.told >= change ? undefined : { ...found, told: change },
  );
}

/** What else is told of it in that channel answers to this message, until it is over. */
export async function keepThread(
  { id, openedAt }: Pick<Incident, 'id' | 'openedAt'>,
  { channel, thread }: { readonly channel: string; readonly thread: string },
  deps: Pick<IncidentDeps, 'incidents'>,
): Promise<void> {
  await amendIncident(id, deps, (found) =>
    found === undefined || found.openedAt !== openedAt || found.threads?.[channel] === thread
      ? undefined
      : { ...found, threads: { ...found.threads, [channel]: thread } },
  );
}
