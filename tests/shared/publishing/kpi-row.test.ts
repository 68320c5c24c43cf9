import { describe, expect, it } from '@jest/globals';
import type { KpiMart, KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { byGroup, kpiRows } from '../../../shared/publishing/kpi-row.ts';
import { aKpiMart, aKpiResult, monthEnd } from '../../support/a-kpi-mart.ts';

const rowOf = (id: string, mart: KpiMart = aKpiMart()) => kpiRows(mart).find((row) => row.id === id);

/** One KPI in December and in November. */
function movement(now: Partial<KpiResult>, before: Partial<KpiResult>) {
  const current = aKpiResult(now);
  const earlier = aKpiResult({ ...now, ...before, reportingDate: monthEnd(34) });
  return kpiRows(aKpiMart({ kpis: [current], series: [earlier, current] }))[0]?.change;
}

describe('kpiRows', () => {
  it('says value, status and limits in words: 648,259.20 of 12,004,800.00 is 5.40 %', () => {
    expect(rowOf('risk.par_90')).toMatchObject({
      shown: '5.40 %',
      statusWord: 'Critical',
      limits: 'warning above 3 %, critical above 5 %',
      sentence: 'PAR 90 is 5.40 %: critical, above 5 %',
      numerator: '648,259.20',
      denominator: '12,004,800.00',
    });
  });

  it.each([
    ['3.0027', 'warning', '3.003 %'],
    ['2.99999', 'ok', '2.99999 %'],
    ['3', 'ok', '3.00 %'],
    ['5.004', 'critical', '5.004 %'],
    ['4.004', 'warning', '4.00 %'],
  ] as const)(
    'shows %s with enough digits not to look like a limit that it is beside',
    (value, status, shown) => {
      const kpi = aKpiResult({ value, status, numerator: null, denominator: null });

      expect(rowOf(kpi.id, aKpiMart({ kpis: [kpi], series: [kpi] }))?.shown).toBe(shown);
    },
  );

  it('says below where higher is better', () => {
    expect(rowOf('risk.rdr_90')?.limits).toBe('warning below 50 %, critical below 25 %');
  });

  it('says that nothing was measured against a limit where there is none', () => {
    expect(rowOf('port.active_loans')).toMatchObject({ statusWord: 'No limit', limits: undefined });
  });

  it('gives the reason and no number when a KPI is not computable', () => {
    const row = rowOf('price.weighted_fee_rate');

    expect(row).toMatchObject({ shown: 'no value', statusWord: 'Not computable', change: undefined });
    expect(row?.reason).toContain('looker/loan_data');
  });

  it('leaves results by dimension to the exports', () => {
    const mart = aKpiMart({ kpis: [aKpiResult(), aKpiResult({ dimension: { client: 'C-1' } })] });

    expect(kpiRows(mart)).toHaveLength(1);
  });

  it('groups risk before portfolio before pricing before the rest, PAR 7 before PAR 30', () => {
    const mart = aKpiMart();
    const others = [aKpiResult({ id: 'growth.mom' }), ...mart.kpis.toReversed()];

    const groups = byGroup(kpiRows({ ...mart, kpis: others }));

    expect(groups.map(([group]) => group)).toEqual(['Risk', 'Portfolio', 'Pricing', 'Growth']);
    expect(groups[0]?.[1].map((row) => row.name).slice(0, 3)).toEqual(['PAR 7', 'PAR 30', 'PAR 60']);
  });
});

describe('change since the snapshot before', () => {
  it('is in points for a share: 5.40 % after 4.80 %', () => {
    expect(rowOf('risk.par_90')?.change).toMatchObject({
      since: '2025-11-30',
      shown: '+0.60 points',
      course: 'worse',
    });
  });

  it('is in percent for a sum: 12,004,800.00 after 11,754,700.00 is 250,100 / 11,754,700', () => {
    expect(rowOf('port.outstanding')?.change).toMatchObject({
      since: '2025-11-30',
      shown: '+2.13 %',
      course: 'neutral',
    });
  });

  it('is taken before rounding: 2/3 after 1/3 is 33.33 points, although 66.67 less 33.34 is not', () => {
    const percent = { unit: 'percent', precision: 2 } as const;
    const change = movement(
      { ...percent, value: '66.6666666667', numerator: '2', denominator: '3' },
      { value: '33.3350000000', numerator: '33.335', denominator: '100' },
    );

    expect(change?.shown).toBe('+33.33 points');
  });

  it('is a plain difference for a fraction and an index', () => {
    expect(
      movement({ unit: 'index', precision: 1, value: '7.5', denominator: null }, { value: '8.0' })?.shown,
    ).toBe('-0.5');
  });

  it('is measured against the size of a negative value', () => {
    const usd = { unit: 'usd', precision: 2, denominator: null } as const;

    expect(movement({ ...usd, value: '-50.00' }, { value: '-100.00' })?.shown).toBe('+50.00 %');
  });

  it('has no percent of zero', () => {
    const count = { unit: 'count', precision: 0, denominator: null } as const;

    expect(movement({ ...count, value: '5' }, { value: '0' })?.shown).toBe('+5 from zero');
  });

  it('says so when nothing moved', () => {
    expect(movement({}, {})).toMatchObject({ shown: 'no change', course: 'unchanged' });
  });

  it.each([
    ['lower-is-better', 'better'],
    ['higher-is-better', 'worse'],
    ['neutral', 'neutral'],
  ] as const)('is read by the direction: a fall where %s is %s', (direction, course) => {
    const plain = { direction, numerator: null, denominator: null };

    expect(movement({ ...plain, value: '4' }, { value: '5' })?.course).toBe(course);
  });

  it('of a value that is not ripe yet is no course, and none of the largest moves', () => {
    const change = movement({ ripens: true, direction: 'higher-is-better', value: '4' }, { value: '5' });

    expect(change).toMatchObject({ course: 'neutral', relative: undefined });
  });

  it('is against the newest earlier date, not against the newest that has a value', () => {
    const kpis = [aKpiResult()];
    const older = aKpiResult({ reportingDate: monthEnd(33) });
    const gap = aKpiResult({ reportingDate: monthEnd(34), value: null, status: 'not-computable' });

    expect(kpiRows(aKpiMart({ kpis, series: [older, gap, ...kpis] }))[0]?.change).toBeUndefined();
  });

  it('is absent with a single date', () => {
    expect(rowOf('risk.par_90', aKpiMart({ months: 1 }))?.change).toBeUndefined();
  });
});
