import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

// Debian's Chromium, which nothing but the tests uses. It is kept from talking to anybody.

const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];

export const CHROMIUM = PLACES.find((path) => path !== '' && existsSync(path));

/** For `describe`: its title says why nothing is run where there is no browser. */
export const NO_BROWSER =
  'needs Chromium, which is not installed: apt-get install chromium, or set CHROMIUM to its path';

export async function aBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}

export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Requests other than for the page itself. */
  readonly requests: readonly string[];
  /** What the page wrote to the console, and errors. */
  readonly complaints: readonly string[];
};

export type VisitOptions = {
  readonly width?: number;
  readonly withScripts?: boolean;
  readonly scheme?: 'light' | 'dark';
};

/** Shows pages as the service would send them: each address is answered by `serve`, and by nothing else. */
export async function aVisit(
  browser: Browser,
  serve: (address: URL) => Promise<string>,
  { width = 1280, withScripts = true, scheme = 'light' }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    javaScriptEnabled: withScripts,
    colorScheme: scheme,
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.route('**/*', async (route) => {
    const request = route.request();
    const address = new URL(request.url());
    if (!request.isNavigationRequest() || address.origin !== ORIGIN) {
      requests.push(request.url());
      return await route.abort();
    }
    return await route.fulfill({ body: await serve(address), contentType: 'text/html; charset=utf-8' });
  });
  return { page, context, requests, complaints };
}

export const ORIGIN = 'http://abaco.test';
