import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { unreachable } from '../../shared/domain/unreachable.ts';
import { BookEntry, KpiResult } from '../../shared/kpis/kpi-result.ts';
import { compareRuns, type RunComparison } from '../../shared/pipeline/compare-runs.ts';
import { comparisonPage } from '../../shared/publishing/comparison-page.ts';
import { notFound, unknownRun } from './problem-details.ts';
import { languageFor, linkWithKey, ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

const CompareQuery = ReaderQuery.extend({
  with: RunId.optional().describe(
    'The run to compare with; without it the one of the file before, of the same dataset',
  ),
});

const Compared = z.object({
  before: RunId,
  now: RunId,
  /** Totals that are in both and the same to the last digit. */
  same: z.int().nonnegative(),
  files: z.array(
    z.object({
      dataset: z.string(),
      relation: z.string(),
      before: BookEntry.nullable(),
      now: BookEntry.nullable(),
    }),
  ),
  kpis: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      difference: z.enum(['new', 'gone', 'version', 'value', 'status']),
      before: KpiResult.nullable(),
      now: KpiResult.nullable(),
    }),
  ),
});

export const compareRoute: Route<typeof CompareQuery> = {
  name: 'compare-runs',
  method: 'GET',
  path: 'runs/{runId}/compare',
  authLevel: 'function',
  summary: 'The numbers of two runs side by side: which files differ, which KPIs, and by how much',
  query: CompareQuery,
  responses: {
    200: { description: 'What differs; as a page for browsers', schema: Compared },
    404: { description: 'No such run, or it has no numbers, or there is none before it' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const runId = RunId.safeParse(request.params['runId']);
    if (!runId.success) return unknownRun(request.params['runId']);
    const outcome = await compareRuns(runId.data, query.with, deps);
    switch (outcome.kind) {
      case 'unknown-run':
        return unknownRun(outcome.runId);
      case 'no-numbers':
        return notFound(
          `Numbers of run ${outcome.runId}`,
          'Only runs whose KPIs were computed can be compared.',
        );
      case 'no-earlier-run':
        return notFound('An earlier run of the same dataset', 'Name one: ?with=run_…');
      case 'compared': {
        const { found } = outcome;
        if (!wantsPage(request, query)) return jsonAnswer(documentOf(found));
        const { kpis: definitions } = await deps.catalog();
        const language = languageFor(request, query);
        return htmlAnswer(comparisonPage({ ...found, definitions, language, link: linkWithKey(request) }));
      }
      default:
        return unreachable(outcome);
    }
  }),
};

function documentOf({ before, now, comparison }: RunComparison): z.infer<typeof Compared> {
  return {
    before: before.runId,
    now: now.runId,
    same: comparison.same,
    files: comparison.files.map((file) => ({ ...file, before: file.before ?? null, now: file.now ?? null })),
    kpis: comparison.kpis.map((kpi) => ({ ...kpi, before: kpi.before ?? null, now: kpi.now ?? null })),
  };
}
