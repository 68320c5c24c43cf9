import { LocalDate } from '../domain/local-date.ts';
import type { SqlRow } from '../ports/sql-engine.ts';
import { addExact, type ExactDecimal, exactDecimal } from './exact-decimal.ts';
import type { ComputableKpi, Dimension } from './kpi-definition.ts';
import { DIMENSION_SET, type MeasureQuery } from './measure-query.ts';

// What a scan of a mart came to, one row for each reporting date and value of a dimension. All that is in it adds
// up: rows of parts of the data merge into those of the whole.

export type MeasureRow = {
  readonly reportingDate: LocalDate;
  readonly asOf: LocalDate;
  /** The value that the row is by, and of which dimension. */
  readonly dimension?: Dimension;
  readonly member?: string;
  readonly rowCount: number;
  readonly sums: Readonly<Record<string, ExactDecimal>>;
};

export function measureRowOf(
  row: SqlRow,
  query: MeasureQuery,
  dimensions: readonly Dimension[] = [],
): MeasureRow {
  const set = Number(row[DIMENSION_SET] ?? 0);
  const dimension = dimensions.find((_, index) => (set & (1 << (dimensions.length - 1 - index))) === 0);
  return {
    reportingDate: LocalDate.parse(row['reporting_date']),
    asOf: LocalDate.parse(row['as_of']),
    ...(dimension === undefined ? {} : { dimension, member: String(row[dimension] ?? 'unknown') }),
    rowCount: Number(row['row_count']),
    sums: Object.fromEntries(query.columns.map((column) => [column, exactDecimal(String(row[column]))])),
  };
}

/**
 * The rows of the whole from those of its parts, oldest first. Each part holds other rows of the mart: other loans, or
 * other customers where the mart counts customers.
 */
export function mergeMeasureRows(parts: readonly (readonly MeasureRow[])[]): readonly MeasureRow[] {
  const merged = new Map<string, MeasureRow>();
  for (const row of parts.flat()) {
    const key = `${row.reportingDate} ${row.dimension ?? ''} ${row.member ?? ''}`;
    const before = merged.get(key);
    merged.set(key, before === undefined ? row : added(before, row));
  }
  return [...merged].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/**
 * The measures of a KPI over a longer period that ends with the last of these rows: flows add up, stocks stand as they
 * do at the end.
 */
export function rolledUp(
  kpi: ComputableKpi,
  query: MeasureQuery,
  rows: readonly [MeasureRow, ...MeasureRow[]],
): MeasureRow {
  const last = rows.at(-1) ?? rows[0];
  const sums: Record<string, ExactDecimal> = { ...last.sums };
  for (const measure of Object.values(kpi.measures)) {
    if (measure.overTime !== 'sum') continue;
    const column = query.columnOf(measure);
    sums[column] = rows.map((row) => sumOf(row, column)).reduce(addExact);
  }
  return { ...last, sums };
}

export function sumOf({ sums }: MeasureRow, column: string): ExactDecimal {
  const sum = sums[column];
  if (sum === undefined) throw new RangeError(`the scan has no column ${column}`);
  return sum;
}

function added(a: MeasureRow, b: MeasureRow): MeasureRow {
  return {
    ...a,
    asOf: a.asOf > b.asOf ? a.asOf : b.asOf,
    rowCount: a.rowCount + b.rowCount,
    sums: Object.fromEntries(
      Object.keys(a.sums).map((column) => [column, addExact(sumOf(a, column), sumOf(b, column))]),
    ),
  };
}
