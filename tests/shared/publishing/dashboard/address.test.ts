import { expect, it } from '@jest/globals';
import { type Choice, sourcePath } from '../../../../shared/publishing/dashboard/address.ts';
import { dashboardPage } from '../../../../shared/publishing/dashboard-page.ts';
import { aFullMart } from '../../../support/a-full-mart.ts';

const part = { dimension: 'company', value: 'ABF' };
const choice: Choice = { view: 'risk', language: 'en', part, refreshes: true, isLanguageChosen: false };

it('leads to the whole book where the part has no such number', () => {
  expect(sourcePath('no.such', aFullMart(), choice)).not.toContain('dimension');
});

it('has no link to a part that a KPI of the view is not divided into', async () => {
  const mart = aFullMart();
  const page = await dashboardPage({
    mart,
    runs: [],
    quality: [],
    breakers: [],
    health: { status: 'healthy' },
    view: 'risk',
    parts: [part],
    now: '2026-01-05T06:31:00.000Z',
    link: (path) => `/api/${path}`,
  });

  const links = [...page.matchAll(/\/api\/kpis\/([^?"]+)\?[^"]*dimension=company%3AABF/g)].map(
    ([, id]) => id,
  );
  const divided = mart.breakdowns.flatMap(({ id, dimension }) =>
    dimension['company'] === 'ABF' ? [id] : [],
  );

  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((id) => id === undefined || !divided.some((known) => known === id))).toEqual([]);
});
