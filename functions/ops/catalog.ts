import { stringify } from 'yaml';
import { z } from 'zod';
import { CatalogListing, catalogListing } from '../../shared/kpis/catalog-listing.ts';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { catalogHtmlPage } from '../../shared/publishing/catalog-html-page.ts';
import { languageFor, linkWithKey, ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, SAFE_TO_SHOW, withDeps } from './route.ts';

const CatalogQuery = ReaderQuery.extend({
  format: z
    .enum(['json', 'yaml', 'html'])
    .optional()
    .describe('Without it the page goes to browsers, JSON to all others'),
});

export const catalogRoute: Route<typeof CatalogQuery> = {
  name: 'catalog',
  method: 'GET',
  path: 'catalog',
  authLevel: 'function',
  staysTheSame: true,
  summary:
    'Every KPI that is defined: what it means, which datasets it needs, and whether it can be had today',
  query: CatalogQuery,
  responses: {
    200: { description: 'The catalogue; as YAML too, and as a page for browsers', schema: CatalogListing },
  },
  handle: withDeps(async (request, deps, { query }) => {
    const [catalog, newest] = await Promise.all([deps.catalog(), newestMart({}, deps)]);
    const listing = catalogListing(catalog, newest?.mart);
    if (query.format === 'yaml')
      return {
        body: stringify(listing, { aliasDuplicateObjects: false }),
        headers: { ...SAFE_TO_SHOW, 'content-type': 'application/yaml' },
      };
    if (!wantsPage(request, query)) return jsonAnswer(listing);
    return htmlAnswer(
      catalogHtmlPage({ listing, language: languageFor(request, query), link: linkWithKey(request) }),
    );
  }),
};
