import type { LocalDate } from '../domain/local-date.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import { type Model, relationsBehind } from './model-graph.ts';
import { datasetOfRelation } from './relations.ts';

export type ModelChoice =
  | { readonly kind: 'readable'; readonly model: string; readonly inputs: readonly string[] }
  /** `model` is the one that would have been read first. */
  | { readonly kind: 'missing'; readonly model: string; readonly reason: string };

/** The first model of the KPI whose inputs are all in the book, or a sentence that names what is missing. */
export function chooseModel(
  kpi: KpiDefinition,
  models: readonly Model[],
  book: { readonly relations: ReadonlySet<string>; readonly asOf: LocalDate },
): ModelChoice {
  const lacks: string[][] = [];
  for (const model of kpi.models) {
    const needed = relationsBehind(model, models);
    const missing = needed.filter((relation) => !book.relations.has(relation));
    if (missing.length === 0) return { kind: 'readable', model, inputs: datasetsOf(needed) };
    lacks.push(datasetsOf(missing));
  }
  return { kind: 'missing', model: kpi.models.slice(0, 1).join(''), reason: reasonFor(lacks, book.asOf) };
}

function datasetsOf(relations: readonly string[]): string[] {
  return [...new Set(relations.map(datasetOfRelation))].toSorted();
}

function reasonFor(lacks: readonly string[][], asOf: LocalDate): string {
  const ways = smallestWays(lacks);
  const [only = []] = ways;
  if (ways.length === 1) {
    const verb = only.length === 1 ? 'is' : 'are';
    return `needs ${only.join(' and ')}, which ${verb} not in the book as of ${asOf}`;
  }
  const choices = ways.map((datasets) => datasets.join(' with ')).join(' or ');
  return `needs ${choices}, none of which is in the book as of ${asOf}`;
}

/** Drops a way that asks for all that another way asks for: it would only add to the shopping list. */
function smallestWays(lacks: readonly string[][]): readonly string[][] {
  const unique = [...new Map(lacks.map((datasets) => [datasets.join(), datasets])).values()];
  return unique.filter((way) =>
    unique.every((other) => other === way || !other.every((dataset) => way.includes(dataset))),
  );
}
