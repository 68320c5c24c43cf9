import { expect, it } from '@jest/globals';
import { isComputable } from '../../../../shared/kpis/twin/figure.ts';
import { healthFraction } from '../../../../shared/kpis/twin/health.ts';

function health(parts: { outstanding: bigint; par30: bigint; collected: bigint; due: bigint }): number {
  const { numerator, denominator } = healthFraction(parts);
  return Number(numerator.units) / Number(denominator.units);
}

it.each([
  // PAR 30 of 20 %, 90 % collected: (10 - 2) x 0.9
  ['arrears and a shortfall', { outstanding: 1_000n, par30: 200n, collected: 90n, due: 100n }, 7.2],
  ['more collected than due', { outstanding: 1_000n, par30: 200n, collected: 300n, due: 100n }, 8],
  ['more handed back than collected', { outstanding: 1_000n, par30: 0n, collected: -5n, due: 100n }, 0],
  ['more at risk than outstanding', { outstanding: 1_000n, par30: 1_001n, collected: 50n, due: 100n }, 0],
])('health with %s', (_, parts, score) => {
  expect(health(parts)).toBe(score);
});

it('has no value when nothing was due, or when something lacks', () => {
  const figure = { kpi: 'risk.portfolio_health', version: 2, reportingDay: 0, times: 1 };
  const of = (due: bigint) => healthFraction({ outstanding: 1n, par30: 0n, collected: 0n, due });

  expect(isComputable({ ...figure, ...of(0n) })).toBe(false);
  expect(isComputable({ ...figure, ...of(1n) })).toBe(true);
  expect(isComputable({ ...figure, ...of(1n), lacks: 'a feed' })).toBe(false);
});
