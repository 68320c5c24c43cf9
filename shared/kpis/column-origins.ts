import type { ComputableKpi } from './kpi-definition.ts';
import type { ModelVariant } from './model-graph.ts';
import { type NamesInSql, readNames } from './names-in-sql.ts';
import type { ResolvedModels } from './resolved-models.ts';

// Which staged columns a KPI is made from, as far as the names in definitions and models tell: from the columns that its
// measures add up or compare, back through every `expression AS name` to the files. Columns that only join or filter rows
// within a model are not followed. A name that means two things in one model stands for both: rather a column too many
// than one too few.

/** A column of the relation that a staged file becomes. */
export type ColumnOrigin = { readonly relation: string; readonly column: string };

/** Staged relations and the columns that they have. */
export type StagedColumns = ReadonlyMap<string, ReadonlySet<string>>;

/** In name order. None for a KPI that counts rows whatever is in them. */
export function columnOrigins(
  kpi: Pick<ComputableKpi, 'measures'>,
  model: string,
  { ready }: Pick<ResolvedModels, 'ready'>,
  staged: StagedColumns,
): readonly ColumnOrigin[] {
  const found = new Map<string, ColumnOrigin>();
  const seen = new Set<string>();
  const follow = (relation: string, column: string): void => {
    const key = `${relation}.${column}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (staged.get(relation)?.has(column) === true) found.set(key, { relation, column });
    const variant = ready.get(relation)?.variant;
    if (variant === undefined) return;
    for (const source of sourcesOf(column, variant)) follow(source.relation, source.column);
  };
  for (const column of Object.values(kpi.measures).flatMap(columnsOf)) follow(model, column);
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, origin]) => origin);
}

function columnsOf(measure: ComputableKpi['measures'][string]): readonly string[] {
  return [...('sum' in measure ? [measure.sum] : []), ...(measure.where?.match(/[a-z_][a-z0-9_]*/g) ?? [])];
}

/** What a model's column may come from in the models and relations that it reads. */
function sourcesOf(column: string, variant: ModelVariant): readonly ColumnOrigin[] {
  const { definitions, qualifiers, relations, hasStar } = namesIn(variant);
  const names = new Set([column]);
  // A set that grows is walked to its end.
  for (const name of names) for (const part of definitions.get(name) ?? []) names.add(part);
  return [...names].flatMap((name) => {
    const own = [...(qualifiers.get(name) ?? [])];
    // Without a table before it, it may be of any.
    const isOfAny = hasStar || own.some((qualifier) => !relations.has(qualifier));
    const read = isOfAny ? variant.reads : own.flatMap((qualifier) => relations.get(qualifier) ?? []);
    return read.map((relation) => ({ relation, column: name }));
  });
}

const known = new WeakMap<ModelVariant, NamesInSql>();

function namesIn(variant: ModelVariant): NamesInSql {
  const names = known.get(variant) ?? readNames(variant);
  known.set(variant, names);
  return names;
}
