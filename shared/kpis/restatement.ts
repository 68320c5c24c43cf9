import { z } from 'zod';
import { LocalDate } from '../domain/local-date.ts';
import type { KpiMart, KpiResult } from './kpi-result.ts';
import { KpiStatus, KpiUnit } from './kpi-result.ts';

// A changed meaning is a new version, and the former one is computed beside it over the same book: whoever compares with
// a number of last month sees how much of the difference is the definition.

const ByVersion = z.object({
  version: z.int().positive(),
  /** Decimal text; null when it has none, for the reason beside it. */
  value: z.string().nullable(),
  unit: KpiUnit,
  precision: z.int().nonnegative(),
  status: KpiStatus,
  reason: z.string().optional(),
});

export type Restatement = z.infer<typeof Restatement>;
export const Restatement = z.object({
  kpi: z.string(),
  name: z.string(),
  reportingDate: LocalDate,
  /** The former version. */
  from: ByVersion,
  /** The version in force. */
  to: ByVersion,
});

/** Every former version that could be computed, beside the one in force; by KPI, the oldest version first. */
export function restatementsOf({ kpis, former }: Pick<KpiMart, 'kpis' | 'former'>): Restatement[] {
  return kpis.flatMap((current) =>
    former
      .filter(({ id, version }) => id === current.id && version < current.version)
      .toSorted((a, b) => a.version - b.version)
      .map((earlier) => ({
        kpi: current.id,
        name: current.name,
        reportingDate: current.reportingDate,
        from: byVersion(earlier),
        to: byVersion(current),
      })),
  );
}

function byVersion({
  version,
  value,
  unit,
  precision,
  status,
  reason,
}: KpiResult): z.infer<typeof ByVersion> {
  return { version, value, unit, precision, status, ...(reason !== undefined && { reason }) };
}
