import { type LocalDate, toEpochDay } from '../domain/local-date.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { parityOf } from '../kpis/parity.ts';
import type { Parity, ParityMismatch } from '../kpis/parity-result.ts';
import { sessionRows } from '../kpis/twin/session-rows.ts';
import { twinFigures } from '../kpis/twin/twin.ts';
import type { SqlSession } from '../ports/sql-engine.ts';

// The gate between computing and publishing: the core KPIs are computed once more, another way, and must agree.

/** Engine and twin differ: one of them is wrong, and until it is known which, nothing is published on either. */
export class TwinDisagrees extends Error {
  override readonly name = 'TwinDisagrees';
  /** Read by the ledger, so that the run ends with this code and not with a general one. */
  readonly problemCode: ProblemCode = 'parity-mismatch';
}

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

/** Throws TwinDisagrees with the first few differences. */
export function refuseMismatch({ checked, mismatches }: Parity): void {
  if (mismatches.length === 0) return;
  const kpis = new Set(
    mismatches.map(({ kpi, version, reportingDate }) => `${kpi}@${version} ${reportingDate}`),
  );
  const first = mismatches.slice(0, SHOWN).map(inWords).join('; ');
  const more = mismatches.length > SHOWN ? ` and ${mismatches.length - SHOWN} more in parity.json` : '';
  throw new TwinDisagrees(`${kpis.size} of ${checked} core KPIs were not proved: ${first}${more}`);
}

const SHOWN = 3;

function inWords({ kpi, version, reportingDate, part, engine, twin }: ParityMismatch): string {
  return `${kpi}@${version} of ${reportingDate}, ${part}: engine ${engine ?? 'none'}, twin ${twin ?? 'none'}`;
}
