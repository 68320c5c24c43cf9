import type { KpiMart } from '../kpis/kpi-result.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import { type Trend, trendOf } from './trend.ts';

/** PAR 30 and PAR 90 at every reporting date of the book. */
export type ParTrend = Trend;

const LINES = [
  { id: 'risk.par_90', name: 'PAR 90' },
  { id: 'risk.par_30', name: 'PAR 30' },
];

export function parTrendOf(mart: Pick<KpiMart, 'series'>, language: Language = DOCUMENTS): ParTrend {
  return trendOf(mart, LINES, { language });
}
