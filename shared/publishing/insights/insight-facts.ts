import { z } from 'zod';
import { LocalDate } from '../../domain/local-date.ts';
import { divide, multiply, type Rational, rational, subtract, toDecimal } from '../../domain/rational.ts';
import { type KpiMart, type KpiResult, KpiStatus, KpiUnit } from '../../kpis/kpi-result.ts';
import { previousOf } from '../../kpis/previous-result.ts';
import { STRIP } from '../dashboard/views.ts';
import { exactValueOf, isTotal } from '../exact-value.ts';
import { tellingPlaces } from '../kpi-row.ts';

// All that a language model is told: numbers, days, and ids from our own catalogue. The schema is the list of what may
// leave, and what is not on it cannot: no name, no reason, no value of a dimension, nothing that a file brought in.

const Decimal = z.string().regex(/^-?\d{1,30}(\.\d{1,10})?$/);

const KpiFacts = z.strictObject({
  id: z.string().regex(/^[a-z]{1,20}\.[a-z][a-z0-9_]{0,60}$/),
  version: z.int().positive(),
  unit: KpiUnit,
  better: z.enum(['higher', 'lower', 'neither']),
  status: KpiStatus,
  reporting_date: LocalDate,
  value: Decimal,
  limits: z.strictObject({ warning: Decimal, critical: Decimal.optional() }).optional(),
  /** At the reporting date before. */
  before: z
    .strictObject({
      reporting_date: LocalDate,
      value: Decimal,
      change: Decimal,
      change_in_percent: Decimal.optional(),
    })
    .optional(),
});
export type KpiFacts = z.infer<typeof KpiFacts>;

export type InsightFacts = z.infer<typeof InsightFacts>;
export const InsightFacts = z.strictObject({
  as_of: LocalDate,
  /** How many KPIs stand so. */
  counts: z.strictObject({
    critical: z.int(),
    warning: z.int(),
    within_limits: z.int(),
    without_value: z.int(),
  }),
  kpis: z.array(KpiFacts),
});

/** Those in front, then what is outside its limits, then what moved most. */
const MOST_KPIS = 30;
const CHANGE_PLACES = 2;

/** Of KPIs that the catalogue does not have nothing is said. */
export function insightFacts(
  mart: Pick<KpiMart, 'asOf' | 'kpis' | 'series'>,
  ids: ReadonlySet<string>,
): InsightFacts {
  const totals = mart.kpis.filter((kpi) => isTotal(kpi) && ids.has(kpi.id));
  const series = Map.groupBy(mart.series, ({ id }) => id);
  const count = (keeps: (kpi: KpiResult) => boolean): number => totals.filter(keeps).length;
  const told = totals.flatMap((kpi) => factsOf(kpi, series.get(kpi.id) ?? []) ?? []);
  return InsightFacts.parse({
    as_of: mart.asOf,
    counts: {
      critical: count(({ status }) => status === 'critical'),
      warning: count(({ status }) => status === 'warning'),
      within_limits: count(({ status, thresholds }) => status === 'ok' && thresholds !== undefined),
      without_value: count(({ status }) => status === 'not-computable'),
    },
    kpis: told.toSorted((a, b) => weightOf(b) - weightOf(a) || (a.id < b.id ? -1 : 1)).slice(0, MOST_KPIS),
  });
}

function factsOf(kpi: KpiResult, series: readonly KpiResult[]): KpiFacts | undefined {
  const exact = exactValueOf(kpi);
  if (exact === undefined) return undefined;
  const { id, version, unit, status, reportingDate, thresholds, direction } = kpi;
  const before = beforeOf(kpi, exact, series);
  return {
    id,
    version,
    unit,
    better: direction === 'neutral' ? 'neither' : direction === 'higher-is-better' ? 'higher' : 'lower',
    status,
    reporting_date: reportingDate,
    value: toDecimal(exact, tellingPlaces(exact, kpi)),
    ...(thresholds && {
      limits: {
        warning: thresholds.warning,
        ...(thresholds.critical !== undefined && { critical: thresholds.critical }),
      },
    }),
    ...(before && { before }),
  };
}

function beforeOf(kpi: KpiResult, exact: Rational, series: readonly KpiResult[]): KpiFacts['before'] {
  const earlier = previousOf(kpi, series);
  const then = earlier && exactValueOf(earlier);
  if (earlier === undefined || then === undefined) return undefined;
  const difference = subtract(exact, then);
  const size = then.numerator < 0n ? multiply(then, rational(-1n)) : then;
  const relative = divide(multiply(difference, rational(100n)), size);
  return {
    reporting_date: earlier.reportingDate,
    value: toDecimal(then, kpi.precision),
    change: toDecimal(difference, kpi.precision),
    ...(relative && { change_in_percent: toDecimal(relative, CHANGE_PLACES) }),
  };
}

function weightOf({ id, status, before }: KpiFacts): number {
  const standing = status === 'critical' ? 2 : status === 'warning' ? 1 : 0;
  // Ordering only: nothing is computed from it.
  const moved = Math.min(1, Math.abs(Number(before?.change_in_percent ?? 0)) / 100);
  return (STRIP.includes(id) ? 4 : 0) + standing * 1.5 + moved;
}
