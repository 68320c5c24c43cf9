import { z } from 'zod';
import { ComplianceMonth, Month, monthOf } from '../../shared/compliance/compliance-month.ts';
import { reportOfMonth } from '../../shared/compliance/report-of-month.ts';
import { Sha256 } from '../../shared/domain/ids.ts';
import { compliancePage } from '../../shared/publishing/compliance-page.ts';
import { notFound } from './problem-details.ts';
import { ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

const ComplianceQuery = z.object({
  month: Month.optional().describe('As in 2025-12; without it the month that goes on'),
  format: ReaderQuery.shape.format,
});

const Answer = z.object({
  report: ComplianceMonth,
  /** Of the bytes that are kept in container audit; null where none are. */
  sha256: Sha256.nullable(),
});

export const complianceRoute: Route<typeof ComplianceQuery> = {
  name: 'compliance',
  method: 'GET',
  path: 'compliance',
  authLevel: 'function',
  summary:
    'The compliance report of a month: access, incidents, service levels, data quality, restatements, duties, secrets',
  query: ComplianceQuery,
  responses: {
    200: { description: 'The report; as a page for browsers', schema: Answer },
    404: { description: 'The month is to come' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const month = query.month ?? monthOf(deps.clock.now());
    const found = await reportOfMonth(month, deps);
    if (found === undefined)
      return notFound(`A report of ${month}`, 'The month is to come; the newest is the one that goes on.');
    if (wantsPage(request, query)) return htmlAnswer(compliancePage(found));
    return jsonAnswer({ report: found.report, sha256: found.sha256 ?? null });
  }),
};
