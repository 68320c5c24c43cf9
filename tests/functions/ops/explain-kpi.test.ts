import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CatalogListing, catalogListing } from '../../../shared/kpis/catalog-listing.ts';
import { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { CONTENT_SECURITY_POLICY } from '../../../shared/publishing/page.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline, TEST_PSEUDONYM_KEY } from '../../support/a-pipeline.ts';
import { type Call, call } from '../../support/an-invocation.ts';
import { historyFiles } from '../../support/small-history.ts';

// Over the loans of small-history.ts as of 31 December: 599.00 of the second loan, 62 days past due, 999.00 of the
// fourth and 1,000.00 of the fifth are outstanding.

const Explained = z.looseObject({
  runId: z.string().nullable(),
  recomputed: z.boolean(),
  grain: z.string(),
  asOf: z.string(),
  formula: z.string(),
  expression: z.string(),
  definition: z.looseObject({ nameEs: z.string(), measures: z.record(z.string(), z.string()) }),
  kpi: KpiResult,
  versions: z.array(KpiResult),
  contributors: z.array(z.looseObject({ token: z.string(), value: z.string() })),
  inputs: z.array(
    z.looseObject({ dataset: z.string(), sha256: z.string(), contractVersion: z.int(), runId: z.string() }),
  ),
  catalogSha256: z.string(),
  previous: KpiResult.nullable(),
  change: z
    .looseObject({ change: z.string(), fromNumerator: z.string(), fromDenominator: z.string() })
    .nullable(),
  moves: z.array(z.looseObject({ dimension: z.string(), isAdditive: z.boolean() })),
  series: z.array(KpiResult),
  quarters: z.array(KpiResult),
});

let pipeline: Pipeline;
let runs: RunRecord[];
beforeAll(async () => {
  pipeline = await Pipeline.open();
  process.env['DataStorage'] = pipeline.storage;
  process.env['PII_KEY'] = TEST_PSEUDONYM_KEY;
  runs = [];
  for (const { path, body } of historyFiles('December')) runs.push(await pipeline.takeThrough(path, body));
});

async function explain(id: string, query: Record<string, string> = {}) {
  const answer = await call('kpi', { params: { id }, query });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
  return Explained.parse(answer.json());
}

describe('a number explained', () => {
  it('says what it is, how it is made up and what it was computed from', async () => {
    const answer = await explain('risk.par_30');

    expect(answer.kpi).toMatchObject({ numerator: '599.00', denominator: '2598.00', status: 'critical' });
    expect(answer.formula).toContain('30 or more days past due');
    expect(answer.expression).toContain(' / ');
    expect(Object.keys(answer.kpi.measures ?? {})).toEqual(Object.keys(answer.definition.measures));
    expect(answer.inputs.map(({ dataset }) => dataset)).toEqual([
      'looker/loans',
      'looker/schedules',
      'looker/transactions',
    ]);
    expect(answer.inputs.map(({ sha256 }) => sha256)).toContain(runs[0]?.sha256);
    expect(answer).toMatchObject({ recomputed: false, grain: 'month', asOf: '2025-12-31' });
    expect(runs.map(({ runId }) => runId)).toContain(answer.runId);
  });

  it('says what moved it, in parts that are the whole change', async () => {
    // On 30 November 600.00 of 2,599.00 + 1,000.00 were 30 days late; the third loan was paid since, the fifth came.
    const { previous, change, kpi } = await explain('risk.par_30');

    expect(previous).toMatchObject({ reportingDate: '2025-11-30' });
    const [total, above, below] = [change?.change, change?.fromNumerator, change?.fromDenominator].map(
      Number,
    );
    expect(Number(kpi.value) - Number(previous?.value)).toBeCloseTo(total ?? 0, 9);
    expect((above ?? 0) + (below ?? 0)).toBeCloseTo(total ?? 0, 9);
  });

  it('has its past by month and by quarter, and the newest is the number itself', async () => {
    const { series, quarters, kpi } = await explain('risk.par_30');

    const dates = series.map(({ reportingDate }) => reportingDate);
    expect(dates).toEqual(dates.toSorted());
    expect(dates[0]).toBe('2025-07-31');
    expect(series.at(-1)?.value).toBe(kpi.value);
    expect(quarters.map(({ reportingDate }) => reportingDate)).toEqual(['2025-09-30', '2025-12-31']);
  });

  it('names its largest parts by pseudonyms alone', async () => {
    const { contributors } = await explain('risk.par_30');
    const text = (await call('kpi', { params: { id: 'risk.par_30' } })).text;

    expect(contributors.map(({ value }) => value)).toEqual(['599.00']);
    expect(text).not.toMatch(/DSB\d{4}|CLI\d{4}/);
  });

  it('can be of one part of the book', async () => {
    const answer = await explain('risk.par_30', { dimension: 'company:ABT' });

    expect(answer.kpi).toMatchObject({ dimension: { company: 'ABT' }, numerator: '599.00' });
    expect(answer.moves).toEqual([]);
  });

  it.each([
    [{ dimension: 'company:XYZ' }, 404, 'company is one of ABT there.'],
    [{ dimension: 'colour:red' }, 404, 'It is divided by company, '],
    [{ dimension: 'company' }, 400, 'Query parameter dimension: must be a dimension'],
    [{ grain: 'year' }, 400, 'Query parameter grain: '],
    [{ lang: 'fr' }, 400, 'Query parameter lang: '],
    [{ asOf: '10.12.2025' }, 400, 'Query parameter asOf: must be a day, as in 2025-12-10.'],
    [
      { asof: '2025-12-10' },
      400,
      'There is no query parameter \\"asof\\": this address takes asOf, grain, format, lang, dimension.',
    ],
  ])('is refused for %j with %i and what would do', async (query, status, hint) => {
    const answer = await call('kpi', { params: { id: 'risk.par_30' }, query });

    expect(answer.status).toBe(status);
    expect(answer.text).toContain(hint);
  });

  it('of a KPI that was defined after the numbers were computed is not there, and the answer says what would do', async () => {
    const answer = await call('kpi', { params: { id: 'risk.rdr_90' } });

    expect(answer.status).toBe(404);
    expect(answer.text).toMatch(/not defined yet .* POST runs\/run_\w+\/rerun\?from=compute/);
  });

  it('of a KPI that is not divided has no parts', async () => {
    const answer = await call('kpi', {
      params: { id: 'risk.cash_cover' },
      query: { dimension: 'company:ABT' },
    });

    expect(answer.status).toBe(404);
    expect(answer.text).toContain('It is not divided as of 2025-12-31.');
  });

  it('of a KPI that there is none is not there, and the answer says where all are listed', async () => {
    const answer = await call('kpi', { params: { id: 'risk.par_31' }, query: { asOf: '2025-11-07' } });

    const days = await pipeline.paths('marts', 'days/');
    expect(days.filter((path) => path.includes('2025-11-07'))).toEqual([]);
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('GET catalog');
  });
});

describe('any day', () => {
  it('is computed for the asking, and says so', async () => {
    const query = { asOf: '2025-11-14' };
    const all = await call('kpis', { query });
    const one = await explain('risk.par_7', query);

    expect(all.json()).toMatchObject({ recomputed: true, runId: null, asOf: '2025-11-14', grain: 'month' });
    expect(one).toMatchObject({ recomputed: true, runId: null });
    expect(one.kpi).toMatchObject({ numerator: '600.00', denominator: '2600.00' });
    expect((await call('kpis', { query })).text).toBe(all.text);
  });

  it('can be exported as well', async () => {
    const query = { asOf: '2025-11-14' };
    const answer = await call('kpis-export', { query });
    const table = await call('table-export', { params: { name: 'table_monthly_fact' }, query });

    const rows: Record<string, string>[] = parse(answer.text, { columns: true });
    const kpis = KpiResult.array().parse(Object((await call('kpis', { query })).json()).kpis);
    expect(answer.headers['content-disposition']).toContain('kpis-2025-11-14.csv');
    expect(table.headers['content-disposition']).toContain('table_monthly_fact-2025-11-14.csv');
    expect(rows.filter(({ part }) => part === 'kpis').map(({ id, value }) => [id, value])).toEqual(
      kpis.map(({ id, value }) => [id, value ?? '']),
    );
  });

  it('but never shown when the twin does not agree', async () => {
    await call('kpis', { query: { asOf: '2025-11-14' } });
    const [path = ''] = (await pipeline.paths('marts', 'days/')).filter((file) =>
      file.includes('2025-11-14'),
    );
    const kept = await pipeline.text('marts', path);
    const mismatch = {
      kpi: 'risk.par_30',
      version: 1,
      reportingDate: '2025-11-30',
      part: 'numerator',
      engine: '600.00',
      twin: '599.00',
      difference: '1.00',
    };
    const parity = { ...Object(JSON.parse(kept)).parity, mismatches: [mismatch] };
    await pipeline.deps.lake.write('marts', path, JSON.stringify({ ...Object(JSON.parse(kept)), parity }));

    const answer = await call('kpis', { query: { asOf: '2025-11-14' } });

    await pipeline.deps.lake.write('marts', path, kept);
    expect(answer.status).toBe(500);
    expect(answer.json()).toMatchObject({
      type: 'urn:abaco:problem:parity-mismatch',
      detail: expect.stringContaining('engine 600.00, twin 599.00'),
      runbook: 'docs/runbooks/parity-mismatch.md',
    });
  });

  it('and any periods: the weeks of the newest day', async () => {
    const { kpi, series, grain } = await explain('port.outstanding', { grain: 'week' });

    expect(grain).toBe('week');
    expect(kpi).toMatchObject({ value: '2598.00', reportingDate: '2026-01-04' });
    expect(series.at(-2)?.reportingDate).toBe('2025-12-28');
  });

  it.each([
    ['2025-06-30', 'The first loan was disbursed on 2025-07-01'],
    ['2026-01-01', 'There is no data after 2025-12-31'],
  ])('but %s, of which nothing is known: %s', async (asOf, sentence) => {
    for (const answer of [
      await call('kpis', { query: { asOf } }),
      await call('kpi', { params: { id: 'risk.par_30' }, query: { asOf } }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({
        type: 'urn:abaco:problem:no-data-for-day',
        detail: expect.stringContaining(sentence),
        runbook: 'docs/runbooks/no-data-for-day.md',
      });
    }
  });
});

describe('for a person', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const page = async (request: Call, route = 'kpi') => {
    const answer = await call(route, request);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
    expect(answer.text).not.toMatch(/<script|javascript:/i);
    return answer.text;
  };

  it('a number is a page in English', async () => {
    const text = await page({ params: { id: 'risk.par_30' }, headers: browser });

    expect(text).toContain('<html lang="en">');
    for (const words of ['PAR 30: 23.06\u00a0%', 'What moved it', 'From the numerator', '599.00', '2,598.00'])
      expect(text).toContain(words);
    expect(text).toContain(runs[0]?.sha256);
  });

  it('or in Spanish, when the reader or the browser says so', async () => {
    const asked = await page({ params: { id: 'risk.par_30' }, query: { lang: 'es' }, headers: browser });
    const browsers = await page({
      params: { id: 'risk.par_30' },
      headers: { ...browser, 'accept-language': 'es-SV,es;q=0.9' },
    });

    expect(asked).toContain('<html lang="es">');
    expect(asked).toContain('Qué la movió');
    expect(browsers).toBe(asked);
  });

  it('links carry the key of whoever came with one, and go on to the parts of the book', async () => {
    const text = await page({ params: { id: 'risk.par_30' }, query: { code: 'k&y', format: 'html' } });

    expect(text).toContain('/api/dashboard?lang=en&amp;code=k%26y');
    expect(text).toContain('dimension=company%3AABT');
  });

  it('a day that was computed for the asking says that it is blind to what came later', async () => {
    const text = await page({ params: { id: 'risk.par_7' }, query: { asOf: '2025-11-14', format: 'html' } });

    expect(text).toContain('blind to everything that happened after that day');
  });

  it.each(['en', 'es'])('the catalogue is a page, in %s', async (lang) => {
    const text = await page({ query: { format: 'html', lang } }, 'catalog');

    expect(text).toContain('risk.par_30');
    expect(text).toContain(lang === 'es' ? 'Todos los indicadores' : 'All KPIs');
    expect(text).toContain(lang === 'es' ? 'uno nuevo no se juzga' : 'a new one is not held');
  });

  it('a KPI without a value has a page that says why', async () => {
    const kpis = KpiResult.array().parse(Object((await call('kpis')).json()).kpis);
    const without = kpis.find(({ value }) => value === null);

    const text = await page({ params: { id: without?.id ?? '' }, query: { format: 'html' } });

    expect(text).toContain('Not computable');
    expect(text).toContain(without?.reason);
  });
});

describe('the catalogue', () => {
  it('is the same as YAML', async () => {
    const answer = await call('catalog', { query: { format: 'yaml' } });

    expect(answer.headers['content-type']).toBe('application/yaml');
    expect(parseYaml(answer.text)).toEqual((await call('catalog')).json());
  });

  it('lists every KPI with what it needs and whether it can be had', async () => {
    const listing = CatalogListing.strict().parse((await call('catalog')).json());

    expect(listing.asOf).toBe('2025-12-31');
    const par = listing.kpis.find(({ id }) => id === 'risk.par_30');
    expect(par).toMatchObject({
      department: 'risk',
      availability: { state: 'computed', asOf: '2025-12-31', status: 'critical' },
    });
    expect(par?.ways.length).toBeGreaterThan(0);
    expect(listing.departments.find(({ name }) => name === 'risk')?.kpis).toContain('risk.par_30');
    expect(listing.dimensions.find(({ name }) => name === 'company')?.kpis).toContain('risk.par_30');
    expect(listing.datasets.find(({ name }) => name === 'looker/loans')).toMatchObject({ isInBook: true });
    expect(listing.datasets.find(({ name }) => name === 'cascade/loan_tape')).toMatchObject({
      isInBook: false,
    });
    const unavailable = listing.kpis.filter(({ availability }) => availability.state === 'unavailable');
    for (const { ways, availability } of unavailable) {
      expect(ways).toEqual([]);
      expect(availability.reason).toMatch(/\w/);
    }
  });

  it('is there before anything was computed', async () => {
    const listing = catalogListing(await pipeline.deps.catalog(), undefined);

    expect(listing.asOf).toBeNull();
    expect(new Set(listing.kpis.map(({ availability }) => availability.state))).not.toContain('computed');
  });
});
