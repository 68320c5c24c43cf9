import { dirname, join, normalize } from 'node:path';
import { possibleValues } from './possible-values.ts';
import { type BicepFile, type Expression, expressionsOf, partsOf } from './syntax.ts';
import type { Finding, Templates } from './templates.ts';

// Every name is declared once, and whatever is declared is used; every file that is loaded is there.

const FUNCTIONS = new Set(
  [
    'any array base64 bool cidrSubnet coalesce concat contains empty endsWith environment extensionResourceId first flatten',
    'format guid indexOf int intersection items join json last length listKeys loadJsonContent loadTextContent max min',
    'padLeft parseCidr range replace reference resourceGroup resourceId skip split startsWith string subscription',
    'subscriptionResourceId substring take tenant toLower toObject toUpper trim union uniqueString uri uriComponent utcNow',
    'createArray deployment',
  ].flatMap((line) => line.split(' ')),
);
const DECORATORS = new Set([
  ...['allowed', 'batchSize', 'description', 'export', 'maxLength', 'maxValue', 'metadata', 'minLength'],
  ...['minValue', 'secure'],
]);
const TYPES = new Set(['string', 'int', 'bool', 'object', 'array']);
const LOADERS = new Set(['loadJsonContent', 'loadTextContent']);

export function nameFindings(templates: Templates): Finding[] {
  return [...templates.files.values()].flatMap((file) => [
    ...declarationFindings(file),
    ...useFindings(file, templates),
  ]);
}

const declarationsOf = (file: BicepFile) => [
  ...file.parameters,
  ...file.variables,
  ...file.resources,
  ...file.modules,
];

function declarationFindings(file: BicepFile): Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const { name, line } of declarationsOf(file)) {
    if (seen.has(name)) found.push(`${file.path}:${line} ${name} is declared twice`);
    seen.add(name);
  }
  for (const { name, type, line } of [...file.parameters, ...file.outputs])
    if (!TYPES.has(type)) found.push(`${file.path}:${line} ${name} has no type of Bicep: ${type}`);
  for (const { name, decorators, line } of [...declarationsOf(file), ...file.outputs])
    for (const decorator of decorators)
      if (!DECORATORS.has(decorator.name))
        found.push(`${file.path}:${line} ${name} has an unknown decorator: ${decorator.name}`);
  return found;
}

function useFindings(file: BicepFile, templates: Templates): Finding[] {
  const found: Finding[] = [];
  const declared = new Set(declarationsOf(file).map(({ name }) => name));
  const used = new Set<string>();
  const look = (expression: Expression, known: ReadonlySet<string>): void => {
    const here = `${file.path}:${expression.line}`;
    if (expression.kind === 'name') {
      used.add(expression.name);
      if (!known.has(expression.name)) found.push(`${here} ${expression.name} is not declared`);
    }
    if (expression.kind === 'call' && expression.of === undefined) {
      if (!FUNCTIONS.has(expression.name)) found.push(`${here} ${expression.name} is no function`);
      const [path] = expression.args;
      if (LOADERS.has(expression.name) && path?.kind === 'literal') {
        const target = normalize(join(dirname(file.path), String(path.value)));
        if (!templates.data.has(target)) found.push(`${here} there is no file ${target}`);
      }
    }
    if (expression.kind === 'member' && isMissing(expression, file, templates))
      found.push(`${here} ${expression.property} is not in every environment of the JSON that is loaded`);
    const inside = expression.kind === 'loop' ? new Set([...known, ...expression.variables]) : known;
    for (const part of partsOf(expression)) look(part, inside);
  };
  for (const { expression } of expressionsOf(file)) look(expression, declared);
  for (const { name, line } of [...file.parameters, ...file.variables])
    if (!used.has(name)) found.push(`${file.path}:${line} ${name} is declared and never used`);
  return found;
}

/** Whether JSON that is loaded lacks a property, at least for one environment. */
function isMissing(
  expression: Extract<Expression, { kind: 'member' }>,
  file: BicepFile,
  templates: Templates,
): boolean {
  return possibleValues(expression, file, templates)?.includes(undefined) === true;
}
