import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { dashboardPage } from '../../shared/publishing/dashboard-page.ts';
import { CONTENT_SECURITY_POLICY } from '../../shared/publishing/page.ts';
import { healthNow } from './health.ts';
import { type Route, withDeps } from './route.ts';

const RUNS_SHOWN = 20;

export const dashboardRoute: Route = {
  name: 'dashboard',
  method: 'GET',
  path: 'dashboard',
  authLevel: 'function',
  summary: 'KPIs and the trail of runs as a page',
  responses: { 200: { description: 'The page', mediaType: 'text/html' } },
  handle: withDeps(async (request, deps, context) => {
    const [newest, runs, health] = await Promise.all([
      newestMart({}, deps),
      deps.ledger.list({ limit: RUNS_SHOWN }),
      healthNow(context),
    ]);
    const key = request.query.get('code');
    const page = await dashboardPage({
      ...(newest && { mart: newest.mart }),
      runs,
      health: { status: health.status, ...(health.last_error !== null && { lastError: health.last_error }) },
      now: deps.clock.now().toISOString(),
      // Whoever came with a key in the address goes on with it.
      link: (path) => `/api/${path}${key === null ? '' : `?code=${encodeURIComponent(key)}`}`,
    });
    return {
      body: page,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
      },
    };
  }),
};
