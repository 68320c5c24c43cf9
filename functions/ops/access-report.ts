import { z } from 'zod';
import { AccessReport, accessReport } from '../../shared/access/access-report.ts';
import { Month, monthOf } from '../../shared/compliance/compliance-month.ts';
import { accessPage } from '../../shared/publishing/access-page.ts';
import { notFound } from './problem-details.ts';
import { ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

const AccessQuery = z.object({
  month: Month.optional().describe('As in 2025-12; without it the month that goes on'),
  format: ReaderQuery.shape.format,
});

export const accessReportRoute: Route<typeof AccessQuery> = {
  name: 'access-report',
  method: 'GET',
  path: 'access',
  authLevel: 'function',
  summary: 'Who did what and looked at what in a month, by person and dataset, and what is unusual in it',
  query: AccessQuery,
  responses: {
    200: { description: 'The report; as a page for browsers', schema: AccessReport },
    404: { description: 'The month is to come' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const month = query.month ?? monthOf(deps.clock.now());
    const report = await accessReport(month, deps);
    if (report === undefined)
      return notFound(`A report of ${month}`, 'The month is to come; the newest is the one that goes on.');
    return wantsPage(request, query) ? htmlAnswer(accessPage(report)) : jsonAnswer(report);
  }),
};
