import type { ComputableKpi, KpiDefinition, Measure } from './kpi-definition.ts';
import { type Model, relationsBehind } from './model-graph.ts';
import { datasetOfRelation } from './relations.ts';
import { resolveModels } from './resolved-models.ts';

// A definition in words, the same ones on the page of the catalogue, in the interface and beside a number.

/** `(par_30) / (outstanding) * 100` */
export function metricText({
  metric: { numerator, denominator, times },
}: Pick<ComputableKpi, 'metric'>): string {
  if (!denominator) return numerator.text;
  const ratio = `(${numerator.text}) / (${denominator.text})`;
  return times === undefined ? ratio : `${ratio} * ${times}`;
}

/** ``sum of `par_30` where `is_live` ``, marked as Markdown or, with another quote, plain. */
export function measureWords(measure: Measure, quote = '`'): string {
  const quoted = (text: string): string => `${quote}${text}${quote}`;
  const what = 'sum' in measure ? `sum of ${quoted(measure.sum)}` : 'number of rows';
  const where = measure.where === undefined ? what : `${what} where ${quoted(measure.where)}`;
  return measure.overTime === 'sum' ? `${where}; added up over longer periods` : where;
}

/** Which periods have it, where not all do or not in the same way. */
export function periodWords({ periods }: Pick<KpiDefinition, 'periods'>): string {
  return {
    any: '',
    months: 'a quarter adds up its months, and is given with them alone',
    whole: 'a quarter is computed as a whole, not from its months',
    month: 'of one month: a day, a week or a quarter has none',
  }[periods];
}

/** `warning above 5, critical above 8`, or nothing. */
export function limitWords({
  thresholds,
  thresholdsOf,
  direction,
}: Pick<KpiDefinition, 'thresholds' | 'thresholdsOf' | 'direction'>): string {
  if (!thresholds) return '';
  const side = direction === 'higher-is-better' ? 'below' : 'above';
  const { warning, critical } = thresholds;
  const limits = `warning ${side} ${warning}${critical === undefined ? '' : `, critical ${side} ${critical}`}`;
  return {
    'any-period': limits,
    months: `${limits}, of a month`,
    'whole-months': `${limits}, of a month that is over`,
  }[thresholdsOf];
}

/** A mart that the KPI can be read from, and what the book must hold for it. */
export type WayToKpi = {
  readonly model: string;
  /** Datasets of which all are needed; where there are several ways, each of them does. */
  readonly needs: readonly (readonly string[])[];
  /** Datasets that make it better where they are there. */
  readonly optional: readonly string[];
};

/** For each KPI its marts in the order in which they are tried. What models need is worked out once. */
export function wayFinder(models: readonly Model[]): (kpi: KpiDefinition) => WayToKpi[] {
  const { lacks } = resolveModels(models, new Set());
  const found = new Map<string, WayToKpi>();
  const wayBy = (model: string): WayToKpi => {
    const needs = (lacks.get(model) ?? []).map(datasetsOf);
    const needed = new Set(needs.flat());
    const optional = datasetsOf(relationsBehind(model, models)).filter((dataset) => !needed.has(dataset));
    return { model, needs, optional };
  };
  return (kpi) => {
    if (kpi.unavailable !== undefined) return [];
    for (const model of kpi.models) if (!found.has(model)) found.set(model, wayBy(model));
    return kpi.models.flatMap((model) => found.get(model) ?? []);
  };
}

function datasetsOf(relations: readonly string[]): string[] {
  return [...new Set(relations.map(datasetOfRelation))].toSorted();
}
