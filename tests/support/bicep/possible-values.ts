import { dirname, join, normalize } from 'node:path';
import { at, type BicepFile, bodyOf, type Expression } from './syntax.ts';
import { jsonIn, type Templates } from './templates.ts';

// What an expression can come to in any environment, as far as the templates alone say it: through variables, choices,
// loaded JSON, and the parameters that modules are called with. Undefined where only a deployment would tell.

type Value = unknown;

export function possibleValues(
  expression: Expression,
  file: BicepFile,
  templates: Templates,
): readonly Value[] | undefined {
  const valuesOf = (part: Expression) => possibleValues(part, file, templates);
  switch (expression.kind) {
    case 'literal':
      return [expression.value];
    case 'choice':
      return bothOf(valuesOf(expression.yes), valuesOf(expression.no));
    case 'name':
      return valuesOfName(expression.name, file, templates);
    case 'member':
      return valuesOf(expression.of)?.map((value) => propertyOf(value, expression.property));
    case 'index': {
      const keys = valuesOf(expression.index);
      return valuesOf(expression.of)?.flatMap((value) =>
        keys === undefined ? Object.values(value ?? {}) : keys.map((key) => propertyOf(value, String(key))),
      );
    }
    case 'array': {
      const items = expression.items.map(valuesOf);
      // One of each is enough: nothing here is asked for every combination.
      return items.every((item) => item?.length === 1) ? [items.map((item) => item?.[0])] : undefined;
    }
    case 'object': {
      const entries = expression.properties.map(({ key, value }) => [key, valuesOf(value)] as const);
      if (entries.some(([key, values]) => key === undefined || values?.length !== 1)) return undefined;
      return [Object.fromEntries(entries.map(([key, values]) => [key, values?.[0]]))];
    }
    case 'text':
      return expression.parts.reduce<readonly Value[] | undefined>(
        (texts, part) => {
          const ends = valuesOf(part);
          return ends && texts?.flatMap((text) => ends.map((end) => `${String(text)}${String(end)}`));
        },
        [''],
      );
    case 'call':
      return expression.name === 'loadJsonContent' ? loaded(expression, file, templates) : undefined;
    case 'loop':
    case 'condition':
    case 'operation':
      return undefined;
  }
}

function valuesOfName(name: string, file: BicepFile, templates: Templates): readonly Value[] | undefined {
  const variable = file.variables.find((one) => one.name === name);
  if (variable !== undefined) return possibleValues(variable.value, file, templates);
  const parameter = file.parameters.find((one) => one.name === name);
  if (parameter === undefined) return undefined;
  const allowed = parameter.decorators.find((decorator) => decorator.name === 'allowed')?.args[0];
  const initial = parameter.initial && possibleValues(parameter.initial, file, templates);
  const calls = callsOf(file.path, templates);
  if (calls.length === 0)
    return allowed?.kind === 'array'
      ? allowed.items.flatMap((item) => possibleValues(item, file, templates) ?? [])
      : undefined;
  return calls.reduce<readonly Value[] | undefined>((values, { caller, params }) => {
    const given = params && at(params, name);
    return bothOf(values, given === undefined ? initial : possibleValues(given, caller, templates));
  }, []);
}

/** Where a file is called as a module. */
export function callsOf(
  path: string,
  { files }: Templates,
): { caller: BicepFile; params: Expression | undefined }[] {
  return [...files.values()].flatMap((caller) =>
    caller.modules
      .filter((module) => module.path === path)
      .map((module) => ({ caller, params: at(bodyOf(module.value), 'params') })),
  );
}

function loaded(
  call: Extract<Expression, { kind: 'call' }>,
  file: BicepFile,
  templates: Templates,
): readonly Value[] | undefined {
  const path = call.args[0];
  if (path?.kind !== 'literal') return undefined;
  const value = jsonIn(templates, normalize(join(dirname(file.path), String(path.value))));
  return value === undefined ? undefined : [value];
}

function bothOf(
  some: readonly Value[] | undefined,
  others: readonly Value[] | undefined,
): readonly Value[] | undefined {
  return some === undefined || others === undefined ? undefined : [...some, ...others];
}

function propertyOf(value: Value, key: string): Value {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
