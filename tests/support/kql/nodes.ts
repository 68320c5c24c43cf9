import type { Node } from './kusto-language.ts';
import { NotRunnable, type Value } from './values.ts';

// Finding one's way in a syntax tree.

export function refuse(node: Node): never {
  throw new NotRunnable(`${node.kind} ${nameOf(node)}`);
}

/** All tokens below a node: the name, for a name. */
export function nameOf(node: Node | undefined): string {
  if (node === undefined) return '';
  return node.children.length === 0 ? node.text : node.children.map(nameOf).join('');
}

export function childOf(node: Node, index: number): Node {
  return node.children.at(index) ?? refuse(node);
}

export function argumentsOf(call: Node): readonly Node[] {
  return call.children[1]?.children[1]?.children ?? [];
}

/** The elements of the last list among the children: what an operator works with. */
export function itemsOf(node: Node): readonly Node[] {
  return node.children.findLast(({ kind }) => kind === 'List')?.children ?? refuse(node);
}

/** `a = b + 1`, or a column under its own name. */
export function named(item: Node, value: (node: Node) => Value): readonly [string, Value] {
  if (item.kind === 'NameReference') return [nameOf(item), value(item)];
  return item.kind === 'SimpleNamedExpression'
    ? [nameOf(item.children[0]), value(childOf(item, -1))]
    : refuse(item);
}
