import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { reportHtml } from '../../shared/publishing/report-html.ts';
import { reportModel } from '../../shared/publishing/report-model.ts';
import { aJudgedReport } from '../shared/publishing/a-judged-report.ts';
import { aBrowser, aVisit, CHROMIUM, NO_BROWSER, ORIGIN, type VisitOptions } from '../support/a-browser.ts';
import { aFullMart } from '../support/a-full-mart.ts';
import { aReportInput } from '../support/a-report.ts';
import { contrastFaults } from './contrast.ts';

// The executive report as a browser shows and prints it.

const inBrowser = CHROMIUM === undefined ? describe.skip : describe;

let browser: Browser;
beforeAll(async () => {
  if (CHROMIUM !== undefined) browser = await aBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const serve = (): Promise<string> =>
  reportHtml(reportModel(aReportInput({ mart: aFullMart(), validation: aJudgedReport() })));

async function open(options: VisitOptions = {}) {
  const visit = await aVisit(browser, serve, options);
  await visit.page.goto(`${ORIGIN}/api/reports/2025-12-31`);
  return visit;
}

inBrowser(CHROMIUM === undefined ? `the report (${NO_BROWSER})` : 'the report', () => {
  it.each(['light', 'dark'] as const)(
    'can be read in the %s scheme, and asks nobody for anything',
    async (scheme) => {
      const { page, context, requests, complaints } = await open({ scheme });

      expect(await contrastFaults(page)).toEqual([]);
      expect([...requests, ...complaints]).toEqual([]);
      await context.close();
    },
  );

  it('has headings in order, and tables with a caption and scopes', async () => {
    const { page, context } = await open();

    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((found) => found.map(({ tagName }) => Number(tagName.slice(1))));
    const bare = await page
      .locator('table')
      .evaluateAll((found) =>
        found
          .filter(
            (table) =>
              table.querySelector('caption') === null || table.querySelector('th:not([scope])') !== null,
          )
          .map((table) => table.outerHTML.slice(0, 120)),
      );

    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0) + 1)).toBe(true);
    expect(bare).toEqual([]);
    await context.close();
  });

  it('keeps what a cell says beside its label on a phone, also where it takes two lines', async () => {
    const { page, context } = await open({ width: 390 });

    const days = page.locator('.stack td[data-label="Change"] .date');
    const label = (await page.locator('.stack td[data-label="Change"]').first().boundingBox())?.x ?? 0;
    const places = await Promise.all((await days.all()).map((day) => day.boundingBox()));

    expect(places.length).toBeGreaterThan(0);
    expect(places.filter((place) => (place?.x ?? 0) < label + 100)).toEqual([]);
    await context.close();
  });

  it('fits a phone, and prints on a few pages', async () => {
    const { page, context } = await open({ width: 390 });

    const width: unknown = await page.evaluate('document.documentElement.scrollWidth');
    await page.emulateMedia({ media: 'print' });
    const pdf = await page.pdf({ format: 'Letter' });

    expect(width).toBe(390);
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThan(12);
    await context.close();
  });
});
