import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { explainKpi, partsOf } from '../../../shared/kpis/explain-kpi.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { kpiExplanationPage } from '../../../shared/publishing/kpi-explanation-page.ts';
import { LANGUAGE_CODES, type LanguageCode } from '../../../shared/publishing/language/language.ts';
import { aKpiResult } from '../../support/a-kpi-mart.ts';
import {
  aPart,
  EXPLAINED_CATALOG as catalog,
  EXPLAINED_MART as mart,
} from '../../support/an-explained-kpi.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';

describe('the page of a number', () => {
  const pageOf = (
    asked: Parameters<typeof explainKpi>[0],
    of = mart,
    language: LanguageCode = 'en',
  ): string => {
    const explanation = explainKpi(asked, of, catalog);
    if (explanation === undefined) throw new Error('there is no such KPI');
    return kpiExplanationPage({
      explanation,
      parts: partsOf(asked.id, of),
      recomputed: false,
      language,
      link: (path) => `/api/${path}`,
    });
  };

  it('is inert, whatever the data say', () => {
    const withText = (company: string): string =>
      pageOf(
        { id: 'risk.par_90', dimension: { company } },
        { ...mart, breakdowns: [aPart(company, '2025-12-31', ['1.00', '2.00', '50.0000000000'])] },
      );
    const expected = tagsOf(withText('plain'));

    fc.assert(
      fc.property(hostileText, (text) => {
        expect(tagsOf(withText(text))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('shows sides of a hundred digits by their size', () => {
    const huge = { numerator: `1${'0'.repeat(60)}`, denominator: `25${'0'.repeat(60)}.123456789012345` };
    const page = pageOf(
      { id: 'risk.par_90' },
      { ...mart, kpis: [aKpiResult({ ...huge, value: '4.0000000000' })] },
    );

    expect(page).toContain('1.000000 × 10^60');
    expect(page).toContain('2.500000 × 10^61');
  });

  it('of a KPI that no feed brings says so', () => {
    const { value: _, ...rest } = aKpiResult({
      id: 'risk.score',
      name: 'Score',
      inputs: [],
      numerator: null,
      denominator: null,
    });
    const without: KpiResult = {
      ...rest,
      value: null,
      status: 'not-computable',
      reason: 'no feed brings it',
    };

    const page = pageOf({ id: 'risk.score' }, { ...mart, kpis: [without] });

    expect(page).toContain('no feed brings it');
    expect(page).toContain('There is no earlier value to compare with.');
    // Nothing was read, so there is no list of files either.
    expect(page).not.toContain('The files, each with the hash of its bytes.');
  });

  it('says that values before are riper, where values ripen', () => {
    const ripe = pageOf({ id: 'risk.par_90' });
    const page = pageOf({ id: 'risk.par_90' }, { ...mart, kpis: [aKpiResult({ ripens: true })] });

    expect(page).toContain('that they differ is neither better nor worse');
    expect(ripe).not.toContain('neither better nor worse');
  });

  it.each(LANGUAGE_CODES)('has tables with captions, scopes and heads of rows, in %s', (language) => {
    const measures = { late: '648259.2000000000', all: '12004800' };
    const page = pageOf({ id: 'risk.par_90' }, { ...mart, kpis: [aKpiResult({ measures })] }, language);

    const tables = page.split('<table').slice(1);
    expect(tables.length).toBeGreaterThanOrEqual(6);
    for (const table of tables) {
      expect(table).toMatch(/^[^>]*><caption>\S/);
      expect(table).not.toMatch(/<th(?!ead| scope=)/);
      const body = table.slice(table.indexOf('<tbody>'), table.indexOf('</tbody>'));
      expect(body.match(/<th scope="row"/g)).toHaveLength(body.match(/<tr>/g)?.length ?? -1);
    }
  });

  it('shows shares as per cent and amounts without zeros that say nothing', () => {
    const measures = { late: '648259.2000000000', all: '12004800', mean: '0.3715000000' };
    const page = pageOf({ id: 'risk.par_90' }, { ...mart, kpis: [aKpiResult({ measures })] });

    expect(page).toMatch(/v1:a<\/code><\/th><td [^>]*>9\.00<\/td><td [^>]*>50\.00 %</);
    for (const amount of ['648,259.20', '12,004,800', '0.3715']) expect(page).toContain(`>${amount}</td>`);
  });

  it.each(LANGUAGE_CODES)('leads to the dashboard in its language, %s', (language) => {
    expect(pageOf({ id: 'risk.par_90' }, mart, language)).toContain(`href="/api/dashboard?lang=${language}"`);
  });

  it('says how many parts it does not link to', () => {
    const breakdowns = Array.from({ length: 15 }, (_, index) =>
      aPart(`Company ${index}`, '2025-12-31', ['1.00', '2.00', '50.0000000000']),
    );

    expect(pageOf({ id: 'risk.par_90' }, { ...mart, breakdowns })).toContain('and 3 more');
  });

  it('says that the change is not split where the value is more than a division', () => {
    const kpis = [aKpiResult({ value: '7.7777777777' })];

    expect(pageOf({ id: 'risk.par_90' }, { ...mart, kpis })).toContain('more than a division of two sums');
  });
});
