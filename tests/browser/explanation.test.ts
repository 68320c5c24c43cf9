import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Catalog, loadCatalog } from '../../shared/kpis/catalog.ts';
import { catalogListing } from '../../shared/kpis/catalog-listing.ts';
import { explainKpi, partsOf } from '../../shared/kpis/explain-kpi.ts';
import { catalogHtmlPage } from '../../shared/publishing/catalog-html-page.ts';
import { kpiExplanationPage } from '../../shared/publishing/kpi-explanation-page.ts';
import { LANGUAGE_CODES, type LanguageCode } from '../../shared/publishing/language/language.ts';
import { aBrowser, aVisit, CHROMIUM, NO_BROWSER, ORIGIN } from '../support/a-browser.ts';
import { aFullMart } from '../support/a-full-mart.ts';
import { aKpiResult } from '../support/a-kpi-mart.ts';
import { EXPLAINED_CATALOG, EXPLAINED_MART } from '../support/an-explained-kpi.ts';
import { contrastFaults } from './contrast.ts';

// The page of a number and that of all numbers, on a desk and on a phone.

const SHOTS = join(process.env['SHOTS'] ?? tmpdir(), 'abaco-shots');

const inBrowser = CHROMIUM === undefined ? describe.skip : describe;

let browser: Browser;
let catalog: Catalog;
beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  browser = await aBrowser();
  catalog = await loadCatalog();
  await mkdir(SHOTS, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
});

const link = (path: string): string => `/api/${path}`;

function explanation(language: LanguageCode): string {
  const measures = { late: '648259.2000000000', all: '12004800.00' };
  const mart = { ...EXPLAINED_MART, kpis: [aKpiResult({ measures })] };
  const explained = explainKpi({ id: 'risk.par_90' }, mart, EXPLAINED_CATALOG);
  if (explained === undefined) throw new Error('there is no such KPI');
  const parts = new Map([...partsOf('risk.par_90', mart), ['company', ['ABF', 'ABT']]]);
  return kpiExplanationPage({ explanation: explained, parts, recomputed: true, language, link });
}

const PAGES = {
  explanation,
  catalogue: (language: LanguageCode) =>
    catalogHtmlPage({ listing: catalogListing(catalog, aFullMart()), language, link }),
} as const;

const EVERY = (['explanation', 'catalogue'] as const).flatMap((name) =>
  LANGUAGE_CODES.flatMap((language) => [1280, 390].map((width) => ({ name, language, width }))),
);

inBrowser(CHROMIUM === undefined ? `pages of numbers (${NO_BROWSER})` : 'pages of numbers', () => {
  it.each(EVERY)(
    '$name in $language at $width pixels: nothing is cut off or moves sideways, every table is told',
    async ({ name, language, width }) => {
      const visit = await aVisit(browser, () => Promise.resolve(PAGES[name](language)), { width });
      const { page } = visit;
      await page.goto(`${ORIGIN}/`);

      const wide = await page
        .locator('html, .panel')
        .evaluateAll((found) =>
          found
            .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
            .map((element) => element.outerHTML.slice(0, 200)),
        );
      const untold = await page
        .locator('table')
        .evaluateAll((found) =>
          found
            .filter((table) => !table.caption?.textContent || table.querySelector('th:not([scope])') !== null)
            .map((table) => table.outerHTML.slice(0, 200)),
        );
      if (name === 'explanation')
        await page.screenshot({ path: join(SHOTS, `${name}-${language}-${width}.png`), fullPage: true });

      expect(visit.complaints).toEqual([]);
      expect(wide).toEqual([]);
      expect(untold).toEqual([]);
      if (width === 390) expect(await contrastFaults(page)).toEqual([]);
      await visit.context.close();
    },
  );

  it.each(['explanation', 'catalogue'] as const)(
    '%s on paper: no navigation, dark ink on white, whatever the screen is like, and parts that are told apart',
    async (name) => {
      const visit = await aVisit(browser, () => Promise.resolve(PAGES[name]('en')), { scheme: 'dark' });
      const { page } = visit;
      await page.goto(`${ORIGIN}/`);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });

      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      const between = await page.evaluate(
        "[...document.querySelectorAll('dd a + a')].map((link) => getComputedStyle(link, '::before').content)",
      );

      expect(await page.locator('main > p a, main > header p a').filter({ visible: true }).count()).toBe(0);
      expect(ground).toBe('rgb(255, 255, 255)');
      expect(new Set(Object(between))).toEqual(new Set(name === 'explanation' ? ['"· "'] : []));
      await visit.context.close();
    },
  );
});
