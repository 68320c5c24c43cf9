import { z } from 'zod';
import { qualityOfContracts } from '../../shared/pipeline/data-quality.ts';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { dashboardPage } from '../../shared/publishing/dashboard-page.ts';
import { healthNow } from './health.ts';
import { htmlAnswer, type Route, withDeps } from './route.ts';

const RUNS_SHOWN = 20;

export const dashboardRoute: Route = {
  name: 'dashboard',
  method: 'GET',
  path: 'dashboard',
  authLevel: 'function',
  summary: 'KPIs, data quality and the trail of runs as a page',
  query: z.object({
    refresh: z.enum(['on', 'off']).optional().describe('off: the page does not load itself again'),
  }),
  responses: { 200: { description: 'The page', mediaType: 'text/html' } },
  handle: withDeps(async (request, deps, context) => {
    const [newest, runs, quality, breakers, { health, details }] = await Promise.all([
      newestMart({}, deps),
      deps.ledger.list({ limit: RUNS_SHOWN }),
      qualityOfContracts(deps),
      deps.breakers.all(),
      healthNow(context),
    ]);
    const key = request.query.get('code');
    const page = await dashboardPage({
      ...(newest && { mart: newest.mart }),
      runs,
      quality,
      breakers,
      // Whoever has the key may read what the error says.
      health: { status: health.status, ...(details[0] !== undefined && { lastError: details[0] }) },
      now: deps.clock.now().toISOString(),
      // Whoever came with a key in the address goes on with it.
      link: (path) =>
        `/api/${path}${key === null ? '' : `${path.includes('?') ? '&' : '?'}code=${encodeURIComponent(key)}`}`,
      refreshes: request.query.get('refresh') !== 'off',
    });
    return htmlAnswer(page);
  }),
};
