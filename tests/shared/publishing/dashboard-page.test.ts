import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RunId } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { VIEWS } from '../../../shared/publishing/dashboard/views.ts';
import { type DashboardInput, dashboardPage } from '../../../shared/publishing/dashboard-page.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { aFullMart } from '../../support/a-full-mart.ts';
import { aKpiMart, aKpiResult, aRejectedRun, aRun } from '../../support/a-kpi-mart.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';

const render = (overrides: Partial<DashboardInput> = {}) =>
  dashboardPage({
    mart: aKpiMart(),
    runs: [aRun()],
    quality: [],
    breakers: [],
    health: { status: 'healthy' },
    now: '2026-01-05T06:31:00.000Z',
    link: (path) => `/api/${path}?code=k&x=1`,
    ...overrides,
  });

const operations = (overrides: Partial<DashboardInput> = {}) => render({ view: 'operations', ...overrides });

function aRunningRun(): RunRecord {
  const { completedAt: _, rejectedRows: __, ...run } = aRun({ status: 'running', stage: 'compute' });
  return { ...run, trail: run.trail.slice(0, 2) };
}

describe('dashboardPage', () => {
  it('says as-of date, age, KPIs with their status in words, and how each is made up', async () => {
    const page = await render({ view: 'risk' });

    expect(page).toContain('<h1>Risk</h1>');
    expect(page).toContain('<strong>As of 31 Dec 2025</strong>');
    expect(page).toContain('The numbers are 5 days old.');
    expect(page).toContain('<span class="chip critical">Critical</span>');
    expect(page).toContain('<dt>Numerator</dt><dd>648,259.20</dd><dt>Denominator</dt><dd>12,004,800.00</dd>');
    expect(page).toContain('+0.60 points since 30 Nov 2025, worse');
  });

  it.each([
    ['2025-12-31', 'The numbers are of today.'],
    ['2026-01-01', 'The numbers are 1 day old.'],
    ['2025-12-29', 'The numbers are dated 2 days ahead of today.'],
    ['2026-02-14', 'The numbers are 45 days old.'],
    ['2026-02-15', 'These numbers are 46 days old: no newer snapshot has been accepted.'],
  ])('tells the age of the numbers on %s', async (today, sentence) => {
    expect(await render({ now: `${today}T00:00:00.000Z` })).toContain(sentence);
  });

  it('says in the language of the page why a part has no number, and in English what the engine says', async () => {
    const mart = aFullMart();
    const without = aKpiResult({
      id: 'port.outstanding',
      value: null,
      status: 'not-computable',
      reason: 'needs looker/loans',
    });
    const spanish = { view: 'risk', language: 'es', definitions: [] } as const;

    const ofPart = await render({ ...spanish, mart, parts: [{ dimension: 'company', value: 'ABF' }] });
    const ofWhole = await render({ ...spanish, mart: { ...mart, kpis: [without] } });

    expect(ofPart).toContain('<p class="muted">No se divide por Empresa</p>');
    expect(ofPart).not.toContain('<span lang="en">No se divide');
    expect(ofWhole).toContain('<p class="muted"><span lang="en">needs looker/loans</span></p>');
  });

  it('says of documents in English that they are', async () => {
    const pages = [await render({ language: 'es' }), await operations({ language: 'es' })].join('');

    const links = pages.match(/<a [^>]*(?:\/reports\/|\.html\?)[^>]*>/g) ?? [];
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) expect(link).toContain('hreflang="en"');
  });

  it('runs no script, loads nothing, refreshes itself each minute and leaks no key in a referrer', async () => {
    const page = await render();

    expect(page).not.toMatch(/<script|<link|<img|url\(|\ssrc=/i);
    expect(page).toContain('<meta http-equiv="refresh" content="60">');
    expect(page).toContain("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;");
    expect(page).toContain('<meta name="referrer" content="no-referrer">');
  });

  it('makes every link through link(), escaped', async () => {
    const page = await operations();

    const targets = [...page.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
    const ofTheRun = [
      '',
      '/artifacts/report.html',
      '/artifacts/validation_report.html',
      '/artifacts/validation_report.json',
      '/artifacts/summary.json',
      '/artifacts/manifest.json',
    ].map((rest) => `/api/runs/run_4f1c29ab03de${rest}?code=k&amp;x=1`);
    const [skip, language, ...rest] = targets;
    expect([skip, language]).toEqual([
      '#content',
      '/api/dashboard?view=operations&amp;lang=es?code=k&amp;x=1',
    ]);
    expect(rest.slice(0, VIEWS.length)).toEqual(
      VIEWS.map((view) => `/api/dashboard${view === 'executive' ? '' : `?view=${view}`}?code=k&amp;x=1`),
    );
    expect(rest.slice(VIEWS.length)).toEqual([
      ...ofTheRun,
      '/api/dashboard?view=operations&amp;refresh=off?code=k&amp;x=1',
    ]);
  });

  it('stops loading itself again for whoever asks, and can be told to go on', async () => {
    const [going, stopped] = [await render(), await render({ refreshes: false })];

    expect(going).toContain('http-equiv="refresh"');
    expect(stopped).not.toContain('http-equiv="refresh"');
    expect(stopped).toContain('Load it again every minute');
  });

  it('never loads itself again where it lists customers, since each look is recorded', async () => {
    for (const view of VIEWS) {
      const page = await render({ view });

      const isListing = view === 'risk' || view === 'sales';
      expect(page.includes('http-equiv="refresh"')).toBe(!isListing);
      expect(page.includes('refresh=off')).toBe(!isListing);
    }
  });

  it('says how often a file was dropped again', async () => {
    expect(await operations({ runs: [aRun({ duplicates: 1 })] })).toContain(
      '<dt>Dropped again</dt><dd>once</dd>',
    );
    expect(await operations({ runs: [aRun({ duplicates: 3 })] })).toContain('<dd>3 times</dd>');
    expect(await operations({ runs: [aRun()] })).not.toContain('Dropped again');
  });

  it('shows how far a run is and how long each stage took', async () => {
    const page = await operations({ runs: [aRunningRun()] });

    expect(page).toContain('ingest: done in 1.1 s');
    expect(page).toContain('compute: under way');
    expect(page).toContain('publish: to come');
    expect(page).toContain('59.0 s so far');
  });

  it('gives the first problem of a rejected run in full, and the way to its runbook', async () => {
    const run = aRejectedRun();
    const page = await operations({ runs: [{ ...run, problems: [...run.problems, ...run.problems] }] });

    expect(page).toContain('(the file has outstanding_bal). Nothing was promoted.');
    expect(page).toContain('docs/runbooks/missing-column.md');
    expect(page).toContain('1 more problem in the validation report.');
    expect(page).toContain('validate: rejected');
    expect(page).toContain('publish: not reached');
    expect(page).not.toContain('/artifacts/report.html');
  });

  it('leads to the validation page of every file that was judged, also one that was refused at once', async () => {
    const refused = aRejectedRun({ stage: 'ingest', problems: [] });
    const broken = aRun({ runId: RunId.parse('run_000000000003'), status: 'failed', stage: 'publish' });

    const page = await operations({ runs: [aRejectedRun(), refused, broken] });

    expect(page).toContain('The file was refused');
    expect(page.match(/artifacts\/validation_report\.html/g)).toHaveLength(3);
  });

  it('leads to no page of a run that has not come to one', async () => {
    const failed = aRun({ status: 'failed', stage: 'validate' });
    const canceled = aRun({ status: 'canceled', stage: 'ingest' });

    expect(await operations({ runs: [aRunningRun(), failed, canceled] })).not.toContain('/artifacts/');
  });

  it('does not offer a report where no KPI was computed', async () => {
    const { bookId: _, ...run } = aRun();

    const page = await operations({ runs: [run] });

    expect(page).not.toContain('Executive report');
    expect(page).toContain('Validation page');
  });

  it('blames the machinery for a failed run, not the file', async () => {
    const lastError = {
      stage: 'compute',
      code: 'stage-failed',
      message: 'The disk is full.',
      at: '2026-01-05T06:30:09.400Z',
    } as const;
    const page = await operations({
      runs: [
        aRun({ status: 'failed', stage: 'compute', attempt: 2, lastError }),
        aRun({ runId: RunId.parse('run_000000000001'), status: 'failed', stage: 'publish' }),
        aRun({ runId: RunId.parse('run_000000000002'), status: 'canceled', stage: 'validate' }),
      ],
    });

    expect(page).toContain('The machinery failed at compute; the file is not at fault.');
    expect(page).toContain('The disk is full.');
    expect(page).toContain('No error was recorded.');
    expect(page).toContain(', attempt 2');
    expect(page).toContain('validate: canceled');
  });

  it('shows the last error of a system that is not well', async () => {
    const page = await render({
      health: { status: 'unhealthy', lastError: 'The ledger cannot be reached.' },
    });

    expect(page).toContain('System unhealthy');
    expect(page).toContain('The ledger cannot be reached.');
    expect(await render({ health: { status: 'degraded', lastError: 'Slow.' } })).toContain('notice warning');
  });

  it('tells in two sentences how to begin when there is nothing yet', async () => {
    const { mart: _, ...input }: DashboardInput = {
      mart: aKpiMart(),
      runs: [],
      quality: [],
      breakers: [],
      health: { status: 'healthy' },
      now: '2026-01-05T06:31:00.000Z',
      link: (path) => path,
    };

    const page = await dashboardPage(input);

    expect(page).toContain('No numbers yet');
    expect(page).toContain('Put a loan file into the container <code>landing</code>');
    expect(await dashboardPage({ ...input, runs: [aRejectedRun()] })).toContain('Rename the column');
    expect(await operations({ runs: [] })).toContain('No run is on record.');
  });

  it('shows KPIs without value, with a date of their own, and a path that names no dataset', async () => {
    const kpis = [
      aKpiResult({ asOf: LocalDate.parse('2025-11-30') }),
      aKpiResult({ id: 'x.y', value: null, numerator: null, status: 'not-computable', reason: 'No tape.' }),
    ];
    const run = aRun({ drop: { ...aRun().drop, path: 'stray.csv' } });

    const mart = aKpiMart({ kpis, series: [] });
    const page = await render({ mart });

    expect(page).toContain('As of 30 Nov 2025');
    expect(page).toContain('No tape.');
    expect(await operations({ mart, runs: [run] })).toContain('<bdi>stray.csv</bdi>');
  });

  it('never contains an element or an attribute that data brought in', async () => {
    const withText = (text: string) => {
      const run = aRejectedRun();
      const kpis = [aKpiResult({ name: text, reason: text, model: text, owner: text })];
      return render({
        mart: aKpiMart({ kpis }),
        runs: [
          {
            ...run,
            drop: { ...run.drop, path: `looker/loans/${text}` },
            problems: run.problems.map((p) => ({ ...p, message: text })),
          },
        ],
        health: { status: 'degraded', lastError: text },
        link: (path) => `${path}?${text}`,
      });
    };
    const expected = tagsOf(await withText('plain'));

    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        expect(tagsOf(await withText(text))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
