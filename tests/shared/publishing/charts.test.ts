import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toDecimal } from '../../../shared/domain/rational.ts';
import { ageingOf } from '../../../shared/publishing/ageing.ts';
import { ageingChart, drawn, parTrendChart } from '../../../shared/publishing/charts.ts';
import { type Point, runsThrough } from '../../../shared/publishing/label-places.ts';
import { languageOf } from '../../../shared/publishing/language/language.ts';
import { parTrendOf } from '../../../shared/publishing/par-trend.ts';
import { rollRatesOf, rollSpec } from '../../../shared/publishing/roll-rates.ts';
import { spreadOut, trendSpec } from '../../../shared/publishing/trend-chart.ts';
import { vintageSpec, vintagesOf } from '../../../shared/publishing/vintages.ts';
import { aFullMart, aRollMatrix, aVintageTable } from '../../support/a-full-mart.ts';
import { aKpiMart } from '../../support/a-kpi-mart.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const CHILD = `
  const { aKpiMart } = await import('./tests/support/a-kpi-mart.ts');
  const { ageingOf } = await import('./shared/publishing/ageing.ts');
  const { parTrendOf } = await import('./shared/publishing/par-trend.ts');
  const { ageingChart, parTrendChart } = await import('./shared/publishing/charts.ts');
  const { aRollMatrix, aVintageTable } = await import('./tests/support/a-full-mart.ts');
  const { languageOf } = await import('./shared/publishing/language/language.ts');
  const { rollRatesOf, rollSpec } = await import('./shared/publishing/roll-rates.ts');
  const { vintagesOf, vintageSpec } = await import('./shared/publishing/vintages.ts');
  const { drawn } = await import('./shared/publishing/charts.ts');
  const mart = aKpiMart();
  const spanish = languageOf('es');
  const charts = [
    await parTrendChart(parTrendOf(mart)),
    await ageingChart(ageingOf(mart)),
    await drawn(rollSpec(rollRatesOf(aRollMatrix()), spanish), 'rolls', ''),
    await drawn(vintageSpec(vintagesOf(aVintageTable()), spanish), 'vintages', ''),
  ];
  process.stdout.write(charts.map(({ markup }) => markup).join(''));
`;

async function everyChart(): Promise<string> {
  const mart = aKpiMart();
  const spanish = languageOf('es');
  const rates = rollRatesOf(aRollMatrix());
  if (rates === undefined) throw new Error('the matrix is empty');
  const charts = [
    await parTrendChart(parTrendOf(mart)),
    await ageingChart(ageingOf(mart)),
    await drawn(rollSpec(rates, spanish), 'rolls', ''),
    await drawn(vintageSpec(vintagesOf(aVintageTable()), spanish), 'vintages', ''),
  ];
  return charts.map(({ markup }) => markup).join('');
}

const LayeredSpec = z.object({
  layer: z.array(
    z.object({
      data: z.object({
        values: z.array(
          z.object({ time: z.number().optional(), value: z.number(), text: z.string().optional() }),
        ),
      }),
    }),
  ),
});

describe('parTrendChart', () => {
  it('is one image that reads out where each line went', async () => {
    const { markup } = await parTrendChart(parTrendOf(aKpiMart()));

    expect(markup).toMatch(
      /^<svg [^>]*role="img" aria-label="PAR trend\. PAR 90 went from 1\.80 % on 2023-01-31 to 5\.40 %/,
    );
    expect(markup).toContain('<title>PAR trend</title>');
    expect(markup).toContain('stroke-dasharray="5,4"');
    expect(markup).toContain('>PAR 90 5.40 %</text>');
    expect(markup).toContain('>PAR 90 critical, PAR 30 warning: 5 %</text>');
  });

  it('names its limits where no line runs', () => {
    const trend = parTrendOf(aFullMart());
    const { layer } = LayeredSpec.parse(trendSpec(trend));
    const names = layer.flatMap(({ data }) => data.values.filter(({ text }) => text?.includes(': ')));
    const [first = 0, last = 0] = [trend.dates[0], trend.dates.at(-1)].map((day) => Date.parse(day ?? ''));
    // The plot is 238 x 234 pixels for 0 to 8.96 %; a letter of the names is 11 high and 5.4 wide.
    const pointOf = (time: number, value: number): Point => ({
      x: ((time - first) / (last - first)) * 238,
      y: (1 - value / 8.96) * 234,
    });

    expect(names).not.toEqual([]);
    for (const { time = 0, value, text = '' } of names) {
      const { x, y } = pointOf(time, value);
      const box = { left: x, right: x + text.length * 5.4, top: y - 5.5, bottom: y + 5.5 };
      for (const { points } of trend.lines) {
        const line = points.map((point) =>
          pointOf(Date.parse(point.date), Number(toDecimal(point.value, 6))),
        );
        expect([text, runsThrough(line, box)]).toEqual([text, false]);
      }
    }
  });

  it('is a sentence while there is one date', async () => {
    const { markup } = await parTrendChart(parTrendOf(aKpiMart({ months: 1 })));

    expect(markup).toBe(
      '<p class="chart-note">There is one reporting date so far, 2025-12-31: PAR 90 is 5.40 %, PAR 30 is 7.00 %. A trend needs two.</p>',
    );
  });

  it('is a sentence while there is no PAR', async () => {
    expect((await parTrendChart(parTrendOf(aKpiMart({ series: [] })))).markup).toContain(
      'No PAR has been computed yet',
    );
  });

  it('names days instead of months when the dates are close', async () => {
    const { markup } = await parTrendChart(parTrendOf(aKpiMart({ months: 3 })));

    expect(markup).toContain('>31 Dec 2025</text>');
  });
});

describe('ageingChart', () => {
  it('writes name, amount and share of each bucket', async () => {
    const { markup } = await ageingChart(ageingOf(aKpiMart()));

    expect(markup).toContain('>90 days or more</text>');
    expect(markup).toContain('>USD 648,259.20 · 5.40 %</text>');
  });

  it('says why there is none', async () => {
    expect((await ageingChart({ kind: 'unknown', gap: 'no tape' })).markup).toContain('No ageing: no tape.');
  });
});

describe('every chart', () => {
  it('have the same bytes each time, also in a fresh process in another time zone', async () => {
    const here = await everyChart();
    const again = await everyChart();
    const elsewhere = execFileSync('node', ['--input-type=module', '--eval', CHILD], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], TZ: 'Pacific/Auckland', LANG: 'de_DE.UTF-8' },
    });

    expect(again).toBe(here);
    expect(elsewhere).toBe(here);
  });

  it('have marks without words of their own, since each is one image', async () => {
    expect(await everyChart()).not.toMatch(/aria-roledescription|role="graphics/);
  });

  it('hold no script, no link and nothing from elsewhere', async () => {
    expect(await everyChart()).not.toMatch(/<script|<a[ >]|href|url\(|<image|<style|\son\w+=/i);
  });
});

describe('spreadOut', () => {
  it('raises a label that would touch the one below it', () => {
    expect(spreadOut([5, 4.5, 9], 1)).toEqual([5.5, 4.5, 9]);
  });
});
