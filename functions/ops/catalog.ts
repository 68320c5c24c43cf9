import { CatalogListing, catalogListing } from '../../shared/kpis/catalog-listing.ts';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { catalogHtmlPage } from '../../shared/publishing/catalog-html-page.ts';
import { badRequest, describeIssues } from './problem-details.ts';
import { languageFor, linkWithKey, ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

export const catalogRoute: Route = {
  name: 'catalog',
  method: 'GET',
  path: 'catalog',
  authLevel: 'function',
  summary:
    'Every KPI that is defined: what it means, which datasets it needs, and whether it can be had today',
  query: ReaderQuery,
  responses: { 200: { description: 'The catalogue; as a page for browsers', schema: CatalogListing } },
  handle: withDeps(async (request, deps) => {
    const query = ReaderQuery.safeParse(Object.fromEntries(request.query));
    if (!query.success)
      return badRequest('format must be json or html, lang en or es.', describeIssues(query.error));
    const [catalog, newest] = await Promise.all([deps.catalog(), newestMart({}, deps)]);
    const listing = catalogListing(catalog, newest?.mart);
    if (!wantsPage(request, query.data)) return jsonAnswer(listing);
    return htmlAnswer(
      catalogHtmlPage({ listing, language: languageFor(request, query.data), link: linkWithKey(request) }),
    );
  }),
};
