import { describe, expect, it } from '@jest/globals';
import { parTrendOf } from '../../../shared/publishing/par-trend.ts';
import { trendRows } from '../../../shared/publishing/trend.ts';
import { aKpiMart } from '../../support/a-kpi-mart.ts';

describe('parTrendOf', () => {
  it('has PAR 90 and PAR 30 at all reporting dates, oldest first', () => {
    const trend = parTrendOf(aKpiMart());

    expect(trend.lines.map((line) => line.name)).toEqual(['PAR 90', 'PAR 30']);
    expect(trend.dates).toHaveLength(36);
    expect([trend.dates[0], trend.dates.at(-1)]).toEqual(['2023-01-31', '2025-12-31']);
  });

  it('draws limits at the same height as one rule', () => {
    expect(parTrendOf(aKpiMart()).limits.map(({ label, shown }) => [label, shown])).toEqual([
      ['PAR 90 warning', '3 %'],
      ['PAR 90 critical, PAR 30 warning', '5 %'],
      ['PAR 30 critical', '8 %'],
    ]);
  });

  it('leaves out a line that has no value, and its dates', () => {
    const mart = aKpiMart({ months: 2 });
    const series = mart.series.map((kpi) => (kpi.id === 'risk.par_90' ? { ...kpi, value: null } : kpi));

    const trend = parTrendOf({ ...mart, series });

    expect(trend.lines.map((line) => line.name)).toEqual(['PAR 30']);
  });
});

describe('trendRows', () => {
  it('is the last twelve dates, with a gap where a line has no value', () => {
    const mart = aKpiMart();
    const series = mart.series.filter(
      (kpi) => kpi.id !== 'risk.par_30' || kpi.reportingDate !== '2025-12-31',
    );

    const rows = trendRows(parTrendOf({ ...mart, series }));

    expect(rows).toHaveLength(12);
    expect(rows.at(-1)).toEqual({ date: '2025-12-31', shown: ['5.40 %', undefined] });
  });
});
