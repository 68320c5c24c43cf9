import type { Model, ModelVariant } from './model-graph.ts';
import { BOOK_RELATION, REPORT_RELATION } from './relations.ts';

// Which variant of each model a book can be computed with, and what it lacks for those that have none.

export type ResolvedModel = {
  readonly name: string;
  readonly variant: ModelVariant;
  /** Staged relations that are read through it, in name order. */
  readonly relations: readonly string[];
};

export type ResolvedModels = {
  /** Each after what it reads. */
  readonly ready: ReadonlyMap<string, ResolvedModel>;
  /** For a model that cannot be had: each way to get it, as the relations that are missing. */
  readonly lacks: ReadonlyMap<string, readonly (readonly string[])[]>;
};

/** More ways than that are not told apart: nobody reads them. */
const MOST_WAYS = 12;

export function resolveModels(models: readonly Model[], relations: ReadonlySet<string>): ResolvedModels {
  const ready = new Map<string, ResolvedModel>();
  const lacks = new Map<string, readonly (readonly string[])[]>();
  const known = new Set(models.map(({ name }) => name));
  const waysTo = (read: string): readonly (readonly string[])[] => {
    if (read === BOOK_RELATION || read === REPORT_RELATION || relations.has(read)) return [[]];
    return known.has(read) ? (ready.has(read) ? [[]] : (lacks.get(read) ?? [[read]])) : [[read]];
  };
  for (const { name, variants } of models) {
    const ways = variants.map((variant) => ({ variant, lacking: combined(variant.reads.map(waysTo)) }));
    const found = ways.find(({ lacking }) => lacking.some((way) => way.length === 0));
    if (found === undefined) {
      lacks.set(name, smallestWays(ways.flatMap(({ lacking }) => lacking)));
      continue;
    }
    const { variant } = found;
    const behind = variant.reads.flatMap(
      (read) => ready.get(read)?.relations ?? (relations.has(read) ? [read] : []),
    );
    ready.set(name, { name, variant, relations: [...new Set(behind)].toSorted() });
  }
  return { ready, lacks };
}

/** The models that these need, and they themselves, each after what it reads. */
export function withWhatTheyRead(
  names: readonly string[],
  ready: ReadonlyMap<string, ResolvedModel>,
): readonly ResolvedModel[] {
  const needed = new Set<string>();
  const visit = (name: string): void => {
    const model = ready.get(name);
    if (model === undefined || needed.has(name)) return;
    needed.add(name);
    model.variant.reads.forEach(visit);
  };
  names.forEach(visit);
  return [...ready.values()].filter(({ name }) => needed.has(name));
}

/** Drops a way that asks for all that another way asks for: it would only add to the shopping list. */
export function smallestWays(ways: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const unique = [...new Map(ways.map((way) => [way.join(), way])).values()];
  return unique
    .filter((way) =>
      unique.every((other) => other === way || !other.every((relation) => way.includes(relation))),
    )
    .slice(0, MOST_WAYS);
}

/** Every choice of one way for each thing that is read. */
function combined(reads: readonly (readonly (readonly string[])[])[]): readonly (readonly string[])[] {
  return reads.reduce<readonly (readonly string[])[]>(
    (all, ways) =>
      smallestWays(all.flatMap((one) => ways.map((way) => [...new Set([...one, ...way])].toSorted()))),
    [[]],
  );
}
