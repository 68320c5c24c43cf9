import { expect, it } from '@jest/globals';
import { rational } from '../../../shared/domain/rational.ts';
import { limitsFor, statusOf } from '../../../shared/kpis/kpi-status.ts';
import { aBalance, date, kpisOver, resultOf } from './small-book.ts';

const PAR_30 = { direction: 'lower-is-better', thresholds: { warning: '5', critical: '8' } } as const;
const COLLECTION = {
  direction: 'higher-is-better',
  thresholds: { warning: '1.5', critical: '1.0' },
} as const;

it.each([
  [PAR_30, '4.9', 'ok'],
  [PAR_30, '5', 'ok'],
  [PAR_30, '5.0000000000000001', 'warning'],
  [PAR_30, '8.00', 'warning'],
  [PAR_30, '8.0000000000000001', 'critical'],
  [COLLECTION, '1.5', 'ok'],
  [COLLECTION, '1.4999999999999999', 'warning'],
  [COLLECTION, '1', 'warning'],
  [COLLECTION, '0.9999999999999999', 'critical'],
])('%j of %s is %s', (kpi, value, status) => {
  expect(statusOf(rational(value), kpi)).toBe(status);
});

it.each([
  ['30', 'ok'],
  ['30.0000000001', 'warning'],
  ['100', 'warning'],
])('%s over a guardrail of 30 is %s, and never critical', (value, status) => {
  const guardrail = { direction: 'lower-is-better', thresholds: { warning: '30' } } as const;

  expect(statusOf(rational(value), guardrail)).toBe(status);
});

it.each([
  ['months', 'month', '2025-11-30', true],
  ['months', 'month', '2025-11-29', true],
  ['months', 'quarter', '2025-11-30', false],
  ['whole-months', 'month', '2025-11-30', true],
  ['whole-months', 'month', '2025-11-29', false],
  ['whole-months', 'quarter', '2025-11-30', false],
  ['whole-months', 'week', '2025-11-30', false],
] as const)(
  'limits of %s are those of a %s that is known to %s: %s',
  (thresholdsOf, period, asOf, isHeld) => {
    const at = { period, asOf: date(asOf), reportingDate: date('2025-11-30') };
    const { thresholds } = PAR_30;

    expect(limitsFor({ thresholds, thresholdsOf }, at)).toEqual(isHeld ? thresholds : undefined);
    expect(limitsFor({ thresholds, thresholdsOf: 'any-period' }, at)).toEqual(thresholds);
  },
);

it('is ok when there are no limits', () => {
  expect(statusOf(rational('99'), { direction: 'neutral' })).toBe('ok');
});

it.each([
  // Exactly 8 %, and a cent more: 8.0000...1 shows as 8.00 and is critical all the same.
  ['8.00', '92.00', '8.0000000000', 'warning'],
  ['800000000000.01', '9199999999999.99', '8.0000000000', 'critical'],
  ['5.00', '95.00', '5.0000000000', 'ok'],
])('decides on the unrounded PAR 30 of %s late and %s on time', async (late, onTime, value, status) => {
  const mart = await kpisOver({
    looker_loan_par_balances: [aBalance('A', late, 30, { dpd_date: '2025-10-26' }), aBalance('B', onTime)],
  });

  expect(resultOf(mart, 'risk.par_30')).toMatchObject({ value, status });
});
