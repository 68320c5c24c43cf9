import type { LocalDate } from '../domain/local-date.ts';
import { toEpochDay } from '../domain/local-date.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { type Parity, parityOf } from '../kpis/parity.ts';
import { sessionRows } from '../kpis/twin/session-rows.ts';
import { twinFigures } from '../kpis/twin/twin.ts';
import type { SqlSession } from '../ports/sql-engine.ts';

// The gate between computing and publishing: the core KPIs are computed once more, another way, and must agree.

export type MartToProve = {
  readonly mart: KpiMart;
  /** Local Parquet file of each relation of the book, inside the session's scratch directory. */
  readonly files: ReadonlyMap<string, string>;
  readonly sql: SqlSession;
  /** KPIs that the engine failed to compute: there is nothing to compare, and the run says so anyway. */
  readonly failed?: ReadonlySet<string>;
};

export async function proveMart({ mart, files, sql, failed }: MartToProve): Promise<Parity> {
  const staged = new Map<string, { file: string; asOf: LocalDate }>();
  for (const { relation, asOf } of mart.book) {
    const file = files.get(relation);
    if (file !== undefined) staged.set(relation, { file, asOf });
  }
  const rows = await sessionRows(sql, staged);
  const figures = await twinFigures({ rows, grain: mart.grain, asOf: toEpochDay(mart.asOf) });
  return parityOf(mart, figures, failed === undefined ? {} : { except: failed });
}
