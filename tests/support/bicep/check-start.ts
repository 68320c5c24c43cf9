import { at, type BicepFile, bodyOf, type Expression, partsOf } from './syntax.ts';
import type { Finding, Templates } from './templates.ts';

// Azure wants to know before it begins how many of each there will be and what they are called: names, loops and
// conditions may not depend on what other resources turn out to be.

/** What is known of a resource before it is there. */
const KNOWN_EARLY = new Set(['id', 'name', 'type', 'apiVersion']);

export function startFindings({ files }: Templates): Finding[] {
  return [...files.values()].flatMap((file) =>
    [...file.resources, ...file.modules].flatMap(({ name, value, line }) => {
      const early: (readonly [string, Expression | undefined])[] = [
        ...wrappersOf(value),
        ['name', at(bodyOf(value), 'name')],
        ['scope', at(bodyOf(value), 'scope')],
      ];
      return early
        .filter(([, expression]) => expression !== undefined && isLate(expression, file))
        .map(([what]) => `${file.path}:${line} the ${what} of ${name} is not known at the start`);
    }),
  );
}

function wrappersOf(expression: Expression): (readonly [string, Expression])[] {
  if (expression.kind === 'loop') return [['loop', expression.over], ...wrappersOf(expression.body)];
  if (expression.kind === 'condition')
    return [['condition', expression.test], ...wrappersOf(expression.body)];
  return [];
}

function isLate(expression: Expression, file: BicepFile): boolean {
  if (expression.kind === 'name') {
    const variable = file.variables.find(({ name }) => name === expression.name);
    return variable !== undefined && isLate(variable.value, file);
  }
  if (expression.kind === 'call' && (expression.name === 'reference' || expression.name.startsWith('list')))
    return true;
  if (expression.kind === 'member' && expression.of.kind === 'name') {
    const { name } = expression.of;
    const isThing = [...file.resources, ...file.modules].some((thing) => thing.name === name);
    if (isThing && !KNOWN_EARLY.has(expression.property)) return true;
  }
  return partsOf(expression).some((part) => isLate(part, file));
}
