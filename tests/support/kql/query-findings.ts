import { EVENT_NAMES } from '../../../shared/ports/log.ts';
import { sourceFiles } from '../source-files.ts';
import type { Compile, Node } from './kusto-language.ts';
import { nameOf } from './nodes.ts';

/** What is wrong with a query: by the compiler, and by what the code logs. */
export function queryFindings(
  query: string,
  functions: Readonly<Record<string, string>>,
  compile: Compile,
): readonly string[] {
  const { tree, findings } = compile(query, functions);
  const nodes = all(tree);
  const quoted = nodes.filter(({ kind }) => kind === 'StringLiteralExpression').map(textOf);
  const events = quoted.filter((text) => /^[a-z]+\.[a-z]+$/.test(text));
  const declared: readonly string[] = EVENT_NAMES;
  return [
    ...findings,
    ...events.filter((name) => !declared.includes(name)).map((name) => `${name} is no event`),
    ...propertiesIn(nodes)
      .filter((name) => !loggedFields().has(name))
      .map((name) => `nothing logs ${name}`),
    ...nodes.filter(isNameNotCompared).map((node) => `${nameOf(node)} compares a name with no event`),
  ];
}

/** `Properties.x`. */
function propertiesIn(nodes: readonly Node[]): readonly string[] {
  return nodes
    .filter(({ kind, children }) => kind === 'PathExpression' && nameOf(children[0]) === 'Properties')
    .map(({ children }) => nameOf(children[2]));
}

/** `Name == "run_failed"`: an event has another look, so that the check above does not see it. */
function isNameNotCompared({ kind, children }: Node): boolean {
  if (nameOf(children[0]) !== 'Name' || !['EqualExpression', 'InExpression'].includes(kind)) return false;
  const names = all(children[2] ?? { kind: '', text: '', type: '', children: [] })
    .filter((node) => node.kind === 'StringLiteralExpression')
    .map(textOf);
  return names.some((name) => !/^[a-z]+\.[a-z]+$/.test(name));
}

function all(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(all)];
}

function textOf(node: Node): string {
  return nameOf(node).slice(1, -1);
}

let logged: ReadonlySet<string> | undefined;

/** Names of fields in the files that log, and in those that say what is logged. */
export function loggedFields(): ReadonlySet<string> {
  logged ??= new Set(
    sourceFiles('functions', 'shared')
      .filter(
        ({ path, text }) => /\blog\.(?:debug|info|warn|error)\(|\blog\[/.test(text) || FACTS.includes(path),
      )
      .flatMap(({ text }) => [...text.matchAll(/\b([a-z]\w*)\b(?=\s*[:,}])/g)].map(([, word = '']) => word)),
  );
  return logged;
}

const FACTS = ['functions/invocation-log.ts', 'shared/runs/run-facts.ts', 'shared/runs/run-record.ts'];
