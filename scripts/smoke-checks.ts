import { z } from 'zod';
import { Delivery } from '../shared/ports/deliveries.ts';
import type { AppClient } from './app-client.ts';
import type { TriedRun } from './smoke-run.ts';

// What must hold within the hour after a deployment: nobody gets in without a key, and the five criteria of the
// operations guide.

export type Check = {
  readonly name: string;
  readonly isMet: boolean;
  readonly detail: string;
  /** Not met yet: it is under way. */
  readonly isPending?: boolean;
};

const MOST_MINUTES = 10;
/** The documents that a run leaves for the audit. */
const PERSISTED = ['summary.json', 'manifest.json', 'lineage.jsonl'];

const Health = z.looseObject({
  status: z.string(),
  revision: z.string(),
  last_error: z.string().nullable(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});
export type Health = z.infer<typeof Health>;

/** Asked without a key, as a monitor would. */
export async function healthOf(app: AppClient): Promise<Health> {
  return Health.parse(await app.json('health', { key: '', wanted: [200, 503] }));
}

export function healthCheck({ status, last_error, checks }: Health): Check {
  const away = Object.entries(checks).filter(([, { ok }]) => !ok);
  const why = away.map(([name, { detail = 'not ok' }]) => `${name} (${detail})`).join(', ');
  return {
    name: 'health',
    // Degraded is not the code's fault: a run failed before, or a destination is away.
    isMet: status !== 'unhealthy',
    detail: status === 'healthy' ? 'healthy' : `${status}: ${why || (last_error ?? 'it does not say why')}`,
  };
}

const OpenApi = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ security: z.array(z.unknown()).optional() })),
  ),
});

