import { BOOK_RELATION, REPORT_RELATION, STAGED_RELATIONS } from './relations.ts';

// Which model reads which. Dependencies are found in the SQL itself, so there is no second list to forget.

/** One way to make a model: `int_x.2_rebuilt.sql` is the second variant of `int_x`. */
export type ModelVariant = {
  /** Name of the file without its ending. */
  readonly file: string;
  readonly sql: string;
  /** Models and relations that the SQL names, in name order. */
  readonly reads: readonly string[];
  /** Its header says `-- Stored: why`: it becomes a table and not a view. */
  readonly isStored: boolean;
};

export type Model = {
  readonly name: string;
  /** The first whose inputs are in the book is taken; they have the same columns. */
  readonly variants: readonly ModelVariant[];
  /** What any variant reads, in name order. */
  readonly reads: readonly string[];
};

/** Models need each other in a circle. */
export class ModelCycle extends Error {
  override readonly name = 'ModelCycle';
}

/** The models with what they read, each after everything it reads; models that are free to swap go by name. */
export function orderModels(sources: readonly { name: string; sql: string }[]): readonly Model[] {
  const files = sources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Set(files.map(({ name }) => modelOf(name)));
  const known = new Set([...STAGED_RELATIONS, BOOK_RELATION, REPORT_RELATION, ...names]);
  const models = new Map(
    [...Map.groupBy(files, ({ name }) => modelOf(name))].map(([name, own]) => {
      const variants = own.map(({ name: file, sql }) => ({
        file,
        sql,
        reads: namesIn(sql, known),
        isStored: /^-- Stored: /m.test(sql),
      }));
      return [name, { name, variants, reads: inNameOrder(variants.flatMap(({ reads }) => reads)) }];
    }),
  );
  const ordered = new Map<string, Model>();
  const visit = (name: string, path: readonly string[]) => {
    const model = models.get(name);
    if (!model || ordered.has(name)) return;
    if (path.includes(name)) throw new ModelCycle(`models read each other: ${[...path, name].join(' -> ')}`);
    for (const read of model.reads) visit(read, [...path, name]);
    ordered.set(name, model);
  };
  for (const name of models.keys()) visit(name, []);
  return [...ordered.values()];
}

const relationsOf = new WeakMap<readonly Model[], ReadonlyMap<string, readonly string[]>>();

/** Staged relations that the model may read, directly or through other models, in name order. */
export function relationsBehind(name: string, models: readonly Model[]): readonly string[] {
  const known = relationsOf.get(models) ?? relationsOfEach(models);
  relationsOf.set(models, known);
  return known.get(name) ?? (STAGED_RELATIONS.includes(name) ? [name] : []);
}

/** Models come after what they read. */
function relationsOfEach(models: readonly Model[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { name, reads } of models) {
    const behind = reads.flatMap(
      (read) => found.get(read) ?? (STAGED_RELATIONS.includes(read) ? [read] : []),
    );
    found.set(name, inNameOrder(behind));
  }
  return found;
}

function modelOf(file: string): string {
  return file.replace(/\..*$/, '');
}

function namesIn(sql: string, known: ReadonlySet<string>): readonly string[] {
  const code = sql.replaceAll(/--.*|'(?:[^']|'')*'/g, ' ');
  const words = Array.from(code.toLowerCase().matchAll(/[a-z_][a-z0-9_]*/g), ([word]) => word);
  return inNameOrder(words.filter((word) => known.has(word)));
}

function inNameOrder(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
