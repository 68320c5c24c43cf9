import { possibleValues } from './possible-values.ts';
import type { BicepFile, Expression } from './syntax.ts';
import type { Templates } from './templates.ts';

export type BicepType = 'string' | 'int' | 'bool' | 'object' | 'array';

const OF_FUNCTIONS: Readonly<Record<string, BicepType>> = {
  concat: 'array',
  empty: 'bool',
  format: 'string',
  guid: 'string',
  items: 'array',
  length: 'int',
  loadTextContent: 'string',
  replace: 'string',
  resourceId: 'string',
  split: 'array',
  subscriptionResourceId: 'string',
  toLower: 'string',
  uniqueString: 'string',
};

/** The types that an expression can have, as far as they are known; nothing is known of the rest. */
export function typeOf(expression: Expression, file: BicepFile, templates: Templates): BicepType[] {
  switch (expression.kind) {
    case 'text':
      return ['string'];
    case 'object':
      return ['object'];
    case 'array':
      return ['array'];
    case 'loop':
      return ['array'];
    case 'choice':
      return [
        ...new Set([...typeOf(expression.yes, file, templates), ...typeOf(expression.no, file, templates)]),
      ];
    case 'call':
      return expression.of === undefined ? known(OF_FUNCTIONS[expression.name]) : [];
    case 'member':
      return outputType(expression, file, templates) ?? ofValues(expression, file, templates);
    case 'name': {
      const { name } = expression;
      const variable = file.variables.find((one) => one.name === name);
      if (variable !== undefined) return typeOf(variable.value, file, templates);
      const parameter = file.parameters.find((one) => one.name === name);
      return parameter === undefined ? [] : known(parameter.type as BicepType);
    }
    case 'literal':
    case 'index':
      return ofValues(expression, file, templates);
    case 'condition':
    case 'operation':
      return [];
  }
}

const known = (type: BicepType | undefined): BicepType[] => (type === undefined ? [] : [type]);

function outputType(
  expression: Extract<Expression, { kind: 'member' }>,
  file: BicepFile,
  templates: Templates,
): BicepType[] | undefined {
  const { of, property } = expression;
  if (of.kind !== 'member' || of.property !== 'outputs' || of.of.kind !== 'name') return undefined;
  const { name } = of.of;
  const path = file.modules.find((module) => module.name === name)?.path;
  const output = templates.files.get(path ?? '')?.outputs.find((one) => one.name === property);
  return output === undefined ? [] : known(output.type as BicepType);
}

function ofValues(expression: Expression, file: BicepFile, templates: Templates): BicepType[] {
  const values = possibleValues(expression, file, templates) ?? [];
  return [...new Set(values.flatMap((value) => known(typeOfValue(value))))];
}

function typeOfValue(value: unknown): BicepType | undefined {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' && value !== null ? 'object' : undefined;
}
