import {
  compare,
  divide,
  multiply,
  type Rational,
  rational,
  subtract,
  toDecimal,
} from '../domain/rational.ts';
import type { Compliance } from '../runs/documents.ts';
import type { KpiMart, KpiResult } from './kpi-result.ts';
import { previousOf } from './previous-result.ts';

// A KPI that moved by more than a fifth since the snapshot before, unless the move is too small to matter.

const RELATIVE_LIMIT = rational('0.2');
/** In the KPI's own unit: a tenth of a point. Keeps a PAR that goes from 0.01 % to 0.02 % quiet. */
const ABSOLUTE_FLOOR = rational('0.1');
const WATCHED_UNITS: readonly KpiResult['unit'][] = ['percent', 'index'];

export function findAnomalies(mart: KpiMart): Compliance['anomalies'] {
  return mart.kpis.flatMap((current) => {
    const previous = previousOf(current, mart.series);
    if (previous?.value == null || current.value === null || !WATCHED_UNITS.includes(current.unit)) return [];
    const change = subtract(rational(current.value), rational(previous.value));
    const share = divide(change, absolute(rational(previous.value)));
    if (share === undefined || compare(absolute(share), RELATIVE_LIMIT) <= 0) return [];
    if (compare(absolute(change), ABSOLUTE_FLOOR) <= 0) return [];
    return [
      {
        kpi: current.id,
        previous: previous.value,
        current: current.value,
        changePercent: toDecimal(multiply(share, rational(100)), 2),
        severity: current.status === 'critical' ? ('critical' as const) : ('warning' as const),
      },
    ];
  });
}

function absolute({ numerator, denominator }: Rational): Rational {
  return { numerator: numerator < 0n ? -numerator : numerator, denominator };
}
