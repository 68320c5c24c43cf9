import type { ModelVariant } from './model-graph.ts';

// What the SQL of a model says of names, without understanding more of it than lists of columns: the models are written
// alike, and no part of a query but its lists gives a column its name.

export type NamesInSql = {
  /** For each column that some list of the model makes, the columns in the expressions that it is made by. */
  readonly definitions: ReadonlyMap<string, ReadonlySet<string>>;
  /** What stands before each column: a table's alias, or nothing. */
  readonly qualifiers: ReadonlyMap<string, ReadonlySet<string>>;
  /** What the model reads, by alias. A part of the model itself reads nothing by its own. */
  readonly relations: ReadonlyMap<string, readonly string[]>;
  /** Does a list take over columns that it does not name? */
  readonly hasStar: boolean;
};

const TOKEN = /[a-z_][a-z0-9_]*(?:\.(?:[a-z_][a-z0-9_]*|\*))?|[(){}[\],*]/g;

export function readNames({ sql, reads }: Pick<ModelVariant, 'sql' | 'reads'>): NamesInSql {
  const code = sql.replaceAll(/--.*|'(?:[^']|'')*'/g, ' ').toLowerCase();
  const tokens = code.match(TOKEN) ?? [];
  const qualifiers = new Map<string, Set<string>>();
  const relations = new Map<string, readonly string[]>();
  for (const [index, token] of tokens.entries()) {
    const [before, next, afterNext = token] = [tokens[index - 1], tokens[index + 1], tokens[index + 2]];
    if (before === 'from' || before === 'join') {
      const own = reads.includes(token) ? [token] : [];
      for (const name of new Set([token, next === 'as' ? afterNext : token]))
        relations.set(name, [...(relations.get(name) ?? []), ...own]);
    } else if (before !== 'as') {
      const [column = '', qualifier = ''] = token.split('.').toReversed();
      addTo(qualifiers, column, [qualifier]);
    }
  }
  const lists = columnLists(tokens);
  const definitions = new Map<string, Set<string>>();
  for (const { name, columns } of lists.flat()) addTo(definitions, name, columns);
  return { definitions, qualifiers, relations, hasStar: definitions.has('*') };
}

type NamedExpression = { readonly name: string; readonly columns: readonly string[] };

/** Of each SELECT; one that is united with another has the names of the first. */
function columnLists(tokens: readonly string[]): readonly (readonly NamedExpression[])[] {
  const lists: (readonly NamedExpression[])[] = [];
  /** Of the query that is open at each depth. */
  const first = new Map<number, readonly NamedExpression[]>();
  let depth = 0;
  let isUnited = false;
  for (const [index, token] of tokens.entries()) {
    if (OPENING.has(token)) first.delete((depth += 1));
    else if (CLOSING.has(token)) depth -= 1;
    else if (token === 'union') isUnited = true;
    else if (token === 'replace' && tokens[index - 1]?.endsWith('*') === true)
      // * REPLACE (a + b AS a)
      lists.push(expressionsFrom(index + 2, tokens).map(namedExpression));
    else if (token === 'select') {
      const named = expressionsFrom(index + 1, tokens).map(namedExpression);
      const names = isUnited ? first.get(depth) : undefined;
      isUnited = false;
      if (names === undefined) first.set(depth, named);
      lists.push(named.map(({ name, columns }, at) => ({ name: names?.[at]?.name ?? name, columns })));
    }
  }
  return lists;
}

/** What stands between the commas, up to the clause that follows the list. */
function expressionsFrom(start: number, tokens: readonly string[]): readonly (readonly string[])[] {
  const expressions: string[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(start)) {
    if (OPENING.has(token)) depth += 1;
    if (CLOSING.has(token)) depth -= 1;
    if (depth < 0 || (depth === 0 && CLAUSES.has(token))) break;
    if (depth === 0 && token === ',') expressions.push([]);
    else expressions.at(-1)?.push(token);
  }
  return expressions;
}

/** `expression AS name`, or a column under its own name. */
function namedExpression(tokens: readonly string[]): NamedExpression {
  const last = tokens.at(-1) ?? '';
  const isNamed = tokens.at(-2) === 'as';
  const isStar = !isNamed && tokens.some((token) => token === '*' || token.endsWith('.*'));
  return {
    name: isStar ? '*' : withoutTable(last),
    columns: (isNamed ? tokens.slice(0, -2) : tokens).map(withoutTable),
  };
}

function withoutTable(column: string): string {
  return column.replace(/^.*\./, '');
}

function addTo(sets: Map<string, Set<string>>, key: string, values: readonly string[]): void {
  sets.set(key, new Set([...(sets.get(key) ?? []), ...values]));
}

const OPENING: ReadonlySet<string> = new Set(['(', '[', '{']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}']);
const CLAUSES: ReadonlySet<string> = new Set([
  ...['from', 'where', 'group', 'having', 'window', 'qualify', 'order', 'limit'],
  ...['union', 'except', 'intersect'],
]);
