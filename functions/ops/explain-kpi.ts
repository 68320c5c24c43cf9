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
    const explanation = explainKpi({ id, ...(dimension && { dimension }) }, mart, await deps.catalog());
    if (explanation === undefined) return notThere(id, dimension, mart);
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

function notThere(
  id: string,
  dimension: Readonly<Record<string, string>> | undefined,
  mart: KpiMart,
): HttpResponseInit {
  const parts = partsOf(id, mart);
  if (dimension === undefined || parts.size === 0) {
    const whole = dimension === undefined ? '' : ', or it is not divided,';
    return notFound(
      `KPI ${JSON.stringify(id)}`,
      `There is no such KPI${whole} as of ${mart.asOf}: GET catalog lists all of them.`,
    );
  }
  const words = [...parts].map(([name, values]) => `${name} (${values.slice(0, 12).join(', ')})`);
  const [asked = ''] = Object.entries(dimension).map((pair) => pair.join(':'));
  return notFound(`${id} for ${JSON.stringify(asked)}`, `It is divided by ${words.join('; ')}.`);
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
