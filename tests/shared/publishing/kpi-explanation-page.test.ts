import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { explainKpi, partsOf } from '../../../shared/kpis/explain-kpi.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { kpiExplanationPage } from '../../../shared/publishing/kpi-explanation-page.ts';
import { aKpiResult } from '../../support/a-kpi-mart.ts';
import {
  aPart,
  EXPLAINED_CATALOG as catalog,
  EXPLAINED_MART as mart,
} from '../../support/an-explained-kpi.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';

describe('the page of a number', () => {
  const pageOf = (asked: Parameters<typeof explainKpi>[0], of = mart): string => {
    const explanation = explainKpi(asked, of, catalog);
    if (explanation === undefined) throw new Error('there is no such KPI');
    return kpiExplanationPage({
      explanation,
      parts: partsOf(asked.id, of),
      recomputed: false,
      language: 'en',
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
  });

  it('says that values before are riper, where values ripen', () => {
    const ripe = pageOf({ id: 'risk.par_90' });
    const page = pageOf({ id: 'risk.par_90' }, { ...mart, kpis: [aKpiResult({ ripens: true })] });

    expect(page).toContain('that they differ is neither better nor worse');
    expect(ripe).not.toContain('neither better nor worse');
  });

  it('says that the change is not split where the value is more than a division', () => {
    const kpis = [aKpiResult({ value: '7.7777777777' })];

    expect(pageOf({ id: 'risk.par_90' }, { ...mart, kpis })).toContain('more than a division of two sums');
  });
});
