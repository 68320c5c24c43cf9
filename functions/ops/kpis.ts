import { z } from 'zod';
import { LocalDate, REFERENCE_DAY } from '../../shared/domain/local-date.ts';
import { BookEntry, KpiResult } from '../../shared/kpis/kpi-result.ts';
import { previousOf } from '../../shared/kpis/previous-result.ts';
import { artifactPath } from '../../shared/runs/run-paths.ts';
import { martOfDay, nothingFor } from './mart-of-day.ts';
import { badRequest, describeIssues } from './problem-details.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

const KpisQuery = z.object({
  asOf: LocalDate.optional().describe('As-of date, or the day that is reported; without it the newest'),
});

type ShownBookEntry = z.infer<typeof ShownBookEntry>;
const ShownBookEntry = BookEntry.extend({
  asOf: LocalDate.optional().describe('Absent for reference data, which stands for no day'),
});

export const kpisRoute: Route = {
  name: 'kpis',
  method: 'GET',
  path: 'kpis',
  authLevel: 'function',
  summary: 'All KPIs of the newest as-of date, or of the one asked for',
  query: KpisQuery,
  responses: {
    200: {
      description: 'KPIs, and the book they were computed over',
      schema: z.object({
        runId: z.string(),
        bookId: z.string(),
        asOf: LocalDate,
        book: z.array(ShownBookEntry),
        kpis: z.array(KpiResult),
      }),
    },
    404: {
      description: 'Nothing has been computed for that date; the newest dates that have been are named',
    },
  },
  handle: withDeps(async (request, deps) => {
    const query = KpisQuery.safeParse(Object.fromEntries(request.query));
    if (!query.success) return badRequest('asOf must be a day: 2025-12-10.', describeIssues(query.error));
    const newest = await martOfDay(query.data.asOf, deps);
    if (newest === undefined) return await nothingFor('A KPI for that date', deps);
    const { run, mart } = newest;
    return jsonAnswer({
      runId: run.runId,
      bookId: mart.bookId,
      asOf: mart.asOf,
      book: shown(mart.book),
      kpis: mart.kpis,
    });
  }),
};

export const kpiRoute: Route = {
  name: 'kpi',
  method: 'GET',
  path: 'kpis/{id}',
  authLevel: 'function',
  summary: 'One KPI: value, parts, previous value, series and inputs with their hashes',
  query: KpisQuery,
  responses: { 200: { description: 'The KPI' }, 404: { description: 'No such KPI, or not for that date' } },
  handle: withDeps(async (request, deps) => {
    const { id = '' } = request.params;
    const query = KpisQuery.safeParse(Object.fromEntries(request.query));
    if (!query.success) return badRequest('asOf must be a day: 2025-12-10.', describeIssues(query.error));
    const newest = await martOfDay(query.data.asOf, deps);
    const kpi = newest?.mart.kpis.find((candidate) => candidate.id === id);
    if (newest === undefined || kpi === undefined) return await nothingFor(`KPI ${JSON.stringify(id)}`, deps);
    const definition = (await deps.catalog()).kpis.find((candidate) => candidate.id === id);
    const series = newest.mart.series.filter((candidate) => candidate.id === id);
    return jsonAnswer({
      runId: newest.run.runId,
      formula: definition?.formula,
      kpi,
      previous: previousOf(kpi, newest.mart.series) ?? null,
      series,
      book: shown(newest.mart.book),
    });
  }),
};

export const reportRoute: Route = {
  name: 'report',
  method: 'GET',
  path: 'reports/{date}',
  authLevel: 'function',
  summary: 'The executive report of an as-of date, or of the day that is reported, as a page',
  responses: {
    200: { description: 'The report', mediaType: 'text/html' },
    404: { description: 'No report for it' },
  },
  handle: withDeps(async (request, deps) => {
    const asOf = LocalDate.safeParse(request.params['date']);
    if (!asOf.success) return badRequest('The date must be a day: reports/2025-12-10.');
    const newest = await martOfDay(asOf.data, deps);
    const body = newest && (await deps.lake.read('runs', artifactPath(newest.run.runId, 'report.html')));
    return body === undefined ? await nothingFor(`A report as of ${asOf.data}`, deps) : htmlAnswer(body);
  }),
};

function shown(book: readonly BookEntry[]): ShownBookEntry[] {
  return book.map(({ asOf, ...entry }) => (asOf === REFERENCE_DAY ? entry : { ...entry, asOf }));
}
