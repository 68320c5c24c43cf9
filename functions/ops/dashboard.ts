import { z } from 'zod';
import { localDateOf } from '../../shared/domain/local-date.ts';
import { DIMENSIONS } from '../../shared/kpis/kpi-definition.ts';
import { qualityOfContracts } from '../../shared/pipeline/data-quality.ts';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { rolledBackFiles, stillCounted } from '../../shared/pipeline/rolled-back-files.ts';
import type { Part } from '../../shared/publishing/dashboard/part.ts';
import { VIEW_OF, VIEWS } from '../../shared/publishing/dashboard/views.ts';
import { dashboardPage } from '../../shared/publishing/dashboard-page.ts';
import { LANGUAGE_CODES } from '../../shared/publishing/language/language.ts';
import { healthNow } from './health.ts';
import { languageFor, linkWithKey } from './reader.ts';
import { htmlAnswer, type Route, withDeps } from './route.ts';

const RUNS_SHOWN = 20;

const PartText = z
  .string()
  .describe('A part of the book as dimension:value, as the form of the page sends it');

const DashboardQuery = z.object({
  view: z.enum(VIEWS).optional().describe('What the page is about; without it the executive view'),
  lang: z.enum(LANGUAGE_CODES).optional().describe('Language of the page; without it that of the browser'),
  refresh: z.enum(['on', 'off']).optional().describe('off: the page does not load itself again'),
  part: PartText.optional(),
  ...Object.fromEntries(
    DIMENSIONS.map((name) => [
      name,
      z
        .string()
        .optional()
        .describe(`Only this ${name.replaceAll('_', ' ')}`),
    ]),
  ),
});

export const dashboardRoute: Route<typeof DashboardQuery> = {
  name: 'dashboard',
  method: 'GET',
  path: 'dashboard',
  authLevel: 'function',
  summary:
    'KPIs by view, in English or Spanish, of the book or a part of it; data quality and the trail of runs',
  query: DashboardQuery,
  responses: {
    200: { description: 'The page', mediaType: 'text/html' },
    400: { description: 'There is no such view or language' },
  },
  handle: withDeps(async (request, deps, { query, context }) => {
    const { view, lang, refresh } = query;
    const [newest, breakers, { health, details }, catalog] = await Promise.all([
      newestMart({}, deps),
      deps.breakers.all(),
      healthNow(context),
      deps.catalog(),
    ]);
    // What a view does not show need not be asked for; without numbers every view shows how the files fare.
    const { sections } = VIEW_OF[view ?? 'executive'];
    const [runs, quality, counted, rolledBack] = await Promise.all([
      !newest || sections.includes('runs') ? deps.ledger.list({ limit: RUNS_SHOWN }) : [],
      !newest || sections.includes('quality') ? qualityOfContracts(deps) : [],
      newest ? stillCounted(newest.mart, deps) : [],
      // Also of days after the newest one that is left.
      rolledBackFiles({ book: newest?.mart.book ?? [], asOf: localDateOf(deps.clock.now()) }, deps),
    ]);
    const page = await dashboardPage({
      ...(newest && { mart: newest.mart, runId: newest.run.runId }),
      definitions: catalog.kpis,
      runs,
      quality,
      breakers,
      rolledBack: [...counted, ...rolledBack],
      // Whoever has the key may read what the error says.
      health: { status: health.status, ...(details[0] !== undefined && { lastError: details[0] }) },
      now: deps.clock.now().toISOString(),
      link: linkWithKey(request),
      refreshes: refresh !== 'off',
      parts: partsIn(request.query),
      ...(view && { view }),
      language: languageFor(request, { lang }),
      isLanguageChosen: lang !== undefined,
    });
    return htmlAnswer(page);
  }),
};

/** Parts of the book that were asked for: by the form's list, or by the name of a dimension. */
function partsIn(query: URLSearchParams): Part[] {
  const [dimension = '', ...value] = (query.get('part') ?? '').split(':');
  const chosen = DIMENSIONS.flatMap((name) =>
    name === dimension ? [{ dimension, value: value.join(':') }] : [],
  );
  const named = DIMENSIONS.flatMap((name) => {
    const text = query.get(name);
    return text === null || text === '' ? [] : [{ dimension: name, value: text }];
  });
  return [...chosen, ...named];
}
