import { describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { previousOf } from '../../../shared/kpis/previous-result.ts';
import { aKpiResult } from '../../support/a-kpi-mart.ts';

const at = (month: string, overrides: Partial<KpiResult> = {}): KpiResult =>
  aKpiResult({ id: 'risk.par_30', reportingDate: LocalDate.parse(month), ...overrides });

describe('the previous result of a KPI', () => {
  const current = at('2025-12-31');

  it('is that of the newest earlier reporting date, whatever the order', () => {
    const november = at('2025-11-30');
    const series = [at('2025-09-30'), november, at('2025-10-31'), current, at('2026-01-31')];

    expect(previousOf(current, series)).toBe(november);
    expect(previousOf(current, series.toReversed())).toBe(november);
  });

  it('is not that of another KPI or another dimension', () => {
    const series = [
      at('2025-11-30', { id: 'risk.par_90' }),
      at('2025-11-30', { dimension: { company: 'ABF' } }),
      current,
    ];

    expect(previousOf(current, series)).toBeUndefined();
    expect(previousOf(at('2025-12-31', { dimension: { company: 'ABF' } }), series)).toBe(series[1]);
  });

  it('is not that of another model, which measures another quantity', () => {
    const series = [at('2025-10-31'), at('2025-11-30', { model: 'mart_loan_tape' }), current];

    expect(previousOf(current, series)).toBe(series[0]);
    expect(previousOf(at('2025-12-31', { model: 'mart_loan_tape' }), series)).toBe(series[1]);
  });

  it('is not there for the first snapshot', () => {
    expect(previousOf(current, [current])).toBeUndefined();
    expect(previousOf(current, [])).toBeUndefined();
  });
});
