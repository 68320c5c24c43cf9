import type { InvocationContext } from '@azure/functions';
import { theApp } from '../../shared/app.ts';
import { ConfigInvalid } from '../../shared/config.ts';
import { checkHealth, type HealthReport, kindOf } from '../../shared/pipeline/health.ts';
import { describeError } from '../../shared/pipeline/work-stage.ts';
import { nextRunOf } from '../../shared/schedules.ts';
import { invocationLog } from '../invocation-log.ts';
import { jsonAnswer, NO_QUERY, type Route } from './route.ts';

export const healthRoute: Route = {
  name: 'health',
  method: 'GET',
  path: 'health',
  authLevel: 'anonymous',
  summary: 'Is the product well? Answers even when the settings are bad, and names them.',
  query: NO_QUERY,
  otherQuery: 'ignored',
  responses: {
    200: {
      description:
        'Healthy, or degraded: the newest run failed, or a destination is away that results wait for. Bad data makes nothing ill: datasets without new numbers are in dataQuality, those that no longer come in by themselves in sources, secrets that run out soon in secrets',
    },
    503: { description: 'Settings or storage are not usable; the checks say which' },
  },
  handle: async (_request, { context }) => {
    const { health, details } = await healthNow(context);
    if (health.status !== 'unhealthy') return jsonAnswer(health);
    invocationLog(context).warn('health.failed', { problems: details });
    return jsonAnswer(health, 503);
  },
};

export async function healthNow(context: InvocationContext): Promise<HealthReport> {
  try {
    const { config, checks, depsFor } = await theApp();
    const { ledger, breakers, sourceStates, secrets, destinations, clock } = depsFor(invocationLog(context));
    const nextRun = nextRunOf(config, 'INGEST_SWEEP_SCHEDULE')?.toISOString() ?? null;
    return await checkHealth(checks, {
      ledger,
      breakers,
      sourceStates,
      secrets,
      destinations,
      clock,
      revision: config.revision,
      nextRun,
      warnings: config.warnings,
    });
  } catch (error) {
    // Settings are named and never quoted, so anybody may read what is wrong with them.
    const isConfig = error instanceof ConfigInvalid;
    const shown = isConfig ? error.problems : [kindOf(error)];
    const health = {
      status: 'unhealthy',
      last_run: null,
      next_run: null,
      metrics_computed: 0,
      last_error: shown.join(' '),
      dataQuality: [],
      sources: [],
      secrets: [],
      warnings: [],
      checks: Object.fromEntries(
        shown.map((detail, index) => [isConfig ? `settings ${index + 1}` : 'app', { ok: false, detail }]),
      ),
      revision: process.env['REVISION'] ?? 'unknown',
    } as const;
    return { health, details: isConfig ? error.problems : [describeError(error)] };
  }
}
