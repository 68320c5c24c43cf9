import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';
import type { BicepFile, Declaration, Decorator, Expression, Property } from './syntax.ts';

// Bicep text -> what it says. There is no Bicep compiler to be had with npm, so the grammar of tree-sitter reads it.
// What it cannot read, or what this file does not know, is refused: templates keep to the subset.

export class NotReadable extends Error {
  override readonly name = 'NotReadable';
  constructor(path: string, line: number, what: string) {
    super(`${path}:${line} ${what}`);
  }
}

export type BicepReader = (path: string, text: string) => BicepFile;

/** Loads the grammar, which is WebAssembly. */
export async function bicepReader(): Promise<BicepReader> {
  const require = createRequire(import.meta.url);
  await Parser.init();
  const parser = new Parser();
  const folder = dirname(require.resolve('tree-sitter-bicep/package.json'));
  parser.setLanguage(await Language.load(readFileSync(join(folder, 'tree-sitter-bicep.wasm'))));
  return (path, text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new NotReadable(path, 1, 'cannot be parsed');
    try {
      return fileOf(path, tree.rootNode);
    } finally {
      tree.delete();
    }
  };
}

const lineOf = (node: Node): number => node.startPosition.row + 1;
const parts = (node: Node): Node[] =>
  node.namedChildren.filter((child) => child !== null && child.type !== 'comment');

function fileOf(path: string, root: Node): BicepFile {
  const wrong = root.hasError ? firstError(root) : undefined;
  if (wrong !== undefined) throw new NotReadable(path, lineOf(wrong), 'is not Bicep that can be read here');
  const file = {
    path,
    scope: 'resourceGroup',
    parameters: [] as BicepFile['parameters'][number][],
    variables: [] as BicepFile['variables'][number][],
    resources: [] as BicepFile['resources'][number][],
    modules: [] as BicepFile['modules'][number][],
    outputs: [] as BicepFile['outputs'][number][],
  };
  const reader = new ExpressionReader(path);
  let decorators: Decorator[] = [];
  for (const node of parts(root)) {
    if (node.type === 'decorators') {
      decorators = parts(node).map((decorator) => reader.decorator(decorator));
      continue;
    }
    const [first, second, third] = parts(node);
    if (node.type === 'target_scope_assignment') {
      file.scope = reader.plainText(first);
      continue;
    }
    const declared: Declaration = { name: first?.text ?? '', decorators, line: lineOf(node) };
    decorators = [];
    const value = (): Expression => reader.expression(parts(node).at(-1));
    switch (node.type) {
      case 'parameter_declaration': {
        const initial = third === undefined ? undefined : reader.expression(third);
        file.parameters.push({ ...declared, type: second?.text ?? '', initial });
        break;
      }
      case 'variable_declaration':
        file.variables.push({ ...declared, value: value() });
        break;
      case 'output_declaration':
        file.outputs.push({ ...declared, type: second?.text ?? '', value: value() });
        break;
      case 'module_declaration':
        file.modules.push({
          ...declared,
          path: normalize(join(dirname(path), reader.plainText(second))),
          value: value(),
        });
        break;
      case 'resource_declaration': {
        const [type = '', version = ''] = reader.plainText(second).split('@');
        const isExisting = node.children.some((child) => child?.type === 'existing');
        file.resources.push({ ...declared, type, version, isExisting, value: value() });
        break;
      }
      default:
        throw new NotReadable(path, lineOf(node), `${node.type} is not used in these templates`);
    }
  }
  return file;
}

function firstError(node: Node): Node {
  const inside = node.children.find((child) => child !== null && (child.hasError || child.isMissing));
  return inside === undefined || inside === null || node.isError ? node : firstError(inside);
}

class ExpressionReader {
  readonly #path: string;
  constructor(path: string) {
    this.#path = path;
  }

  decorator(node: Node): Decorator {
    const call = this.expression(parts(node)[0]);
    if (call.kind !== 'call') throw this.#unknown(node);
    return { name: call.name, args: call.args };
  }

