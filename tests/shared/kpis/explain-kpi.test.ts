import { describe, expect, it } from '@jest/globals';
import { explainKpi, partsOf } from '../../../shared/kpis/explain-kpi.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import {
  aPart,
  EXPLAINED_CATALOG as catalog,
  EXPLAINED_MART as mart,
} from '../../support/an-explained-kpi.ts';

describe('the explanation of a KPI', () => {
  it('has definition, versions, inputs, contributors and past of that KPI alone', () => {
    const explained = explainKpi({ id: 'risk.par_90' }, mart, catalog);

    expect(explained?.definition).toMatchObject({
      nameEs: 'PAR 90 días',
      expression: '(late) / (all) * 100',
      measures: { late: 'sum of par_90 where is_live', all: 'sum of outstanding' },
    });
    expect(explained?.versions.map(({ value }) => value)).toEqual(['5.2000000000', explained?.kpi.value]);
    expect(explained?.contributors.map(({ token }) => token)).toEqual(['v1:a']);
    expect(explained?.inputs.map(({ dataset }) => dataset)).toEqual(['looker/loan_par_balances']);
    expect(explained?.series).toHaveLength(36);
    expect(explained?.previous?.reportingDate).toBe('2025-11-30');
    expect(explained?.moves.map(({ dimension }) => dimension)).toEqual(['company']);
  });

  it('says when the definitions are not those that the number was computed with', () => {
    const same = { ...catalog, sha256: mart.catalogSha256 };

    expect(explainKpi({ id: 'risk.par_90' }, mart, catalog)?.isOfOtherCatalog).toBe(true);
    expect(explainKpi({ id: 'risk.par_90' }, mart, same)?.isOfOtherCatalog).toBe(false);
  });

  it('of a part of the book has the past of that part', () => {
    const explained = explainKpi({ id: 'risk.par_90', dimension: { company: 'ABF' } }, mart, catalog);

    expect(explained).toMatchObject({
      kpi: { value: '20.0000000000' },
      previous: { value: '10.0000000000' },
      change: { change: '10.0000000000' },
      contributors: [],
      moves: [],
    });
    expect(explained?.versions).toHaveLength(1);
  });

  it.each([
    ['a KPI that is not defined', { id: 'risk.none' }],
    ['a KPI that the mart does not have', { id: 'risk.score' }],
    ['a part that it is not divided into', { id: 'risk.par_90', dimension: { company: 'XYZ' } }],
  ])('is not there for %s', (_, asked) => {
    expect(explainKpi(asked, mart, catalog)).toBeUndefined();
  });

  it('knows the parts that can be asked for', () => {
    expect(partsOf('risk.par_90', mart)).toEqual(new Map([['company', ['ABF']]]));
  });

  it('names the parts of today before those of former days, and the largest first', () => {
    const part = (company: string, day: string, rows: number): KpiResult => ({
      ...aPart(company, day, ['1.00', '2.00', '50.0000000000']),
      rows,
    });
    const breakdowns = [
      part('Former', '2025-11-30', 90),
      part('Small', '2025-11-30', 80),
      part('Small', '2025-12-31', 2),
      part('Large', '2025-12-31', 7),
    ];

    expect(partsOf('risk.par_90', { ...mart, breakdowns }).get('company')).toEqual([
      'Large',
      'Small',
      'Former',
    ]);
  });
});