/** Every request that the app describes, without a key and with a wrong one. Nothing can happen where that is refused. */
export async function keyCheck(app: AppClient): Promise<Check> {
  const { paths } = OpenApi.parse(await app.json('openapi.json'));
  const guarded = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security = [] }]) => security.length > 0)
      .map(([method]) => ({ method: method.toUpperCase(), path: path.replace(/^\/api\//, '') })),
  );
  const open: string[] = [];
  for (const { method, path } of guarded) {
    const place = path.replaceAll(/\{\w+\}/g, 'smoke');
    const [anonymous, wrong] = await Promise.all(
      ['', 'not the key'].map((key) => app.status(place, { method, key })),
    );
    if (anonymous !== 401 || wrong !== 401) open.push(`${method} ${path} (${anonymous}, ${wrong})`);
  }
  const isMet = guarded.length > 0 && open.length === 0;
  return {
    name: 'no entry without a key',
    isMet,
    detail: isMet
      ? `${guarded.length} requests are answered with 401`
      : `answered without the key: ${open.join(', ') || 'the app describes no request that needs one'}`,
  };
}

/** Criterion 1: the code that runs is the one whose tests passed. */
export function revisionCheck({ revision }: Health, expected: string | undefined): Check {
  const name = 'the tested code runs';
  if (expected === undefined)
    return { name, isMet: true, detail: `${revision}; which it should be was not said` };
  const isMet = revision === expected;
  return { name, isMet, detail: isMet ? revision : `${revision} runs, not ${expected}` };
}

/** Criteria 2, 3 and 5. */
export function runChecks({ run, ms, wrongNumbers }: TriedRun): readonly Check[] {
  const { phases, lastError, attempt } = run;
  const errors = Object.entries(phases.calculation?.errors ?? {});
  const computed = phases.calculation?.kpisComputed ?? 0;
  const isComputed =
    run.status === 'success' && computed > 0 && errors.length === 0 && wrongNumbers.length === 0;
  const began = run.trail.find((step) => step.attempt === attempt)?.startedAt ?? run.startedAt;
  const isFresh = lastError !== undefined && lastError.at >= began;
  return [
    {
      name: `a run takes less than ${MOST_MINUTES} minutes`,
      isMet: run.status !== 'running' && ms < MOST_MINUTES * 60_000,
      detail: `${run.runId}, attempt ${attempt}: ${(ms / 1_000).toFixed(1)} seconds`,
    },
    {
      name: 'all KPIs are calculated',
      isMet: isComputed,
      detail: isComputed
        ? `${computed} KPIs; ${phases.calculation?.kpisNotComputable ?? 0} lack a dataset`
        : [
            `${run.status}, ${computed} KPIs`,
            ...run.problems.map(({ message }) => message),
            ...errors.map(([kpi, why]) => `${kpi}: ${why}`),
            ...wrongNumbers,
          ].join('; '),
    },
    {
      name: 'no errors',
      isMet: !isFresh,
      detail: isFresh
        ? `${lastError.code} in stage ${lastError.stage}: ${lastError.message}`
        : 'none in the run',
    },
  ];
}

const Deliveries = z.object({
  inUse: z.array(z.looseObject({ name: z.string() })),
  deliveries: z.array(Delivery.omit({ subject: true }).extend({ subject: z.string() })),
});

/** Criterion 4: what the run leaves is there, and has reached the audit tables where these are in use. */
export async function persistedCheck(app: AppClient, { run, artifacts }: TriedRun): Promise<Check> {
  const name = 'outputs are persisted';
  const missing = PERSISTED.filter((document) => !artifacts.includes(document));
  if (missing.length > 0) return { name, isMet: false, detail: `${run.runId} has no ${missing.join(', ')}` };
  const { inUse, deliveries } = Deliveries.parse(await app.json('deliveries?destination=postgres'));
  if (!inUse.some((destination) => destination.name === 'postgres'))
    return { name, isMet: true, detail: `${PERSISTED.join(', ')}; no audit tables are in use` };
  const subject = `${run.runId}.${run.attempt}`;
  const delivery = deliveries.find((candidate) => candidate.subject === subject);
  const isMet = delivery?.status === 'delivered';
  const isPending = delivery === undefined || delivery.status === 'due' || delivery.status === 'sending';
  const stands = delivery === undefined ? 'not planned' : `${delivery.status}, ${delivery.detail ?? ''}`;
  if (isMet) return { name, isMet, detail: 'documents and audit tables' };
  return { name, isMet, detail: `audit tables: ${stands}`, isPending };
}

const TestAlert = z.looseObject({ incident: z.looseObject({ id: z.string(), change: z.int() }) });
/** Of these at least one tells somebody; the others are for what is worse than a test, or stand in. */
const TELL_OF_INCIDENTS: readonly string[] = ['alerts', 'email-alerts', 'pagerduty'];

/** An alert that is only a test. Returns what its deliveries are about. */
export async function openTestAlert(app: AppClient): Promise<string> {
  const opened = await app.json('alerts/test?by=smoke', { method: 'POST', wanted: [202] });
  const { incident } = TestAlert.parse(opened);
  return `${incident.id}@${incident.change}`;
}

/** Whether it has arrived; nobody has to be told where nothing is set up to tell. */
export async function alertCheck(app: AppClient, subject: string): Promise<Check> {
  const name = 'alerts arrive';
  const { inUse, deliveries } = Deliveries.parse(await app.json('deliveries'));
  const tellers = inUse
    .map((destination) => destination.name)
    .filter((used) => TELL_OF_INCIDENTS.includes(used));
  if (tellers.length === 0)
    return {
      name,
      isMet: true,
      detail: 'no destination tells of incidents: nobody is told when something is wrong',
    };
  const own = deliveries.filter((delivery) => delivery.subject === subject);
  const arrived = own.filter(({ status }) => status === 'delivered');
  const stuck = own.filter(({ status }) => status !== 'delivered' && status !== 'skipped');
  // With DELIVERIES=keep all of it is skipped, which the detail says.
  const isKept = own.length > 0 && arrived.length === 0;
  const isMet = (arrived.length > 0 || isKept) && stuck.length === 0;
  const isPending = own.length === 0 || stuck.some(({ status }) => status !== 'refused');
  const told = own.map(
    ({ destination, status, detail }) => `${destination} ${status}${detail ? ` (${detail})` : ''}`,
  );
  return {
    name,
    isMet,
    detail: told.join(', ') || `the test was told nowhere yet; in use: ${tellers.join(', ')}`,
    ...(!isMet && isPending && { isPending }),
  };
}
