import { describe, expect, it } from '@jest/globals';
import { driverOfKpi } from '../../../shared/alerting/driver-of-kpi.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { aKpiResult } from '../../support/a-kpi-mart.ts';

// By hand: 100 of 1,000 is 10 %; a month later 300 of 1,500 is 20 %, ten points more. Of the numerator, which rose by
// 200, come 200 x (1/1,000 + 1/1,500) / 2 x 100 = 16.67 points; of the denominator -6.67.

const BEFORE = LocalDate.parse('2025-11-30');
const NOW = LocalDate.parse('2025-12-31');

const aResult = (
  reportingDate: LocalDate,
  [numerator, denominator, value]: readonly [string, string, string],
  dimension: Record<string, string> = {},
): KpiResult => aKpiResult({ reportingDate, numerator, denominator, value, dimension });

const WHOLE = [
  aResult(BEFORE, ['100.00', '1000.00', '10.0000000000']),
  aResult(NOW, ['300.00', '1500.00', '20.0000000000']),
] as const;
/** Of the ten points ABF brings 16.67 - 0, since all of the new arrears are its own, and BCD the growth: -6.67. */
const BY_COMPANY = [
  aResult(BEFORE, ['50.00', '500.00', '10.0000000000'], { company: 'ABF' }),
  aResult(NOW, ['250.00', '500.00', '50.0000000000'], { company: 'ABF' }),
  aResult(BEFORE, ['50.00', '500.00', '10.0000000000'], { company: 'BCD' }),
  aResult(NOW, ['50.00', '1000.00', '5.0000000000'], { company: 'BCD' }),
];
const driver = (breakdowns: readonly KpiResult[], series: readonly KpiResult[] = [WHOLE[0]]) =>
  driverOfKpi(WHOLE[1], { series: [...series], breakdowns: [...breakdowns] });

describe('what moved a number', () => {
  it('is the part of the book that did most of it, where the parts are the whole', () => {
    expect(driver(BY_COMPANY)).toBe('company ABF, +16.67 of +10.00 points');
  });

  it('is the side of the ratio that did it, where no parts are the whole', () => {
    const sides = 'numerator +16.67, denominator -6.67 points';

    expect(driver([])).toBe(sides);
    expect(driver(BY_COMPANY.slice(0, 2))).toBe(sides);
    expect(driver(BY_COMPANY.slice(0, 3))).toBe(sides);
  });

  it('is no payer, since tokens tell nobody anything, and names no person', () => {
    const by = (name: string, values: Record<string, string>) =>
      BY_COMPANY.map((part) => ({
        ...part,
        dimension: { [name]: values[part.dimension['company'] ?? ''] ?? '' },
      }));

    expect(driver(by('payer', { ABF: 'v1:a', BCD: 'v1:b' }))).toMatch(/^numerator/);
    expect(driver(by('segment', { ABF: 'ana@example.com', BCD: 'rest' }))).toBe(
      'segment [personal data], +16.67 of +10.00 points',
    );
  });

  it('is nothing without a number before, or where nothing has moved', () => {
    const same = aResult(BEFORE, ['200.00', '1000.00', '20.0000000000']);

    expect(driver(BY_COMPANY, [])).toBeUndefined();
    expect(driver([], [same])).toBeUndefined();
  });
});
