import { call } from './functions.ts';
import type { Node } from './kusto-language.ts';
import { argumentsOf, childOf, nameOf, refuse } from './nodes.ts';
import { compareValues, keyOf, type Row, Span, spanOf, textOf, type Value } from './values.ts';

export type Scope = {
  readonly now: Date;
  readonly row: Row;
  readonly lets: Map<string, Node>;
  readonly tabular: (node: Node) => readonly Row[];
};

/** What an expression comes to for one row. */
export function evaluate(node: Node, scope: Scope): Value {
  const of = (index: number): Value => evaluate(childOf(node, index), scope);
  switch (node.kind) {
    case 'ParenthesizedExpression':
    case 'DynamicExpression':
      return evaluate(childOf(node, node.kind === 'DynamicExpression' ? 2 : 1), scope);
    case 'JsonArrayExpression':
    case 'ExpressionList':
      return (node.children[1]?.children ?? []).map((item) => evaluate(item, scope));
    case 'NameReference':
      return named(nameOf(node), scope);
    case 'PathExpression': {
      const parent = of(0);
      const isObject = parent !== null && typeof parent === 'object' && !Array.isArray(parent);
      return isObject
        ? (Object.entries(parent).find(([key]) => key === nameOf(childOf(node, 2)))?.[1] ?? null)
        : null;
    }
    case 'ToScalarExpression': {
      const query = node.children.find(({ kind }) => kind === 'PipeExpression') ?? refuse(node);
      return Object.values(scope.tabular(query)[0] ?? {})[0] ?? null;
    }
    case 'FunctionCallExpression': {
      return call(nameOf(childOf(node, 0)), argumentsOf(node), (arg) => evaluate(arg, scope), scope.now);
    }
    case 'UnaryMinusExpression': {
      const value = of(1);
      return typeof value === 'number' ? -value : null;
    }
    case 'AndExpression':
      return of(0) === true && of(2) === true;
    case 'OrExpression':
      return of(0) === true || of(2) === true;
    case 'InExpression':
    case 'NotInExpression':
      return isAmong(of(0), of(2)) === (node.kind === 'InExpression');
    default:
      return node.kind.endsWith('LiteralExpression')
        ? literal(node)
        : binary(node, of(0), node.children.length > 2 ? of(2) : refuse(node));
  }
}

function named(name: string, scope: Scope): Value {
  if (Object.hasOwn(scope.row, name)) return scope.row[name] ?? null;
  const value = scope.lets.get(name);
  // A column of its row that this row does not have.
  return value === undefined ? null : evaluate(value, { ...scope, row: {} });
}

/** A list may be written out, or be one value that is a list. */
function isAmong(value: Value, list: Value): boolean {
  const items = Array.isArray(list) ? list.flat() : [list];
  return items.some((item) => keyOf(item) === keyOf(value));
}

function literal(node: Node): Value {
  const text = nameOf(node);
  switch (node.kind) {
    case 'StringLiteralExpression':
      return JSON.parse(text.startsWith("'") ? `"${text.slice(1, -1).replaceAll('"', '\\"')}"` : text);
    case 'LongLiteralExpression':
    case 'RealLiteralExpression':
      return Number(text);
    case 'BooleanLiteralExpression':
      return text === 'true';
    case 'TimespanLiteralExpression':
      return spanOf(text);
    default:
      return refuse(node);
  }
}

function binary(node: Node, left: Value, right: Value): Value {
  const lower = (value: Value): string => textOf(value).toLowerCase();
  const compared = (test: (order: number) => boolean): boolean => {
    const order = compareValues(left, right);
    return order !== undefined && test(order);
  };
  switch (node.kind) {
    case 'EqualExpression':
      return compared((order) => order === 0);
    case 'NotEqualExpression':
      return !compared((order) => order === 0);
    case 'LessThanExpression':
      return compared((order) => order < 0);
    case 'LessThanOrEqualExpression':
      return compared((order) => order <= 0);
    case 'GreaterThanExpression':
      return compared((order) => order > 0);
    case 'GreaterThanOrEqualExpression':
      return compared((order) => order >= 0);
    case 'EqualTildeExpression':
      return lower(left) === lower(right);
    case 'StartsWithExpression':
      return lower(left).startsWith(lower(right));
    case 'ContainsExpression':
      return lower(left).includes(lower(right));
    default:
      return arithmetic(node, left, right);
  }
}

function arithmetic(node: Node, left: Value, right: Value): Value {
  const a = amountOf(left);
  const b = amountOf(right);
  const result = calculated(node, a, b);
  if (result === undefined || Number.isNaN(result)) return null;
  if (node.type === 'datetime') return new Date(result);
  if (node.type === 'timespan') return new Span(result);
  if (node.type !== 'long' && node.type !== 'int') return result;
  return Number.isFinite(result) ? Math.trunc(result) : null;
}

function calculated(
  { kind, ...node }: Node,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  if (!['AddExpression', 'SubtractExpression', 'MultiplyExpression', 'DivideExpression'].includes(kind))
    return refuse({ kind, ...node });
  if (a === undefined || b === undefined) return undefined;
  if (kind === 'AddExpression') return a + b;
  if (kind === 'SubtractExpression') return a - b;
  return kind === 'MultiplyExpression' ? a * b : a / b;
}

function amountOf(value: Value): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (value instanceof Span) return value.ms;
  return typeof value === 'number' ? value : undefined;
}
