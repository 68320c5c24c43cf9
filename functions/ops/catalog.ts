import { CatalogListing, catalogListing } from '../../shared/kpis/catalog-listing.ts';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { catalogHtmlPage } from '../../shared/publishing/catalog-html-page.ts';
import { languageFor, linkWithKey, ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

export const catalogRoute: Route<typeof ReaderQuery> = {
  name: 'catalog',
  method: 'GET',
  path: 'catalog',
  authLevel: 'function',
  summary:
    'Every KPI that is defined: what it means, which datasets it needs, and whether it can be had today',
  query: ReaderQuery,
  responses: { 200: { description: 'The catalogue; as a page for browsers', schema: CatalogListing } },
  handle: withDeps(async (request, deps, { query }) => {
    const [catalog, newest] = await Promise.all([deps.catalog(), newestMart({}, deps)]);
    const listing = catalogListing(catalog, newest?.mart);
    if (!wantsPage(request, query)) return jsonAnswer(listing);
    return htmlAnswer(
      catalogHtmlPage({ listing, language: languageFor(request, query), link: linkWithKey(request) }),
    );
  }),
};
