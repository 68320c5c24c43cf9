import { divide, rational, toDecimal } from '../domain/rational.ts';
import type { SqlSession } from '../ports/sql-engine.ts';
import type { ComputableKpi } from './kpi-definition.ts';
import type { Contributor, KpiResult } from './kpi-result.ts';
import { contributorQuery } from './measure-query.ts';

const MOST = 10;
const SHARE_PLACES = 10;

/** The largest parts of a KPI's numerator on the date of the result, under pseudonyms. */
export async function readContributors(
  mart: string,
  kpi: ComputableKpi,
  result: KpiResult | undefined,
  {
    sql,
    tokenOf,
  }: { readonly sql: SqlSession; readonly tokenOf?: ((column: string, value: string) => string) | undefined },
): Promise<readonly Contributor[]> {
  const column = kpi.contributors;
  if (column === undefined || tokenOf === undefined || result?.numerator == null || result.rows === 0)
    return [];
  const whole = rational(result.numerator);
  const { reportingDate } = result;
  const rows = await sql.rows(contributorQuery({ mart, kpi, reportingDate }, { column, limit: MOST }));
  return rows.flatMap(({ contributor, part }) => {
    const value = String(part);
    const share = divide(rational(value), whole);
    if (share === undefined) return [];
    const token = tokenOf(column, String(contributor));
    return [{ kpi: kpi.id, column, token, value, share: toDecimal(share, SHARE_PLACES) }];
  });
}
