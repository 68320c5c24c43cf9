import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { Deps } from '../../shared/app.ts';
import { explainKpi, type KpiExplanation, partsOf } from '../../shared/kpis/explain-kpi.ts';
import type { KpiMart } from '../../shared/kpis/kpi-result.ts';
import { restatementsOf } from '../../shared/kpis/restatement.ts';
import { continueSeries } from '../../shared/pipeline/continue-series.ts';
import { kpiExplanationPage } from '../../shared/publishing/kpi-explanation-page.ts';
import { DayQuery, shownBook, WRONG_DAY } from './kpis.ts';
import { type Numbers, numbersOf } from './mart-of-day.ts';
import { badRequest, describeIssues, notFound } from './problem-details.ts';
import { languageFor, linkWithKey, ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

// One number with everything behind it: for whoever doubts it, and for the auditor who asks a year later.

const Part = z
  .string()
  .regex(/^[a-z][a-z0-9_]*:.+$/, 'must be a dimension and one of its values: company:ABF')
  .transform((text) => ({ [text.slice(0, text.indexOf(':'))]: text.slice(text.indexOf(':') + 1) }));

const ExplainQuery = DayQuery.extend(ReaderQuery.shape).extend({
  dimension: Part.optional().describe('A part of the book: company:ABF'),
});

export const kpiRoute: Route = {
  name: 'kpi',
  method: 'GET',
  path: 'kpis/{id}',
  authLevel: 'function',
  summary:
    'One KPI explained: formula, parts, limits, former versions, what moved it, inputs with their hashes',
  query: ExplainQuery,
  responses: {
    200: { description: 'The KPI; as a page for browsers' },
    404: { description: 'No such KPI, no such part of it, or not for that date' },
  },
  handle: withDeps(async (request, deps) => {
    const { id = '' } = request.params;
    const query = ExplainQuery.safeParse(Object.fromEntries(request.query));
    if (!query.success) return badRequest(WRONG_DAY, describeIssues(query.error));
    const numbers = await numbersOf(query.data, `KPI ${JSON.stringify(id)}`, deps);
    if (!('mart' in numbers)) return numbers;
    const { dimension } = query.data;
    const mart = await withHistory(id, numbers, deps);
    const catalog = await deps.catalog();
    const explanation = explainKpi({ id, ...(dimension && { dimension }) }, mart, catalog);
    if (explanation === undefined) {
      const isDefined = catalog.kpis.some((kpi) => kpi.id === id);
      return dimension === undefined || !isDefined
        ? noSuchKpi(id, isDefined, numbers)
        : noSuchPart(id, dimension, mart);
    }
    if (!wantsPage(request, query.data)) return jsonAnswer(explained(explanation, numbers));
    return htmlAnswer(pageOf(explanation, numbers, request, query.data));
  }),
};

/** A feed that sends one snapshot at a time has its past in the history. A day that was computed for the asking has none. */
async function withHistory(id: string, { mart, recomputed }: Numbers, deps: Deps): Promise<KpiMart> {
  if (recomputed) return mart;
  const own = { ...mart, kpis: mart.kpis.filter((kpi) => kpi.id === id) };
  return { ...own, series: (await continueSeries(own, deps.history)).series };
}

function noSuchKpi(id: string, isDefined: boolean, { mart, run }: Numbers): HttpResponseInit {
  const what = `KPI ${JSON.stringify(id)}`;
  if (!isDefined) return notFound(what, 'GET catalog lists all that there are.');
  const again = run === undefined ? '' : ` POST runs/${run.runId}/rerun?from=compute computes it.`;
  return notFound(what, `It was not defined yet when the numbers as of ${mart.asOf} were computed.${again}`);
}

function noSuchPart(
  id: string,
  dimension: Readonly<Record<string, string>>,
  mart: KpiMart,
): HttpResponseInit {
  const parts = [...partsOf(id, mart)].map(([name, values]) => `${name} (${values.slice(0, 12).join(', ')})`);
  const [asked = ''] = Object.entries(dimension).map((pair) => pair.join(':'));
  const hint =
    parts.length === 0 ? `It is not divided as of ${mart.asOf}.` : `It is divided by ${parts.join('; ')}.`;
  return notFound(`${id} for ${JSON.stringify(asked)}`, hint);
}

function explained(explanation: KpiExplanation, { mart, run, recomputed }: Numbers): object {
  const { definition, kpi, previous, change, inputs, ...rest } = explanation;
  return {
    runId: run?.runId ?? null,
    recomputed,
    formula: definition.formula,
    expression: definition.expression ?? null,
    definition,
    kpi,
    restatements: restatementsOf({ kpis: [kpi], former: mart.former }),
    previous: previous ?? null,
    change: change ?? null,
    ...rest,
    inputs: shownBook(inputs),
    book: shownBook(mart.book),
  };
}

function pageOf(
  explanation: KpiExplanation,
  { mart, run, recomputed }: Numbers,
  request: HttpRequest,
  query: z.infer<typeof ExplainQuery>,
): string {
  return kpiExplanationPage({
    explanation,
    parts: partsOf(explanation.kpi.id, mart),
    ...(run && { runId: run.runId }),
    recomputed,
    language: languageFor(request, query),
    link: linkWithKey(request),
  });
}
