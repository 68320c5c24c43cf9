import type { LocalDate } from '../domain/local-date.ts';
import { unreachable } from '../domain/unreachable.ts';
import type { ComputableKpi, Dimension, Measure } from './kpi-definition.ts';
import type { MetricExpression } from './metric-expression.ts';

// One scan of a mart for all measures of all KPIs that read it, at all reporting dates at once. A measure that
// several KPIs share is computed once.

export type MeasureQuery = {
  readonly sql: string;
  /** Columns of the result that add up over partitions. */
  readonly columns: readonly string[];
  /** Column of the result that holds a measure. */
  readonly columnOf: (measure: Measure) => string;
  /** Column of the result that counts the rows in which a measure of the KPI was empty. */
  readonly nullsColumnOf: (kpi: ComputableKpi) => string;
};

export type MeasureScope = {
  /** By the values of each of these columns of the mart, one at a time, and not in all. */
  readonly dimensions?: readonly Dimension[];
  /** Only from this reporting date on. */
  readonly since?: LocalDate;
};

/** Column of the result with a bit for each dimension, the first one highest: 0 for the one that the row is by. */
export const DIMENSION_SET = 'dimension_set';

export function measureQuery(
  mart: string,
  kpis: readonly ComputableKpi[],
  { dimensions = [], since }: MeasureScope = {},
): MeasureQuery {
  const names = new ColumnNames();
  const columnOf = (measure: Measure) => names.of(aggregateOf(measure), 'measure');
  const nullsColumnOf = (kpi: ComputableKpi) => names.of(emptyRowsOf(kpi), 'nulls');
  for (const kpi of kpis) {
    Object.values(kpi.measures).forEach(columnOf);
    nullsColumnOf(kpi);
  }
  const set = dimensions.length === 0 ? [] : [`GROUPING(${dimensions.join(', ')}) AS ${DIMENSION_SET}`];
  const keys = ['reporting_date', ...dimensions];
  const selected = [...keys, ...set, 'max(as_of) AS as_of', 'count(*) AS row_count', ...names.selected()];
  const dates = since === undefined ? 'reporting_date IS NOT NULL' : `reporting_date >= DATE '${since}'`;
  const groups =
    dimensions.length === 0
      ? 'reporting_date'
      : `GROUPING SETS (${dimensions.map((dimension) => `(reporting_date, ${dimension})`).join(', ')})`;
  const order = dimensions.length === 0 ? keys : ['reporting_date', DIMENSION_SET, ...dimensions];
  const sql =
    `SELECT\n  ${selected.join(',\n  ')}\n` +
    `FROM ${mart}\nWHERE ${dates}\nGROUP BY ${groups}\nORDER BY ${order.join(', ')}`;
  return { sql, columns: names.all(), columnOf, nullsColumnOf };
}

/** The values of a column with the largest parts of a KPI's numerator on one date, at most `limit`, largest first. */
export function contributorQuery(
  { mart, kpi, reportingDate }: { mart: string; kpi: ComputableKpi; reportingDate: LocalDate },
  { column, limit }: { column: string; limit: number },
): string {
  const part = expressionSql(kpi.metric.numerator.tree, kpi.measures);
  return (
    `SELECT ${column} AS contributor, ${part} AS part\n` +
    `FROM ${mart}\nWHERE reporting_date = DATE '${reportingDate}' AND ${column} IS NOT NULL\n` +
    `GROUP BY ${column}\nHAVING part > 0\nORDER BY part DESC, contributor\nLIMIT ${limit}`
  );
}

class ColumnNames {
  readonly #names = new Map<string, string>();

  of(expression: string, prefix: string): string {
    const name = this.#names.get(expression) ?? `${prefix}_${this.#names.size}`;
    this.#names.set(expression, name);
    return name;
  }

  selected(): readonly string[] {
    return [...this.#names].map(([expression, name]) => `${expression} AS ${name}`);
  }

  all(): readonly string[] {
    return [...this.#names.values()];
  }
}

function aggregateOf(measure: Measure): string {
  const filter = measure.where === undefined ? '' : ` FILTER (WHERE ${measure.where})`;
  return 'sum' in measure ? `coalesce(sum(${measure.sum})${filter}, 0)` : `count(*)${filter}`;
}

/** A row is empty when a column that was to be added, or a condition on it, has no value: it counted as zero. */
function emptyRowsOf(kpi: ComputableKpi): string {
  const tests = Object.values(kpi.measures).flatMap((measure) => [
    ...(measure.where === undefined ? [] : [`(${measure.where}) IS NULL`]),
    ...('sum' in measure ? [`(${measure.where ?? 'true'}) AND ${measure.sum} IS NULL`] : []),
  ]);
  if (tests.length === 0) return 'count(*) FILTER (WHERE false)';
  return `count(*) FILTER (WHERE ${[...new Set(tests)].map((test) => `(${test})`).join(' OR ')})`;
}

/** Of a plain sum of measures: what a definition with contributors has. */
function expressionSql(tree: MetricExpression, measures: ComputableKpi['measures']): string {
  switch (tree.kind) {
    case 'number':
      return tree.value;
    case 'measure': {
      const measure = measures[tree.name];
      if (measure === undefined) throw new RangeError(`no measure is called ${tree.name}`);
      return aggregateOf(measure);
    }
    case 'operation':
      if (tree.operator === 'min' || tree.operator === 'max') break;
      return `(${expressionSql(tree.left, measures)} ${tree.operator} ${expressionSql(tree.right, measures)})`;
    case 'power':
      break;
    default:
      return unreachable(tree);
  }
  throw new RangeError('contributors need a numerator that is a plain sum of measures');
}
