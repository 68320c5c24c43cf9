import { evaluate, type Scope } from './expressions.ts';
import type { Node } from './kusto-language.ts';
import { argumentsOf, named, nameOf, refuse } from './nodes.ts';
import { compareValues, keyOf, numberOf, type Row, type Value } from './values.ts';

/** One item of `summarize`: one column, or several for `arg_max`. */
export function aggregate(
  item: Node,
  rows: readonly Row[],
  scope: Scope,
): readonly (readonly [string, Value])[] {
  const at = (row: Row) => (node: Node) => evaluate(node, { ...scope, row });
  const own = item.kind === 'FunctionCallExpression' ? nameOf(item.children[0]) : '';
  if (own === 'arg_max') {
    const columns = argumentsOf(item);
    const by = columns[0] ?? refuse(item);
    const newest = extreme(rows, (row) => at(row)(by), 1);
    return columns.map((node) => [nameOf(node), newest ? at(newest)(node) : null]);
  }
  // Without a name of its own, as in `summarize min(TimeGenerated)`.
  if (own !== '') return [[`${own}_${nameOf(argumentsOf(item)[0])}`, calculated(item, rows, scope)]];
  return [named(item, (node) => calculated(node, rows, scope))];
}

/** A calculation with aggregates: each is worked out first, and stands in it like a column. */
function calculated(node: Node, rows: readonly Row[], scope: Scope): Value {
  const row: Record<string, Value> = {};
  const replaced = (part: Node): Node => {
    const value = part.kind === 'FunctionCallExpression' ? AGGREGATES[nameOf(part.children[0])] : undefined;
    if (value === undefined) return { ...part, children: part.children.map(replaced) };
    const name = `#${Object.keys(row).length}`;
    const of = (index: number) => (own: Row) =>
      evaluate(argumentsOf(part)[index] ?? refuse(part), { ...scope, row: own });
    row[name] = value(rows, of);
    return { kind: 'NameReference', text: name, type: part.type, children: [] };
  };
  return evaluate(replaced(node), { ...scope, row });
}

type Of = (index: number) => (row: Row) => Value;

const AGGREGATES: Readonly<Record<string, (rows: readonly Row[], of: Of) => Value>> = {
  count: (rows) => rows.length,
  countif: (rows, of) => rows.filter((row) => of(0)(row) === true).length,
  dcount: (rows, of) => new Set(rows.map((row) => keyOf(of(0)(row)))).size,
  sum: (rows, of) => sum(numbers(rows, of)),
  sumif: (rows, of) =>
    sum(
      numbers(
        rows.filter((row) => of(1)(row) === true),
        of,
      ),
    ),
  avg: (rows, of) => mean(numbers(rows, of)),
  max: (rows, of) => valueAt(extreme(rows, of(0), 1), of),
  min: (rows, of) => valueAt(extreme(rows, of(0), -1), of),
  percentile: (rows, of) => {
    const values = numbers(rows, of).toSorted((a, b) => a - b);
    const share = (numberOf(of(1)({})) ?? 0) / 100;
    return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null;
  },
};

function numbers(rows: readonly Row[], of: Of): readonly number[] {
  return rows.flatMap((row) => numberOf(of(0)(row)) ?? []);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

function valueAt(row: Row | undefined, of: Of): Value {
  return row === undefined ? null : of(0)(row);
}

function extreme(rows: readonly Row[], of: (row: Row) => Value, sign: 1 | -1): Row | undefined {
  let best: Row | undefined;
  for (const row of rows) {
    if (of(row) === null) continue;
    if (best === undefined || sign * (compareValues(of(row), of(best)) ?? 0) > 0) best = row;
  }
  return best;
}
