import type { KpiDefinition, Measure } from './kpi-definition.ts';

// One scan of a mart for all measures of all KPIs that read it, at all reporting dates at once. A measure that
// several KPIs share is computed once.

export type MeasureQuery = {
  readonly sql: string;
  /** Column of the result that holds a measure. */
  readonly columnOf: (measure: Measure) => string;
  /** Column of the result that counts the rows in which a measure of the KPI was empty. */
  readonly nullsColumnOf: (kpi: KpiDefinition) => string;
};

export function measureQuery(mart: string, kpis: readonly KpiDefinition[]): MeasureQuery {
  const columns = new ColumnNames();
  const columnOf = (measure: Measure) => columns.of(aggregateOf(measure), 'measure');
  const nullsColumnOf = (kpi: KpiDefinition) => columns.of(emptyRowsOf(kpi), 'nulls');
  for (const kpi of kpis) {
    Object.values(kpi.measures).forEach(columnOf);
    nullsColumnOf(kpi);
  }
  const selected = ['reporting_date', 'max(as_of) AS as_of', 'count(*) AS row_count', ...columns.selected()];
  const sql =
    `SELECT\n  ${selected.join(',\n  ')}\n` +
    `FROM ${mart}\nWHERE reporting_date IS NOT NULL\nGROUP BY reporting_date\nORDER BY reporting_date`;
  return { sql, columnOf, nullsColumnOf };
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
}

function aggregateOf(measure: Measure): string {
  const filter = measure.where === undefined ? '' : ` FILTER (WHERE ${measure.where})`;
  return 'sum' in measure ? `coalesce(sum(${measure.sum})${filter}, 0)` : `count(*)${filter}`;
}

/** A row is empty when a column that was to be added, or a condition on it, has no value: it counted as zero. */
function emptyRowsOf(kpi: KpiDefinition): string {
  const tests = Object.values(kpi.measures).flatMap((measure) => [
    ...(measure.where === undefined ? [] : [`(${measure.where}) IS NULL`]),
    ...('sum' in measure ? [`(${measure.where ?? 'true'}) AND ${measure.sum} IS NULL`] : []),
  ]);
  if (tests.length === 0) return 'count(*) FILTER (WHERE false)';
  return `count(*) FILTER (WHERE ${[...new Set(tests)].map((test) => `(${test})`).join(' OR ')})`;
}
