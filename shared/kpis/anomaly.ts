import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';

// What is worth a look about a number, in `compliance.json` and for whoever is told.

export type AnomalyKind = z.infer<typeof AnomalyKind>;
export const AnomalyKind = z.enum([
  /** Outside its limits. */
  'threshold',
  /** Moved by more than a fifth since the date before. */
  'change',
  /** Far from where it has been. */
  'outlier-level',
  /** A step of a size that it has not made before. */
  'outlier-step',
]);

export type Anomaly = z.infer<typeof Anomaly>;
export const Anomaly = z.object({
  kpi: z.string(),
  name: z.string(),
  version: z.int().positive(),
  reportingDate: LocalDate,
  kind: AnomalyKind,
  direction: z.enum(['up', 'down']),
  /** Decimal text; null where there is nothing before. */
  previous: z.string().nullable(),
  current: z.string(),
  /** Of the value before, with two decimals. */
  changePercent: z.string().nullable(),
  /** How many standard deviations from the mean; of outliers alone. */
  zScore: z.string().nullable(),
  severity: z.enum(['warning', 'critical']),
  /** A sentence. */
  reason: z.string(),
  /** Anomalies of one cause have the same: `risk.par_30 up 2025-12-31`. */
  cause: z.string(),
});

/** An anomaly, and who was first to say so. */
export type RaisedAnomaly = z.infer<typeof RaisedAnomaly>;
export const RaisedAnomaly = Anomaly.extend({
  /** False when it was raised before: nobody need be told again. */
  isNew: z.boolean(),
  raisedBy: z.object({ runId: RunId, attempt: z.int().positive() }),
});

/** What several anomalies have in common: one thing to look into. */
export type AnomalyCause = z.infer<typeof AnomalyCause>;
export const AnomalyCause = z.object({
  cause: z.string(),
  severity: z.enum(['warning', 'critical']),
  kpis: z.array(z.string()),
  kinds: z.array(AnomalyKind),
  isNew: z.boolean(),
});

/** The same finding about the same date, whichever run makes it. */
export function anomalyKey({ kpi, reportingDate, kind, direction }: Anomaly): string {
  return [kpi, reportingDate, kind, direction].join(' ');
}

/** One entry for each cause, in the order of its first anomaly. */
export function causesOf(anomalies: readonly RaisedAnomaly[]): AnomalyCause[] {
  return [...Map.groupBy(anomalies, ({ cause }) => cause)].map(([cause, own]) => ({
    cause,
    severity: own.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning',
    kpis: [...new Set(own.map(({ kpi }) => kpi))],
    kinds: [...new Set(own.map(({ kind }) => kind))],
    isNew: own.some(({ isNew }) => isNew),
  }));
}
