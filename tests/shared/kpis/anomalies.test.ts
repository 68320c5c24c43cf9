import { describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { findAnomalies } from '../../../shared/kpis/anomalies.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { aKpiMart, aKpiResult } from '../../support/a-kpi-mart.ts';

const kpi = (value: string | null, month = '2025-12-31', overrides: Partial<KpiResult> = {}): KpiResult =>
  aKpiResult({
    id: 'risk.par_30',
    unit: 'percent',
    status: 'ok',
    value,
    reportingDate: LocalDate.parse(month),
    ...overrides,
  });

/** Anomalies of a KPI that went from one value to the other within a month. */
function moved(from: string | null, to: string | null, overrides: Partial<KpiResult> = {}) {
  const current = kpi(to, '2025-12-31', overrides);
  const series = [kpi(from, '2025-11-30', overrides), current];
  return findAnomalies(aKpiMart({ kpis: [current], series }));
}

describe('an anomaly', () => {
  it('is a move of more than a fifth, told with both values and the change in percent', () => {
    // (6 - 4) / 4 = 0.5, that is 50 percent.
    expect(moved('4.0000000000', '6.0000000000')).toEqual([
      {
        kpi: 'risk.par_30',
        previous: '4.0000000000',
        current: '6.0000000000',
        changePercent: '50.00',
        severity: 'warning',
      },
    ]);
  });

  it.each([
    ['up by exactly a fifth', '5', '6', 0],
    ['up by a hair more', '5', '6.0000000001', 1],
    ['down by exactly a fifth', '5', '4', 0],
    ['down by a hair more', '5', '3.9999999999', 1],
    ['not at all', '5', '5', 0],
    ['far, but by a tenth of a point only', '0.1', '0.2', 0],
    ['far, and by a hair more than a tenth of a point', '0.1', '0.2000000001', 1],
    ['from below zero', '-5', '-7', 1],
    ['through zero', '-1', '1', 1],
    ['to zero', '5', '0', 1],
  ])('is or is not a KPI that moved %s: %s to %s', (_, from, to, count) => {
    expect(moved(from, to)).toHaveLength(count);
  });

  it.each([
    ['-5', '-7', '-40.00'],
    ['-1', '1', '200.00'],
    ['3', '4', '33.33'],
    ['3', '1', '-66.67'],
  ])('from %s to %s is a change of %s percent of what it was', (from, to, percent) => {
    expect(moved(from, to)[0]?.changePercent).toBe(percent);
  });

  it.each([
    ['there was nothing before', null, '5'],
    ['there is nothing now', '5', null],
    ['it was zero before, of which nothing is a share', '0.0000000000', '5'],
  ])('is not found when %s', (_, from, to) => {
    expect(moved(from, to)).toEqual([]);
  });

  it.each(['usd', 'count', 'fraction'] as const)('is not looked for in a KPI in %s', (unit) => {
    expect(moved('5', '50', { unit })).toEqual([]);
  });

  it('is looked for in an index', () => {
    expect(moved('5', '50', { unit: 'index' })).toHaveLength(1);
  });

  it.each([
    ['critical', 'critical'],
    ['warning', 'warning'],
    ['ok', 'warning'],
  ] as const)('of a KPI whose status is %s is a %s', (status, severity) => {
    expect(moved('4', '6', { status })).toMatchObject([{ severity }]);
  });

  it('is not found without a snapshot before', () => {
    const current = kpi('6');

    expect(findAnomalies(aKpiMart({ kpis: [current], series: [current] }))).toEqual([]);
  });
});

describe('the value before', () => {
  it('is that of the newest earlier reporting date, whatever the order', () => {
    const current = kpi('6');
    const series = [
      kpi('1', '2025-09-30'),
      kpi('3', '2025-11-30'),
      kpi('2', '2025-10-31'),
      current,
      kpi('9', '2026-01-31'),
      kpi('8', '2025-11-30', { id: 'risk.par_90' }),
    ];

    for (const ordered of [series, series.toReversed()]) {
      const [anomaly] = findAnomalies(aKpiMart({ kpis: [current], series: ordered }));

      expect(anomaly).toMatchObject({ previous: '3', current: '6' });
    }
  });
});
