import { describe, expect, it } from '@jest/globals';
import { add, toDecimal } from '../../../shared/domain/rational.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { ageingOf } from '../../../shared/publishing/ageing.ts';
import { aKpiMart } from '../../support/a-kpi-mart.ts';

function withKpi(id: string, change: Partial<KpiResult>) {
  const mart = aKpiMart();
  return ageingOf({ ...mart, kpis: mart.kpis.map((kpi) => (kpi.id === id ? { ...kpi, ...change } : kpi)) });
}

describe('ageingOf', () => {
  it('takes the buckets from the numerators of PAR 7, 30, 60 and 90', () => {
    const ageing = ageingOf(aKpiMart());

    // O 12,004,800.00; PAR7 10 % 1,200,480.00; PAR30 7 % 840,336.00; PAR60 6 % 720,288.00; PAR90 648,259.20
    expect(
      ageing.kind === 'known' && ageing.buckets.map(({ name, amount, share }) => [name, amount, share]),
    ).toEqual([
      ['Under 7 days', 'USD 10,804,320.00', '90.00 %'],
      ['7 to 29 days', 'USD 360,144.00', '3.00 %'],
      ['30 to 59 days', 'USD 120,048.00', '1.00 %'],
      ['60 to 89 days', 'USD 72,028.80', '0.60 %'],
      ['90 days or more', 'USD 648,259.20', '5.40 %'],
    ]);
  });

  it('shares out the whole balance and not a cent more', () => {
    const ageing = ageingOf(aKpiMart());

    const shares = ageing.kind === 'known' ? ageing.buckets.map((bucket) => bucket.exactShare) : [];
    expect(toDecimal(shares.reduce(add), 10)).toBe('100.0000000000');
  });

  it('names the KPI that is missing', () => {
    const mart = aKpiMart();
    const kpis = mart.kpis.filter((kpi) => kpi.id !== 'risk.par_60');

    expect(ageingOf({ ...mart, kpis })).toEqual({
      kind: 'unknown',
      gap: 'PAR 60 is not among the computed KPIs',
    });
  });

  it('repeats why a KPI has no value', () => {
    const gap = { value: null, numerator: null, denominator: null, reason: 'no tape' };

    expect(withKpi('risk.par_7', gap)).toEqual({
      kind: 'unknown',
      gap: 'PAR 7 has no value',
      why: 'no tape',
    });
  });

  it.each([{ denominator: '12004800.01' }, { reportingDate: aKpiMart().series[0]?.reportingDate }])(
    'draws no picture of two different balances: %j',
    (change) => {
      const { reportingDate, ...rest } = { reportingDate: undefined, ...change };
      const ageing = withKpi('risk.par_90', { ...rest, ...(reportingDate && { reportingDate }) });

      expect(ageing).toEqual({
        kind: 'unknown',
        gap: 'PAR 90 and PAR 7 do not speak of the same outstanding balance',
      });
    },
  );

  it('draws no picture of a part that is larger than its whole', () => {
    expect(withKpi('risk.par_60', { numerator: '840336.01' })).toMatchObject({
      gap: 'PAR 60 is larger than PAR 30, of which it should be a part',
    });
    expect(withKpi('risk.par_7', { numerator: '12004800.01' })).toMatchObject({
      gap: 'PAR 7 is larger than the outstanding balance, of which it should be a part',
    });
  });

  it('has nothing to share out when the balance is zero', () => {
    const mart = aKpiMart();
    const kpis = mart.kpis.map((kpi) => ({ ...kpi, numerator: '0', denominator: '0.00' }));

    expect(ageingOf({ ...mart, kpis })).toEqual({
      kind: 'unknown',
      gap: 'the outstanding balance is zero',
    });
  });
});
