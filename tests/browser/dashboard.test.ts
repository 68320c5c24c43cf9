import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { loadCatalog } from '../../shared/kpis/catalog.ts';
import type { KpiFacts } from '../../shared/publishing/dashboard/page-parts.ts';
import { VIEWS, type ViewName } from '../../shared/publishing/dashboard/views.ts';
import { dashboardPage } from '../../shared/publishing/dashboard-page.ts';
import { LANGUAGE_CODES, type LanguageCode } from '../../shared/publishing/language/language.ts';
import { aContractQuality, anOpenBreaker } from '../shared/publishing/a-contract-quality.ts';
import {
  aBrowser,
  aVisit,
  CHROMIUM,
  NO_BROWSER,
  ORIGIN,
  type Visit,
  type VisitOptions,
} from '../support/a-browser.ts';
import { aFullMart } from '../support/a-full-mart.ts';
import { aRejectedRun, aRun } from '../support/a-kpi-mart.ts';
import { contrastFaults } from './contrast.ts';

// The dashboard as a browser shows it: with the keyboard alone, on a phone, on paper, in both languages and schemes.

const SHOTS = join(process.env['SHOTS'] ?? tmpdir(), 'abaco-shots');
const MOST_BYTES = 300 * 1024;
/** After the newest day of the book, so that daily numbers are stale and monthly ones are not. */
const NOW = '2026-01-05T06:31:00.000Z';

const Shapes = z.array(z.string());

/** Side remarks of a table that are set larger than what they are about. */
const LARGER_THAN_NAMES = `[...document.querySelectorAll('td .small, th .small')]
  .filter((text) => parseFloat(getComputedStyle(text).fontSize) >
    parseFloat(getComputedStyle(text.closest('td, th')).fontSize))
  .map((text) => text.textContent)`;

/** Of letters in pictures, which grow and shrink with them; a point is 4 / 3 pixels. */
const SMALLEST_LETTERS = `Math.min(...[...document.querySelectorAll('svg.chart text')]
  .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a * 3 / 4))`;

const inBrowser = CHROMIUM === undefined ? describe.skip : describe;
const title = (name: string): string => (CHROMIUM === undefined ? `${name} (${NO_BROWSER})` : name);

let browser: Browser;
let definitions: readonly KpiFacts[];
const mart = aFullMart();

/** Answers as the route does. */
async function serve({ searchParams }: URL): Promise<string> {
  const [dimension = '', value = ''] = (
    searchParams.get('part') || (searchParams.has('company') ? `company:${searchParams.get('company')}` : '')
  ).split(':');
  return await dashboardPage({
    mart,
    runId: aRun().runId,
    definitions,
    runs: [aRun(), aRejectedRun()],
    quality: [aContractQuality()],
    breakers: searchParams.has('stopped') ? [anOpenBreaker()] : [],
    health: { status: 'healthy' },
    view: VIEWS.find((view) => view === searchParams.get('view')) ?? 'executive',
    language: LANGUAGE_CODES.find((code) => code === searchParams.get('lang')) ?? 'en',
    isLanguageChosen: searchParams.has('lang'),
    refreshes: false,
    parts: dimension === '' ? [] : [{ dimension, value }],
    now: NOW,
    link: (path) => `/api/${path}${path.includes('?') ? '&' : '?'}code=the-key`,
  });
}

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  browser = await aBrowser();
  // What may be how old is said here, since a catalogue may come to say otherwise.
  const hours = (id: string): number => (id === 'risk.par_90' ? 24 : 24 * 60);
  definitions = (await loadCatalog()).kpis.map((kpi) => ({ ...kpi, freshness: hours(kpi.id) }));
  await mkdir(SHOTS, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
});

async function open(
  { view = 'executive', language = 'en' }: { view?: ViewName; language?: LanguageCode },
  options: VisitOptions = {},
): Promise<Visit> {
  const visit = await aVisit(browser, serve, options);
  await visit.page.goto(`${ORIGIN}/api/dashboard?view=${view}&lang=${language}&code=the-key`);
  return visit;
}

const focused = (page: Page): Promise<string> => page.locator('*:focus').innerText();

const EVERY = LANGUAGE_CODES.flatMap((language) => VIEWS.map((view) => ({ view, language })));

