import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Catalog, parseCatalog } from '../../../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../../../shared/kpis/catalog-assets.ts';
import { catalogListing } from '../../../../shared/kpis/catalog-listing.ts';
import { compareMarts } from '../../../../shared/kpis/compare-marts.ts';
import { explainKpi, partsOf } from '../../../../shared/kpis/explain-kpi.ts';
import type { KpiMart, KpiResult } from '../../../../shared/kpis/kpi-result.ts';
import { catalogHtmlPage } from '../../../../shared/publishing/catalog-html-page.ts';
import { comparisonPage } from '../../../../shared/publishing/comparison-page.ts';
import { VIEWS } from '../../../../shared/publishing/dashboard/views.ts';
import { type DashboardInput, dashboardPage } from '../../../../shared/publishing/dashboard-page.ts';
import { kpiExplanationPage } from '../../../../shared/publishing/kpi-explanation-page.ts';
import { SPANISH_WORDS } from '../../../../shared/publishing/language/spanish.ts';
import { aFullMart } from '../../../support/a-full-mart.ts';
import { aKpiMart, aKpiResult, aRejectedRun, aRun } from '../../../support/a-kpi-mart.ts';
import { languageJudge, type OtherWords } from '../../../support/words-of-page.ts';
import { aContractQuality, anOpenBreaker } from '../a-contract-quality.ts';

// A page in Spanish is Spanish, but for whole sentences of the engine, of contracts and of definitions, which are in
// English and say so. A sentence that is half the one and half the other can be read by nobody, and read out by no one.

const NOTHING: OtherWords = { english: [], spanish: [] };
/** As sentences of the engine are: with many words that no page has. */
const REASON = 'needs the funding cost of this period, and no feed brings it';

let catalog: Catalog;
let judge: (page: string) => OtherWords;
beforeAll(async () => {
  catalog = parseCatalog(await readCatalogAssets());
  judge = languageJudge(catalog);
});

/** All KPIs of the catalogue and all tables, none of which can be told; PAR is as the book has it. */
function aMartOfGaps(): KpiMart {
  const mart = aFullMart();
  const known = new Set(mart.kpis.map(({ id }) => id));
  const gaps = catalog.kpis.filter(({ id }) => !known.has(id)).map(gapOf);
  const tables = catalog.models
    .filter(({ name }) => name.startsWith('table_'))
    .map(({ name }) => ({ name, columns: [], rows: [], reason: REASON }));
  return { ...mart, kpis: [...mart.kpis, ...gaps], tables };
}

function gapOf({ id, name, owner, unit }: Pick<KpiResult, 'id' | 'name' | 'owner' | 'unit'>): KpiResult {
  const { thresholds: _, ...result } = aKpiResult({ id, name, owner, unit });
  return { ...result, value: null, numerator: null, denominator: null, ...NOT_COMPUTABLE };
}

const NOT_COMPUTABLE = { status: 'not-computable', reason: REASON } as const;

const withPar = (id: string, change: Partial<KpiResult>): KpiMart => {
  const mart = aFullMart();
  return { ...mart, kpis: mart.kpis.map((kpi) => (kpi.id === id ? { ...kpi, ...change } : kpi)) };
};

const machinery = {
  stage: 'compute',
  code: 'stage-failed',
  message: REASON,
  at: '2026-01-05T06:30:09.400Z',
} as const;

const STATES: readonly (readonly [string, () => Partial<DashboardInput>])[] = [
  ['a full book', () => ({ mart: aFullMart() })],
  ['a book of gaps', () => ({ mart: aMartOfGaps() })],
  ['a part of it', () => ({ mart: aMartOfGaps(), parts: [{ dimension: 'company', value: 'ABF' }] })],
  ['a part that there is not', () => ({ mart: aFullMart(), parts: [{ dimension: 'company', value: 'X' }] })],
  ['a PAR without value', () => ({ mart: withPar('risk.par_7', { ...NOT_COMPUTABLE, numerator: null }) })],
  ['PARs of two balances', () => ({ mart: withPar('risk.par_90', { denominator: '1.00' }) })],
  ['a PAR above its whole', () => ({ mart: withPar('risk.par_7', { numerator: '99999999.00' }) })],
  [
    'no balance',
    () => {
      const mart = aFullMart();
      return {
        mart: { ...mart, kpis: mart.kpis.map((kpi) => ({ ...kpi, numerator: '0', denominator: '0.00' })) },
      };
    },
  ],
  ['one reporting date', () => ({ mart: aKpiMart({ months: 1 }) })],
  ['numbers that are too old', () => ({ mart: aFullMart(), now: '2026-06-01T00:00:00.000Z' })],
  ['no numbers', () => ({})],
  ['no files', () => ({ runs: [], quality: [] })],
  [
    'all that can go wrong',
    () => ({
      mart: aFullMart({ parity: { checked: 3, mismatches: [], unproven: ['risk.ecl'] } }),
      runs: [
        aRejectedRun(),
        aRun({ status: 'failed', stage: 'compute', lastError: machinery }),
        aRun({ status: 'running', stage: 'compute' }),
      ],
      quality: [aContractQuality({ verdict: 'block' })],
      breakers: [anOpenBreaker()],
      health: { status: 'unhealthy', lastError: REASON },
      rolledBack: [
        {
          runId: aRun().runId,
          dataset: 'looker/loans',
          asOf: undefined,
          by: 'maria@example.com',
          reason: 'archivo equivocado',
          at: '2026-01-05T06:30:00.000Z',
        },
      ],
    }),
  ],
];

