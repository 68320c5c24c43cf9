import { z } from 'zod';
import { LocalDate } from '../../../domain/local-date.ts';
import { toDecimal } from '../../../domain/rational.ts';
import type { NewestNumbers } from '../../../pipeline/newest-mart.ts';
import { exactValueOf, isTotal } from '../../exact-value.ts';
import { kpiRows } from '../../kpi-row.ts';
import { freshnessOf } from '../../report-model.ts';

// What a plugin reads to fill a design: Figma's own interface cannot edit a drawing.

const Kpi = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string(),
  /** With two decimals; null for one that cannot be computed. */
  value: z.string().nullable(),
  /** As people read it, with its unit. */
  shown: z.string(),
  unit: z.string(),
  /** `OK`, `WARNING`, `CRITICAL` or `NOT-COMPUTABLE`. */
  status: z.string(),
  limits: z.string().nullable(),
  change: z.string().nullable(),
  owner: z.string(),
});

export type FigmaExport = z.infer<typeof FigmaExport>;
export const FigmaExport = z.object({
  format: z.literal('abaco-kpis'),
  version: z.literal(1),
  day: LocalDate,
  asOf: LocalDate,
  /** `As of 2025-12-31`. */
  freshness: z.string(),
  runId: z.string(),
  bookId: z.string(),
  kpis: z.array(Kpi),
  /** What belongs into the text layers of these names. */
  layers: z.record(z.string(), z.string()),
  /** A row for each month, oldest first; null where no dataset tells. */
  months: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string().nullable())),
  }),
});

/** Names that designs were drawn with. */
export const LAYERS: Readonly<Record<string, string>> = {
  'par-30': 'risk.par_30',
  'par-90': 'risk.par_90',
  'collection-rate': 'risk.collection_rate',
  dti: 'uw.dti',
  ltv: 'uw.ltv',
};
export const MONTHS = 'table_monthly_fact';

export function figmaExport({ run, mart }: NewestNumbers, day: LocalDate): FigmaExport {
  const exact = new Map(mart.kpis.filter(isTotal).map((kpi) => [kpi.id, exactValueOf(kpi)]));
  const kpis = kpiRows(mart).map((row) => {
    const value = exact.get(row.id);
    return {
      id: row.id,
      name: row.name,
      group: row.group,
      value: value === undefined ? null : toDecimal(value, 2),
      shown: row.shown,
      unit: row.unit,
      status: row.status.toUpperCase(),
      limits: row.limits ?? null,
      change: row.change === undefined ? null : `${row.change.shown} since ${row.change.since}`,
      owner: row.owner,
    };
  });
  const months = mart.tables.find(({ name }) => name === MONTHS);
  return {
    format: 'abaco-kpis',
    version: 1,
    day,
    asOf: mart.asOf,
    freshness: freshnessOf(mart).sentence,
    runId: run.runId,
    bookId: mart.bookId,
    kpis,
    layers: Object.fromEntries(
      Object.entries(LAYERS).flatMap(([layer, id]) => {
        const kpi = kpis.find((candidate) => candidate.id === id);
        if (kpi === undefined) return [];
        return [
          [`value-${layer}`, kpi.value ?? kpi.shown],
          [`status-${layer}`, kpi.status],
        ];
      }),
    ),
    months: { columns: months?.columns.map(({ name }) => name) ?? [], rows: months?.rows ?? [] },
  };
}
