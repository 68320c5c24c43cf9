import { expect, it } from '@jest/globals';
import { parseCatalog } from '../../../shared/kpis/catalog.ts';
import { measureQuery } from '../../../shared/kpis/measure-query.ts';
import { datasetOfRelation } from '../../../shared/kpis/relations.ts';

const definition = (id: string, measures: string, numerator: string) => `
  - id: ${id}
    name: A KPI
    department: risk
    owner: Risk
    cadence: daily
    version: 1
    provisional: false
    formula: words
    models: [mart_a]
    measures: ${measures}
    metric: { numerator: ${numerator} }
    unit: count
    direction: neutral
    precision: 0
    name_es: Un indicador
    grain: loan
    freshness: 24`;

it('asks for all measures of a mart in one scan, and for a shared measure once', () => {
  const text = `kpis:${definition('risk.a', '{ n: { count: rows } }', 'n')}${definition('risk.b', '{ n: { count: rows }, s: { sum: x, where: y > 0 } }', 'n + s')}`;
  const { kpis } = parseCatalog([
    { name: 'catalog/a.yaml', text },
    { name: 'models/mart_a.sql', text: 'SELECT 1' },
  ]);

  const computable = kpis.flatMap((kpi) => (kpi.unavailable === undefined ? [kpi] : []));

  const { sql } = measureQuery('mart_a', computable);

  expect(sql).toBe(`SELECT
  reporting_date,
  max(as_of) AS as_of,
  count(*) AS row_count,
  count(*) AS measure_0,
  count(*) FILTER (WHERE false) AS nulls_1,
  coalesce(sum(x) FILTER (WHERE y > 0), 0) AS measure_2,
  count(*) FILTER (WHERE ((y > 0) IS NULL) OR ((y > 0) AND x IS NULL)) AS nulls_3
FROM mart_a
WHERE reporting_date IS NOT NULL
GROUP BY reporting_date
ORDER BY reporting_date`);
});

it('names the dataset of a relation, and a relation that it does not know by itself', () => {
  expect(datasetOfRelation('cascade_loan_tape_par')).toBe('cascade/loan_tape');
  expect(datasetOfRelation('looker_unheard_of')).toBe('looker_unheard_of');
});
