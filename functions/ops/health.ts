import { Cron } from 'croner';
import { theApp } from '../../shared/app.ts';
import { ConfigInvalid } from '../../shared/config.ts';
import { checkHealth, type Health } from '../../shared/pipeline/health.ts';
import { describeError } from '../../shared/pipeline/work-stage.ts';
import { SWEEP_SCHEDULE } from '../ingest/sweep-landing.ts';
import { invocationLog } from '../invocation-log.ts';
import { jsonAnswer, type Route } from './route.ts';

export const healthRoute: Route = {
  name: 'health',
  method: 'GET',
  path: 'health',
  authLevel: 'anonymous',
  summary: 'Is the product well? Answers even when the settings are bad, and names them.',
  responses: {
    200: { description: 'Healthy, or degraded: the newest run failed' },
    503: { description: 'Settings or storage are not usable; the checks say which' },
  },
  handle: async (_request, context) => {
    const health = await healthNow(context);
    return jsonAnswer(health, health.status === 'unhealthy' ? 503 : 200);
  },
};

export async function healthNow(context: Parameters<Route['handle']>[1]): Promise<Health> {
  const nextRun = nextSweep();
  try {
    const { config, checks, depsFor } = await theApp();
    const { ledger, clock } = depsFor(invocationLog(context));
    return await checkHealth(checks, { ledger, clock, revision: config.revision, nextRun });
  } catch (error) {
    const problems = error instanceof ConfigInvalid ? error.problems : [describeError(error)];
    return {
      status: 'unhealthy',
      last_run: null,
      next_run: nextRun,
      metrics_computed: 0,
      last_error: problems.join(' '),
      checks: Object.fromEntries(
        problems.map((detail, index) => [`settings ${index + 1}`, { ok: false, detail }]),
      ),
      revision: process.env['REVISION'] ?? 'unknown',
    };
  }
}

/** A bad schedule keeps the timer from running, so it is shown as no next run. */
function nextSweep(): string | null {
  try {
    return new Cron(process.env['INGEST_SWEEP_SCHEDULE'] || SWEEP_SCHEDULE).nextRun()?.toISOString() ?? null;
  } catch {
    return null;
  }
}
