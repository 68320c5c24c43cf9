import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { Deps } from '../../shared/app.ts';
import type { LocalDate } from '../../shared/domain/local-date.ts';
import { explainKpi, type KpiExplanation, partsOf } from '../../shared/kpis/explain-kpi.ts';
import type { KpiMart } from '../../shared/kpis/kpi-result.ts';
import { restatementsOf } from '../../shared/kpis/restatement.ts';
import { continueSeries } from '../../shared/pipeline/continue-series.ts';
import { kpiExplanationPage } from '../../shared/publishing/kpi-explanation-page.ts';
import { DayQuery, shownBook } from './kpis.ts';
import { type Numbers, numbersOf } from './mart-of-day.ts';
import { notFound } from './problem-details.ts';
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

export const kpiRoute: Route<typeof ExplainQuery> = {
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
  handle: withDeps(async (request, deps, { query }) => {
    const { id = '' } = request.params;
    const catalog = await deps.catalog();
    // Before a day is computed, which takes seconds.
    if (!catalog.kpis.some((kpi) => kpi.id === id))
      return notFound(`KPI ${JSON.stringify(id)}`, 'GET catalog lists all that there are.');
    const numbers = await numbersOf(query, deps);
    if (!('mart' in numbers)) return numbers;
    const { dimension } = query;
    const mart = await withHistory(id, numbers, deps);
    const explanation = explainKpi({ id, ...(dimension && { dimension }) }, mart, catalog);
    if (explanation === undefined)
      return dimension === undefined ? newerThanNumbers(id, numbers) : noSuchPart(id, dimension, mart);
    if (!wantsPage(request, query)) return jsonAnswer(explained(explanation, numbers));
    return htmlAnswer(pageOf(explanation, numbers, request, query));
  }),
};

/** A feed that sends one snapshot at a time has its past in the history. A day that was computed for the asking has none. */
async function withHistory(id: string, { mart, recomputed }: Numbers, deps: Deps): Promise<KpiMart> {
  if (recomputed) return mart;
  const own = { ...mart, kpis: mart.kpis.filter((kpi) => kpi.id === id) };
  return { ...own, series: (await continueSeries(own, deps.history)).series };
}

function newerThanNumbers(id: string, { mart, run }: Numbers): HttpResponseInit {
  const again = run === undefined ? '' : ` POST runs/${run.runId}/rerun?from=compute computes it.`;
  return notFound(
    `KPI ${JSON.stringify(id)}`,
    `It was not defined yet when the numbers as of ${mart.asOf} were computed.${again}`,
  );
}

function noSuchPart(
  id: string,
  dimension: Readonly<Record<string, string>>,
  mart: KpiMart,
): HttpResponseInit {
  const parts = partsOf(id, mart);
  const [[name, value] = ['', '']] = Object.entries(dimension);
  const values = parts.get(name);
  const hint =
    values === undefined ? dividedBy([...parts.keys()], mart.asOf) : `${name} is ${oneOf(values)} there.`;
  return notFound(`${id} for ${JSON.stringify(`${name}:${value}`)}`, hint);
}

function dividedBy(names: readonly string[], asOf: LocalDate): string {
  return names.length === 0 ? `It is not divided as of ${asOf}.` : `It is divided by ${names.join(', ')}.`;
}

const VALUES_NAMED = 12;

function oneOf(values: readonly string[]): string {
  const more = values.length - VALUES_NAMED;
  const named = values.slice(0, VALUES_NAMED).join(', ');
  return more > 0 ? `one of ${named} or one of ${more} more` : `one of ${named}`;
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