inBrowser(title('every view in both languages'), () => {
  it.each(EVERY)(
    '$view in $language: complaint-free, self-contained, light, in order, with contrast',
    async (which) => {
      const visit = await open(which);
      const { page } = visit;

      const html = await page.content();
      const headings = await page
        .locator('h1, h2, h3')
        .evaluateAll((found) => found.map(({ tagName }) => Number(tagName.slice(1))));
      const faults = await contrastFaults(page);

      expect(visit.complaints).toEqual([]);
      expect(visit.requests).toEqual([]);
      expect(Buffer.byteLength(html)).toBeLessThan(MOST_BYTES);
      expect(await page.locator('html').getAttribute('lang')).toBe(which.language);
      expect(headings.filter((level) => level === 1)).toHaveLength(1);
      expect(headings.every((level, index) => index === 0 || level <= (headings[index - 1] ?? 0) + 1)).toBe(
        true,
      );
      expect(await page.locator('header, nav, main, footer').count()).toBeGreaterThanOrEqual(4);
      expect(faults).toEqual([]);
      await visit.context.close();
    },
  );

  it.each(EVERY)(
    '$view in $language: every table has a caption and scopes, every picture words',
    async (which) => {
      const { page, context } = await open(which);

      const tables = await page
        .locator('table')
        .evaluateAll((found) =>
          found
            .filter(
              (table) =>
                table.querySelector('caption') === null || table.querySelector('th:not([scope])') !== null,
            )
            .map((table) => table.outerHTML.slice(0, 200)),
        );
      const pictures = await page
        .locator('svg:not([aria-hidden])')
        .evaluateAll((found) =>
          found
            .filter((svg) => svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label'))
            .map((svg) => svg.outerHTML.slice(0, 200)),
        );

      expect(tables).toEqual([]);
      expect(pictures).toEqual([]);
      await context.close();
    },
  );

  it.each(EVERY.filter(({ view }) => ['executive', 'risk', 'finance', 'operations'].includes(view)))(
    '$view in $language fits a phone without moving sideways',
    async (which) => {
      const { page, context } = await open(which, { width: 390 });

      const width = await page.evaluate('document.documentElement.scrollWidth');
      await page.screenshot({
        path: join(SHOTS, `${which.view}-${which.language}-phone.png`),
        fullPage: true,
      });

      expect(width).toBeLessThanOrEqual(390);
      await context.close();
    },
  );

  it.each(['executive', 'risk', 'operations'] as const)(
    '%s has contrast in the dark scheme',
    async (view) => {
      const { page, context } = await open({ view }, { scheme: 'dark' });

      expect(await contrastFaults(page)).toEqual([]);
      await context.close();
    },
  );
});

inBrowser(title('the measure of contrast'), () => {
  it('finds text that is too pale, also in a picture, and leaves what is dark enough', async () => {
    const { page, context } = await aVisit(browser, () =>
      Promise.resolve(
        '<body style="background:#fff"><p style="color:#999">pale</p><p style="color:#666">dark</p><svg width="90" height="30"><rect width="90" height="30" fill="#256899"></rect><text x="5" y="20" fill="#8fb8d6">lost</text></svg>',
      ),
    );
    await page.goto(`${ORIGIN}/`);

    const faults = await contrastFaults(page);

    expect(faults.map((fault) => fault.split(' ').slice(0, 2).join(' '))).toEqual(['2.85 pale', '2.84 lost']);
    await context.close();
  });
});

inBrowser(title('by keyboard'), () => {
  it('the first stop skips to the content, the next ones are language and views in their order', async () => {
    const { page, context } = await open({});

    await page.keyboard.press('Tab');
    const skip = await focused(page);
    const isSeen = ((await page.locator('.skip').boundingBox())?.y ?? -1) >= 0;
    const stops: string[] = [];
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press('Tab');
      stops.push(await focused(page));
    }
    await page.keyboard.press('Shift+Tab');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');

    expect([skip, isSeen]).toEqual(['Skip to the content', true]);
    expect(stops).toEqual(['Español', 'Executive', 'Risk', 'Collections']);
    expect(outline).toBe('solid');
    await context.close();
  });

  it('the skip link leads to the content: the next stop is in it', async () => {
    const { page, context } = await open({ view: 'risk' });

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');

    expect(await page.locator('main :focus').count()).toBe(1);
    await context.close();
  });

  it('a part of the book is chosen and shown, and the key, the view and the language stay', async () => {
    const { page, context } = await open({ view: 'risk', language: 'es' });

    await page.locator('#part').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await Promise.all([page.waitForURL(/part=company/), page.keyboard.press('Enter')]);

    const query = new URL(page.url()).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      view: 'risk',
      lang: 'es',
      refresh: 'off',
      code: 'the-key',
      part: 'company:ABF',
    });
    expect(await page.locator('.part').textContent()).toContain('Solo Empresa: ABF');
    expect(await page.locator('#part').inputValue()).toBe('company:ABF');
    expect(await page.getByText('No se divide por Empresa').count()).toBeGreaterThan(0);
    await context.close();
  });
});

