import { z } from 'zod';
import { LocalDate, REFERENCE_DAY } from '../../shared/domain/local-date.ts';
import { BookEntry, KpiResult, PeriodGrain } from '../../shared/kpis/kpi-result.ts';
import { Restatement, restatementsOf } from '../../shared/kpis/restatement.ts';
import { insightFor } from '../../shared/publishing/insights/insight.ts';
import { withInsight } from '../../shared/publishing/insights/insight-sections.ts';
import { artifactPath } from '../../shared/runs/run-paths.ts';
import { martOfDay, nothingFor, numbersOf } from './mart-of-day.ts';
import { badRequest } from './problem-details.ts';
import { htmlAnswer, jsonAnswer, type Route, SAFE_TO_SHOW, withDeps } from './route.ts';

export const DayQuery = z.object({
  asOf: LocalDate.optional().describe('Any day, or the day that is reported; without it the newest'),
  grain: PeriodGrain.default('month').describe('How long the periods of the series are'),
});

export type ShownBookEntry = z.infer<typeof ShownBookEntry>;
export const ShownBookEntry = BookEntry.extend({
  asOf: LocalDate.optional().describe('Absent for reference data, which stands for no day'),
});

/** What every answer with numbers says of where they are from. */
export const NumbersOrigin = z.object({
  runId: z.string().nullable().describe('Null when they were computed for the asking'),
  recomputed: z.boolean().describe('Computed from the files that are there, blind to what happened later'),
  bookId: z.string(),
  asOf: LocalDate,
  grain: PeriodGrain,
  book: z.array(ShownBookEntry),
});

export const kpisRoute: Route<typeof DayQuery> = {
  name: 'kpis',
  method: 'GET',
  path: 'kpis',
  authLevel: 'function',
  staysTheSame: true,
  summary: 'All KPIs of the newest as-of date, or of any day that is asked for',
  query: DayQuery,
  responses: {
    200: {
      description: 'KPIs, and the book they were computed over',
      schema: NumbersOrigin.extend({ kpis: z.array(KpiResult), restatements: z.array(Restatement) }),
    },
    404: { description: 'There is nothing to compute that day from; the answer says which days there are' },
  },
  handle: withDeps(async (_request, deps, { query }) => {
    const numbers = await numbersOf(query, deps);
    if (!('mart' in numbers)) return numbers;
    const { mart, run, recomputed } = numbers;
    const answer = jsonAnswer({
      runId: run?.runId ?? null,
      recomputed,
      bookId: mart.bookId,
      asOf: mart.asOf,
      grain: mart.grain,
      book: shownBook(mart.book),
      kpis: mart.kpis,
      restatements: restatementsOf(mart),
    });
    // How old they are, for whoever shows them.
    const madeAt = run?.succeededAt;
    return madeAt === undefined
      ? answer
      : {
          ...answer,
          headers: {
            ...Object.fromEntries(new Headers(answer.headers)),
            'last-modified': new Date(madeAt).toUTCString(),
          },
        };
  }),
};

const ReportQuery = z.object({
  format: z.enum(['html', 'md']).default('html').describe('As a page, or as Markdown'),
});

export const reportRoute: Route<typeof ReportQuery> = {
  name: 'report',
  method: 'GET',
  path: 'reports/{date}',
  authLevel: 'function',
  staysTheSame: true,
  summary:
    'The executive report of an as-of date, or of the day that is reported, with what is said of its numbers',
  query: ReportQuery,
  responses: {
    200: { description: 'The report', mediaType: 'text/html' },
    404: { description: 'No report for it' },
  },
  handle: withDeps(async (request, deps, { query: { format } }) => {
    const asOf = LocalDate.safeParse(request.params['date']);
    if (!asOf.success) return badRequest('The date must be a day: reports/2025-12-10.');
    const newest = await martOfDay(asOf.data, deps);
    const body = newest && (await deps.lake.read('runs', artifactPath(newest.run.runId, `report.${format}`)));
    if (newest === undefined || body === undefined)
      return await nothingFor(`A report as of ${asOf.data}`, deps);
    const report = withInsight(body.toString('utf8'), format, await insightFor(newest.mart, deps));
    if (format === 'html') return htmlAnswer(report);
    return { body: report, headers: { ...SAFE_TO_SHOW, 'content-type': 'text/markdown; charset=utf-8' } };
  }),
};

export function shownBook(book: readonly BookEntry[]): ShownBookEntry[] {
  return book.map(({ asOf, ...entry }) => (asOf === REFERENCE_DAY ? entry : { ...entry, asOf }));
}
