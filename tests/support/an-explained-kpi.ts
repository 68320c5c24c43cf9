import { LocalDate } from '../../shared/domain/local-date.ts';
import { parseCatalog } from '../../shared/kpis/catalog.ts';
import type { KpiResult } from '../../shared/kpis/kpi-result.ts';
import { aKpiMart, aKpiResult } from './a-kpi-mart.ts';

// PAR 90 of the book of a-kpi-mart.ts with all that can be said about it: a former version, a company, contributors.

export const EXPLAINED_CATALOG = parseCatalog([
  {
    name: 'catalog/par.yaml',
    text: `kpis:
  - id: risk.par_90
    name: PAR 90
    name_es: PAR 90 días
    department: risk
    owner: Risk
    cadence: daily
    version: 2
    provisional: true
    formula: late over all
    grain: loan
    freshness: 24
    dimensions: [company]
    models: [mart_portfolio]
    measures: { late: { sum: par_90, where: is_live }, all: { sum: outstanding } }
    metric: { numerator: late, denominator: all, times: 100 }
    unit: percent
    direction: lower-is-better
    thresholds: { warning: 3, critical: 5 }
    precision: 2
  - id: risk.score
    name: Score
    name_es: Puntaje
    department: risk
    owner: Risk
    cadence: daily
    version: 1
    provisional: false
    formula: mean score
    grain: customer
    freshness: 24
    unavailable: no feed brings it
    unit: score
    direction: neutral
    precision: 0
`,
  },
  { name: 'models/mart_portfolio.sql', text: 'SELECT * FROM looker_loan_par_balances' },
]);

export const aPart = (
  company: string,
  day: string,
  [numerator, denominator, value]: [string, string, string],
): KpiResult =>
  aKpiResult({ dimension: { company }, reportingDate: LocalDate.parse(day), numerator, denominator, value });

export const EXPLAINED_MART = aKpiMart({
  former: [aKpiResult({ version: 1, value: '5.2000000000' })],
  breakdowns: [
    aPart('ABF', '2025-11-30', ['100.00', '1000.00', '10.0000000000']),
    aPart('ABF', '2025-12-31', ['300.00', '1500.00', '20.0000000000']),
  ],
  contributors: [
    { kpi: 'risk.par_90', column: 'loan_id', token: 'v1:a', value: '9.00', share: '0.5000000000' },
    { kpi: 'risk.par_30', column: 'loan_id', token: 'v1:b', value: '8.00', share: '0.4000000000' },
  ],
});
