import { aggregate } from './aggregates.ts';
import { evaluate, type Scope } from './expressions.ts';
import type { Compile, Node } from './kusto-language.ts';
import { childOf, itemsOf, named, nameOf, refuse } from './nodes.ts';
import { compareValues, keyOf, NotRunnable, type Row } from './values.ts';

// Runs the part of KQL that our queries use, over rows in memory: the very text that is deployed, by the syntax tree
// of the real compiler. What it does not know it refuses, so that a query is never run by half.

export type World = {
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  /** Saved functions, by name. */
  readonly functions: Readonly<Record<string, string>>;
  readonly now: Date;
};

/** The rows that a query gives. Throws NotRunnable, also for one that does not compile. */
export function runQuery(query: string, world: World, compile: Compile): readonly Row[] {
  const { tree, findings } = compile(query, world.functions);
  if (findings.length > 0) throw new NotRunnable(findings.join('; '));
  const scope: Scope = {
    now: world.now,
    row: {},
    lets: new Map(),
    tabular: (node) => tableOf(node, scope, world, compile),
  };
  let rows: readonly Row[] = [];
  for (const statement of tree.children
    .filter(({ kind }) => kind === 'List')
    .flatMap(({ children }) => children)) {
    if (statement.kind === 'LetStatement') {
      const [, name, , value] = statement.children;
      scope.lets.set(nameOf(name), value ?? refuse(statement));
    } else if (statement.kind === 'ExpressionStatement') {
      rows = tableOf(childOf(statement, 0), scope, world, compile);
    } else refuse(statement);
  }
  return rows;
}

function tableOf(node: Node, scope: Scope, world: World, compile: Compile): readonly Row[] {
  const table = (inner: Node): readonly Row[] => tableOf(inner, scope, world, compile);
  switch (node.kind) {
    case 'PipeExpression': {
      const [source, , operator] = node.children;
      if (source === undefined || operator === undefined) return refuse(node);
      return applied(operator, table(source), scope, table);
    }
    case 'ParenthesizedExpression':
      return table(childOf(node, 1));
    case 'UnionOperator':
      return itemsOf(node).flatMap(table);
    case 'DataTableExpression':
      return dataTable(node, scope);
    case 'NameReference': {
      const name = nameOf(node);
      const named = scope.lets.get(name);
      if (named !== undefined) return table(named);
      const saved = world.functions[name];
      return saved === undefined ? (world.tables[name] ?? []) : runQuery(saved, world, compile);
    }
    default:
      return refuse(node);
  }
}

function applied(
  operator: Node,
  rows: readonly Row[],
  scope: Scope,
  table: (node: Node) => readonly Row[],
): readonly Row[] {
  const at = (row: Row) => (node: Node) => evaluate(node, { ...scope, row });
  switch (operator.kind) {
    case 'FilterOperator':
      return rows.filter((row) => at(row)(childOf(operator, -1)) === true);
    case 'ExtendOperator':
      return rows.map((row) => itemsOf(operator).reduce((wider, item) => extended(wider, item, scope), row));
    case 'ProjectOperator':
      return rows.map((row) => Object.fromEntries(itemsOf(operator).map((item) => named(item, at(row)))));
    case 'SummarizeOperator':
      return summarized(operator, rows, scope);
    case 'SortOperator':
      return sorted(operator, rows, scope);
    case 'TakeOperator':
      return rows.slice(0, Number(evaluate(childOf(operator, -1), scope)));
    case 'JoinOperator':
      return joined(operator, rows, table);
    case 'RenderOperator':
      return rows;
    default:
      return refuse(operator);
  }
}

function extended(row: Row, item: Node, scope: Scope): Row {
  const [name, value] = named(item, (node) => evaluate(node, { ...scope, row }));
  return { ...row, [name]: value };
}

function summarized(operator: Node, rows: readonly Row[], scope: Scope): readonly Row[] {
  const by = operator.children.find(({ kind }) => kind === 'SummarizeByClause');
  const aggregates = itemsOf({ ...operator, children: operator.children.filter((child) => child !== by) });
  const keyed = rows.map((row) => ({
    row,
    key: (by === undefined ? [] : itemsOf(by)).map((item) =>
      named(item, (node) => evaluate(node, { ...scope, row })),
    ),
  }));
  const groups = Map.groupBy(keyed, ({ key }) => key.map(([, value]) => keyOf(value)).join('\n'));
  // Without `by` there is one row, even of nothing.
  if (by === undefined && groups.size === 0) groups.set('', []);
  return [...groups.values()].map((group) => {
    const own = group.map(({ row }) => row);
    const results = aggregates.flatMap((item) => aggregate(item, own, scope));
    return Object.fromEntries([...(group[0]?.key ?? []), ...results]);
  });
}

function sorted(operator: Node, rows: readonly Row[], scope: Scope): readonly Row[] {
  const orders = itemsOf(operator).map((item) => {
    if (item.kind !== 'OrderedExpression') return { by: item, sign: -1 };
    const isAscending = JSON.stringify(item).includes('"AscKeyword"');
    return { by: childOf(item, 0), sign: isAscending ? 1 : -1 };
  });
  return rows.toSorted((a, b) => {
    for (const { by, sign } of orders) {
      const [left, right] = [evaluate(by, { ...scope, row: a }), evaluate(by, { ...scope, row: b })];
      const order = compareValues(left, right) ?? Number(left !== null) - Number(right !== null);
      if (order !== 0) return sign * order;
    }
    return 0;
  });
}

function joined(operator: Node, left: readonly Row[], table: (node: Node) => readonly Row[]): readonly Row[] {
  const kind = nameOf(
    operator.children.find(({ kind: own }) => own === 'List')?.children[0]?.children.at(-1),
  );
  const clause = operator.children.at(-1);
  const source = operator.children.at(-2);
  if (clause?.kind !== 'JoinOnClause' || source === undefined || !['inner', 'leftouter'].includes(kind))
    return refuse(operator);
  const columns = itemsOf(clause).map(nameOf);
  const key = (row: Row): string => columns.map((name) => keyOf(row[name] ?? null)).join('\n');
  const right = Map.groupBy(table(source), key);
  return left.flatMap((row) => {
    const partners = right.get(key(row)) ?? (kind === 'leftouter' ? [{}] : []);
    return partners.map((partner) => ({ ...partner, ...row }));
  });
}

function dataTable(node: Node, scope: Scope): readonly Row[] {
  const schema = node.children.find(({ kind }) => kind === 'RowSchema') ?? refuse(node);
  const names = itemsOf(schema).map((column) => nameOf(column.children[0]));
  const values = itemsOf(node).map((item) => evaluate(item, scope));
  return Array.from({ length: values.length / names.length }, (_, row) =>
    Object.fromEntries(names.map((name, column) => [name, values[row * names.length + column] ?? null])),
  );
}