  plainText(node: Node | undefined): string {
    const expression = node && this.expression(node);
    if (expression?.kind === 'literal' && typeof expression.value === 'string') return expression.value;
    throw new NotReadable(this.#path, node === undefined ? 1 : lineOf(node), 'a plain text is expected');
  }

  expression(node: Node | undefined): Expression {
    if (node === undefined) throw new NotReadable(this.#path, 1, 'an expression is expected');
    const line = lineOf(node);
    const children = parts(node);
    const [first, second, third] = children;
    switch (node.type) {
      case 'string':
        return this.#string(node);
      case 'number':
        return { kind: 'literal', value: Number(node.text), line };
      case 'boolean':
        return { kind: 'literal', value: node.text === 'true', line };
      case 'null':
        return { kind: 'literal', value: null, line };
      case 'object':
        return { kind: 'object', properties: children.map((child) => this.#property(child)), line };
      case 'array':
        return { kind: 'array', items: children.map((child) => this.expression(child)), line };
      case 'identifier':
        return { kind: 'name', name: node.text, line };
      case 'member_expression':
        return { kind: 'member', of: this.expression(first), property: second?.text ?? '', line };
      case 'subscript_expression':
        return { kind: 'index', of: this.expression(first), index: this.expression(second), line };
      case 'call_expression':
        return this.#call(node);
      case 'ternary_expression': {
        const [test, yes, no] = [first, second, third].map((part) => this.expression(part));
        if (test === undefined || yes === undefined || no === undefined) throw this.#unknown(node);
        return { kind: 'choice', test, yes, no, line };
      }
      case 'binary_expression':
      case 'unary_expression':
        return { kind: 'operation', operands: children.map((child) => this.expression(child)), line };
      case 'parenthesized_expression':
        return this.expression(first);
      case 'if_statement':
        return { kind: 'condition', test: this.expression(first), body: this.expression(second), line };
      case 'for_statement': {
        const variables = first?.type === 'for_loop_parameters' ? parts(first) : [first];
        return {
          kind: 'loop',
          variables: variables.map((variable) => variable?.text ?? ''),
          over: this.expression(second),
          body: this.expression(third),
          line,
        };
      }
      default:
        throw this.#unknown(node);
    }
  }

  #string(node: Node): Expression {
    const line = lineOf(node);
    if (node.text.startsWith("'''")) return { kind: 'literal', value: node.text.slice(3, -3), line };
    const pieces = parts(node).map((part): Expression => {
      if (part.type === 'interpolation') return this.expression(parts(part)[0]);
      const value = part.type === 'escape_sequence' ? part.text.replace(/^\\/, '') : part.text;
      return { kind: 'literal', value, line };
    });
    if (pieces.every((piece) => piece.kind === 'literal' && typeof piece.value === 'string'))
      return {
        kind: 'literal',
        value: pieces.map((piece) => (piece.kind === 'literal' ? piece.value : '')).join(''),
        line,
      };
    return { kind: 'text', parts: pieces, line };
  }

  #property(node: Node): Property {
    const [key, value] = parts(node);
    if (node.type !== 'object_property' || key === undefined) throw this.#unknown(node);
    const name = key.type === 'string' ? this.#string(key) : undefined;
    const known = name === undefined ? key.text : name.kind === 'literal' ? String(name.value) : undefined;
    return { key: known, value: this.expression(value), line: lineOf(node) };
  }

  #call(node: Node): Expression {
    const [called, args] = parts(node);
    const values = args === undefined ? [] : parts(args).map((arg) => this.expression(arg));
    const target = called && this.expression(called);
    if (target?.kind === 'name')
      return { kind: 'call', name: target.name, of: undefined, args: values, line: lineOf(node) };
    if (target?.kind === 'member')
      return { kind: 'call', name: target.property, of: target.of, args: values, line: lineOf(node) };
    throw this.#unknown(node);
  }

  #unknown(node: Node): NotReadable {
    return new NotReadable(this.#path, lineOf(node), `${node.type} is not used in these templates`);
  }
}