inBrowser(title('without scripts'), () => {
  it('the form, the views and the details work', async () => {
    const { page, context } = await open({ view: 'risk' }, { withScripts: false });

    await page.locator('summary').first().click();
    const isOpen = await page.locator('details').first().getAttribute('open');
    await page.locator('#part').selectOption('company:ABT');
    await Promise.all([page.waitForURL(/company/), page.locator('.filter button').click()]);
    const chosen = await page.locator('.part').textContent();
    await Promise.all([page.waitForURL(/view=finance/), page.getByRole('link', { name: 'Finance' }).click()]);

    expect(isOpen).toBe('');
    expect(chosen).toContain('Only Company: ABT');
    expect(await page.locator('h1').textContent()).toBe('Finance');
    expect(new URL(page.url()).searchParams.get('company')).toBe('ABT');
    await context.close();
  });
});

inBrowser(title('a number that is too old'), () => {
  it('is struck through and says its age; one that may be that old is not', async () => {
    const { page, context } = await open({ view: 'risk' });
    const tile = (name: string) =>
      page.locator('.tile').filter({ has: page.getByRole('heading', { name, exact: true }) });

    expect(await tile('PAR 90').locator('s').textContent()).toContain('5.40');
    expect(await tile('PAR 90').locator('.stale-note').textContent()).toBe('Stale: 5 days old');
    expect(await tile('Recovered default rate').locator('s').count()).toBe(0);
    await context.close();
  });
});

inBrowser(title('a status'), () => {
  it('has a shape and a word of its own, so that colour is not needed', async () => {
    const { page, context } = await open({ view: 'risk' });

    const shapes = Shapes.parse(
      await page.evaluate(
        "[...document.querySelectorAll('.chip')].map((chip) => [getComputedStyle(chip, '::before').content.slice(0, 3), chip.textContent].join(' '))",
      ),
    );

    expect(shapes).toEqual(expect.arrayContaining(['"◆" Critical', '"▲" Warning', '"●" OK']));
    await context.close();
  });
});

inBrowser(title('on paper'), () => {
  it.each(LANGUAGE_CODES)(
    'has no navigation, no addresses behind links, and its charts, in %s',
    async (language) => {
      const { page, context } = await open({ view: 'executive', language });
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 720, height: 1000 });

      await page.screenshot({ path: join(SHOTS, `executive-${language}-print.png`), fullPage: true });
      const after = Shapes.parse(
        await page.evaluate(
          "[...document.querySelectorAll('main a')].map((link) => getComputedStyle(link, '::after').content)",
        ),
      );

      expect(await page.locator('nav.views').isVisible()).toBe(false);
      expect(await page.locator('form').isVisible()).toBe(false);
      expect(await page.locator('svg.chart').first().isVisible()).toBe(true);
      expect(await page.evaluate(LARGER_THAN_NAMES)).toEqual([]);
      expect(await page.evaluate(SMALLEST_LETTERS)).toBeGreaterThan(7.5);
      expect(after.every((content) => content === 'none' || content === 'normal')).toBe(true);
      expect((await page.pdf({ format: 'Letter' })).length).toBeGreaterThan(10_000);
      await context.close();
    },
  );

  it('has as many months side by side as it says', async () => {
    const { page, context } = await open({ view: 'finance' });
    const seen = async (): Promise<[columns: number, said: number]> => {
      const columns = page.locator('table.months thead th.number').filter({ visible: true });
      const said = await page.locator('table.months caption').innerText();
      return [await columns.count(), Number(said.match(/\d+/)?.[0])];
    };

    const onScreen = await seen();
    await page.emulateMedia({ media: 'print' });
    const onPaper = await seen();

    expect(onScreen).toEqual([12, 12]);
    expect(onPaper).toEqual([6, 6]);
    await context.close();
  });
});
