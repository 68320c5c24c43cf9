import { REFERENCE_DAY } from '../domain/local-date.ts';
import { rational } from '../domain/rational.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';
import { type KpiRow, kpiRows } from '../publishing/kpi-row.ts';
import type { RunRecord } from '../runs/run-record.ts';
import type { AlertKind } from './alert-routes.ts';
import { type Condition, RUN_OF } from './condition.ts';
import { driverOfKpi } from './driver-of-kpi.ts';

/** The manual has a warning for it where others are critical. */
const WARNING_AT_MOST = new Set(['risk.collection_rate']);
const AUDIT_FLAGS = 'compliance.audit_flags';

/** Every KPI of the newest numbers that is outside its limits. */
export function conditionsOfKpis({
  mart,
  run,
}: {
  readonly mart: KpiMart;
  readonly run: RunRecord;
}): Condition[] {
  return kpiRows(mart).flatMap((row) => {
    const kind = kindOf(row, mart.kpis);
    if (kind === undefined) return [];
    const kpi = mart.kpis.find(({ id, version }) => id === row.id && version === row.version);
    const driver = kpi && driverOfKpi(kpi, mart);
    const facts = {
      value: row.shown,
      ...(row.limits !== undefined && { limits: row.limits }),
      ...(row.change !== undefined && {
        previous: `${row.change.before} on ${row.change.since} (${row.change.shown})`,
      }),
      ...(driver !== undefined && { driver }),
      'as of': row.asOf,
      owner: row.owner,
      run: run.runId,
      ...(kpi && filesOf(kpi, mart)),
    };
    return [{ kind, of: row.id, title: `${row.sentence}.`, facts }];
  });
}

/** Any of them may be the one that is wrong. */
const MOST_FILES = 3;

/** The runs of the files that the number was computed from. What stands for no day is seldom what has moved it. */
function filesOf({ inputs }: KpiResult, { book }: KpiMart): Record<string, string> {
  const files = book.filter(({ dataset, asOf }) => inputs.includes(dataset) && asOf !== REFERENCE_DAY);
  return Object.fromEntries(
    files.slice(0, MOST_FILES).map(({ dataset, runId }) => [`${RUN_OF}${dataset}`, runId]),
  );
}

function kindOf({ id, status }: KpiRow, kpis: readonly KpiResult[]): AlertKind | undefined {
  if (id === AUDIT_FLAGS) {
    const value = kpis.find((kpi) => kpi.id === id)?.value;
    return value && rational(value).numerator > 0n ? 'compliance-violation' : undefined;
  }
  if (status === 'critical') return WARNING_AT_MOST.has(id) ? 'kpi-warning' : 'kpi-critical';
  return status === 'warning' ? 'kpi-warning' : undefined;
}
