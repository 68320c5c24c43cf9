import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { TABLES } from './tables.ts';

// Microsoft's own compiler for KQL, which the portal uses as well. It checks queries against the schemas of the
// tables; it does not run them, but its syntax trees can be run: see run-query.ts.

export type Node = {
  /** As the compiler calls it: `FilterOperator`, `InExpression`. Lists have their elements as children, without commas. */
  readonly kind: string;
  /** Of a token. */
  readonly text: string;
  /** What an expression comes to: `long`, `string`, `datetime`. */
  readonly type: string;
  readonly children: readonly Node[];
};

export type Compiled = {
  readonly tree: Node;
  /** What the compiler says against it, each with the piece of text that it is about. */
  readonly findings: readonly string[];
  /** Columns of what it gives: `TimeGenerated:datetime`, `n:long`. */
  readonly columns: readonly string[];
};

/** Compiles a query; `functions` are saved ones by name, each with its query. */
export type Compile = (query: string, functions?: Readonly<Record<string, string>>) => Compiled;

type SyntaxNode = {
  readonly Kind: number;
  readonly Text?: string;
  readonly ChildCount: number;
  readonly ResultType?: { readonly Name: string } | null;
  GetChild(index: number): SyntaxNode | null;
};
type Code = {
  readonly Syntax: SyntaxNode;
  readonly ResultType?: { readonly Columns?: unknown } | null;
  GetDiagnostics(): { Count: number; getItem(index: number): Diagnostic };
};
type Diagnostic = { readonly Message: string; readonly Start: number; readonly Length: number };

let compiler: Promise<Compile> | undefined;

/** Loaded once for each process: that takes a second. */
export function kqlCompiler(): Promise<Compile> {
  compiler ??= load();
  return compiler;
}

async function load(): Promise<Compile> {
  // It makes global names, once for all test files that this process runs.
  if (runInThisContext('typeof Kusto') === 'undefined') {
    const folder = dirname(
      createRequire(import.meta.url).resolve('@kusto/language-service-next/package.json'),
    );
    for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js'])
      runInThisContext(readFileSync(join(folder, file), 'utf8'), { filename: file });
    // Its classes are ready a tick later.
    await setImmediate();
  }
  const kusto = runInThisContext('Kusto.Language');
  const nameOfKind = runInThisContext(
    '(kind) => System.Enum.toString(Kusto.Language.Syntax.SyntaxKind, kind)',
  );
  const listed: (list: unknown) => readonly { Name: string; Type: { Name: string } }[] = runInThisContext(
    '(list) => Array.from({ length: System.Array.getCount(list) }, (_, index) => System.Array.getItem(list, index))',
  );
  const columnsOf = ({ ResultType }: Code): string[] =>
    ResultType?.Columns == null
      ? []
      : listed(ResultType.Columns).map(({ Name, Type }) => `${Name}:${Type.Name}`);
  const table = (name: string, schema: string): unknown =>
    kusto.Symbols.TableSymbol.From(schema).WithName(name);
  const tables = Object.entries(TABLES).map(([name, schema]) => table(name, schema));

  const parse = (query: string, more: readonly unknown[]): Code => {
    const database = new kusto.Symbols.DatabaseSymbol.$ctor1('db', [...tables, ...more]);
    return kusto.KustoCode.ParseAndAnalyze(query, kusto.GlobalState.Default.WithDatabase(database));
  };
  const schemas = new Map<string, unknown>();
  const done = new Map<string, Compiled>();
  const compiled = (query: string, functions: Readonly<Record<string, string>>): Compiled => {
    const saved = Object.entries(functions).map(([name, body]) => {
      const symbol = schemas.get(body) ?? table(name, `(${columnsOf(parse(body, [])).join(', ')})`);
      schemas.set(body, symbol);
      return symbol;
    });
    const code = parse(query, saved);
    const found = code.GetDiagnostics();
    const findings = Array.from({ length: found.Count }, (_, index) => {
      const { Message, Start, Length } = found.getItem(index);
      return `${Message} (${JSON.stringify(query.slice(Start, Start + Length))})`;
    });
    return { tree: plain(code.Syntax, nameOfKind), findings, columns: columnsOf(code) };
  };
  return (query, functions = {}) => {
    const key = JSON.stringify([query, functions]);
    const known = done.get(key) ?? compiled(query, functions);
    done.set(key, known);
    return known;
  };
}

function plain(node: SyntaxNode, nameOfKind: (kind: number) => string): Node {
  const children: Node[] = [];
  for (let index = 0; index < node.ChildCount; index++) {
    const child = node.GetChild(index);
    if (child === null) continue;
    const element = nameOfKind(child.Kind) === 'SeparatedElement' ? child.GetChild(0) : child;
    if (element !== null) children.push(plain(element, nameOfKind));
  }
  return { kind: nameOfKind(node.Kind), text: node.Text ?? '', type: node.ResultType?.Name ?? '', children };
}