describe('a page in Spanish has no word of English that it does not say to be English, and the other way round', () => {
  it.each(STATES)('the dashboard of %s', async (_, state) => {
    const input = state();

    for (const view of VIEWS) {
      const page = await dashboardPage({
        runs: [aRun()],
        quality: [aContractQuality()],
        breakers: [],
        health: { status: 'healthy' },
        now: '2026-01-05T06:31:00.000Z',
        link: (path) => `/api/${path}`,
        definitions: catalog.kpis,
        ...input,
        view,
        language: 'es',
      });

      expect([view, judge(page)]).toEqual([view, NOTHING]);
    }
  });

  it.each([true, false])('the catalogue, with numbers: %s', (hasNumbers) => {
    const listing = catalogListing(catalog, hasNumbers ? aMartOfGaps() : undefined);

    expect(judge(catalogHtmlPage({ listing, language: 'es', link: (path) => path }))).toEqual(NOTHING);
  });

  it('two runs compared, with all that may differ', () => {
    const [before, now] = [aMartOfGaps(), aFullMart()];
    const kpis = now.kpis.map((kpi) => (kpi.id === 'risk.par_30' ? { ...kpi, ...NOT_COMPUTABLE } : kpi));
    const asOf = now.asOf;
    const page = comparisonPage({
      before: { ...aRun(), asOf },
      now: { ...aRun(), asOf },
      comparison: compareMarts({ ...before, book: [] }, { ...now, kpis }),
      definitions: catalog.kpis,
      language: 'es',
      link: (path) => path,
    });

    expect(page).toContain(REASON);
    expect(judge(page)).toEqual(NOTHING);
  });

  it('the page of each number', () => {
    const mart = aMartOfGaps();

    const judged = mart.kpis.flatMap(({ id }) => {
      const explanation = explainKpi({ id }, mart, catalog);
      if (explanation === undefined) return [];
      const parts = partsOf(id, mart);
      const page = kpiExplanationPage({
        explanation,
        parts,
        recomputed: true,
        language: 'es',
        link: (path) => path,
      });
      return [[id, judge(page)] as const];
    });

    expect(judged.length).toBeGreaterThanOrEqual(catalog.kpis.length);
    expect(judged.filter(([, { english, spanish }]) => english.length + spanish.length > 0)).toEqual([]);
  });
});

describe('the judge', () => {
  it('knows both halves of a mixed sentence, and lets whole ones be', () => {
    expect(judge('<p>Sin antigüedad de saldos: the outstanding balance is zero.</p>').english).toContain(
      'balance',
    );
    expect(judge('<p lang="en">Liquidez no se puede calcular: needs it</p>').spanish).toContain('puede');
    expect(judge('<p>Liquidez: <span lang="en">needs the outstanding balance</span></p>')).toEqual(NOTHING);
  });
});

it('has Spanish words for each owner, cadence, grain and table of the catalogue', () => {
  const { owner, cadence, grain, column } = SPANISH_WORDS;
  const named = new Set([owner, cadence, grain, column].flatMap(Object.keys));
  const tables = catalog.models.flatMap(({ name }) =>
    name.startsWith('table_') ? name.slice('table_'.length) : [],
  );
  const used = [...catalog.kpis.flatMap((kpi) => [kpi.owner, kpi.cadence, kpi.grain]), ...tables];

  expect(used.filter((word) => !named.has(word))).toEqual([]);
});
