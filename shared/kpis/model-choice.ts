import type { LocalDate } from '../domain/local-date.ts';
import type { ComputableKpi } from './kpi-definition.ts';
import { datasetOfRelation } from './relations.ts';
import { type ResolvedModels, smallestWays } from './resolved-models.ts';

export type ModelChoice =
  | { readonly kind: 'readable'; readonly model: string; readonly inputs: readonly string[] }
  /** `model` is the one that would have been read first. */
  | { readonly kind: 'missing'; readonly model: string; readonly reason: string };

/** The first model of the KPI whose inputs are all in the book, or a sentence that names what is missing. */
export function chooseModel(
  kpi: Pick<ComputableKpi, 'models'>,
  { ready, lacks }: ResolvedModels,
  asOf: LocalDate,
): ModelChoice {
  for (const model of kpi.models) {
    const found = ready.get(model);
    if (found !== undefined) return { kind: 'readable', model, inputs: datasetsOf(found.relations) };
  }
  const ways = kpi.models.flatMap((model) => lacks.get(model) ?? []);
  return { kind: 'missing', model: kpi.models.slice(0, 1).join(''), reason: reasonFor(ways, asOf) };
}

/** A sentence that names the datasets that are missing, with every way to get along. */
export function reasonFor(missing: readonly (readonly string[])[], asOf: LocalDate): string {
  const ways = smallestWays(missing.map(datasetsOf));
  const [only = []] = ways;
  if (ways.length === 1) {
    const verb = only.length === 1 ? 'is' : 'are';
    return `needs ${only.join(' and ')}, which ${verb} not in the book as of ${asOf}`;
  }
  const choices = ways.map((datasets) => datasets.join(' with ')).join(' or ');
  return `needs ${choices}, none of which is in the book as of ${asOf}`;
}

function datasetsOf(relations: readonly string[]): string[] {
  return [...new Set(relations.map(datasetOfRelation))].toSorted();
}
